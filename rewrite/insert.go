package rewrite

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan"
)

// InsertOptions are the settings of an insertion.
type InsertOptions struct {
	Steps           int     // optimiser steps
	Rate            float64 // Adam's learning rate
	ProjectEvery    int     // steps between projections; the first and last step always project
	LowRankInsert   bool    // keep W in W0 + ΛD; without it the layer is unconstrained
	LowRankGradient bool    // project each gradient, too
	Loss            Loss    // distance to the goal; L1 where it is empty
	// Progress is told the loss before each step; it may be nil.
	Progress func(step, steps int, loss float64)
}

// DefaultInsert are the settings of the paper (App. F): 2001 steps at rate 0.05, projected every ten.
func DefaultInsert() InsertOptions {
	return InsertOptions{Steps: 2001, Rate: 0.05, ProjectEvery: 10, LowRankInsert: true, Loss: L1}
}

// InsertResult is an edited weight and how it came about.
type InsertResult struct {
	Weight *compute.Tensor // [Out,In,kh,kw]
	Losses []float64       // loss before each step
}

// ErrDiverged is wrapped by the error of an optimisation whose loss is no longer a number.
var ErrDiverged = errors.New("the loss is not a number")

// Insert searches the weight that maps the goal's keys to its values by projected gradient descent
// (Eqns. 17-18): Adam on mean |v* - f(k*; W)| (or its square, see Loss), and every few steps W <- W0 - P_D(W0) + P_D(W), so that
// the result is W0 + ΛD (spec: method 7). d [S,In] has orthonormal rows; it may be nil if neither
// low-rank option is set. Adam's moments are not projected, so the loss saw-tooths with the period of the projection.
func Insert(ctx context.Context, cut gan.Cut, goal *Goal, d *compute.Tensor, o InsertOptions) (*InsertResult, error) {
	if err := o.check(cut, d, o.LowRankInsert || o.LowRankGradient); err != nil {
		return nil, fmt.Errorf("insert: %w", err)
	}
	start := cut.Weight()
	problem, err := weightProblem(cut, goal, o.Loss)
	if err != nil {
		return nil, fmt.Errorf("insert at %s: %w", cut.Layer().Name, err)
	}
	defer problem.Close()
	w, g := compute.From(problem.Value(0), start.Shape...), compute.From(problem.Grad(0), start.Shape...)
	var fixed, coords *compute.Tensor
	if d != nil {
		fixed = Zero(start, d, 0)
		coords = compute.New(start.Dim(0), d.Dim(0), start.Dim(2), start.Dim(3))
	}
	adam := compute.DefaultAdam(o.Rate)
	m, v := make([]float32, start.Len()), make([]float32, start.Len())
	losses, err := descend(ctx, cut, problem, o, func(step int) {
		if o.LowRankGradient {
			coordinates(coords, g, d)
			expand(g, nil, coords, d)
		}
		adam.Step(step+1, w.Data, g.Data, m, v)
		if o.LowRankInsert && (step%o.ProjectEvery == 0 || step == o.Steps-1) {
			coordinates(coords, w, d)
			expand(w, fixed, coords, d)
		}
	})
	if err != nil {
		return nil, err
	}
	return &InsertResult{Weight: w.Clone(), Losses: losses}, nil
}

func (o InsertOptions) check(cut gan.Cut, d *compute.Tensor, needed bool) error {
	in := cut.Layer().In
	switch {
	case o.Steps < 1:
		return fmt.Errorf("%d steps, must be at least 1", o.Steps)
	case !(o.Rate > 0):
		return fmt.Errorf("rate %g, must be above 0", o.Rate)
	case o.LowRankInsert && o.ProjectEvery < 1:
		return fmt.Errorf("projection every %d steps, must be at least 1", o.ProjectEvery)
	case needed && d == nil:
		return errors.New("a low-rank edit needs directions")
	case d != nil && (len(d.Shape) != 2 || d.Dim(1) != in || d.Dim(0) < 1):
		return fmt.Errorf("directions %v for a layer of %d channels", d.Shape, in)
	}
	return nil
}

// descend evaluates loss and gradient and lets update change the parameter in place, step by step. The graph of
// the target model is built once; parameter and gradient are the graph's own memory. It returns the loss before each step.
func descend(ctx context.Context, cut gan.Cut, problem *autodiff.Problem, o InsertOptions, update func(step int)) ([]float64, error) {
	losses := make([]float64, 0, o.Steps)
	for step := range o.Steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		loss, err := problem.Step()
		if err != nil {
			return nil, fmt.Errorf("insert at %s, step %d: %w", cut.Layer().Name, step, err)
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return nil, fmt.Errorf("insert at %s, step %d of %d: %w; choose a lower rate than %g",
				cut.Layer().Name, step, o.Steps, ErrDiverged, o.Rate)
		}
		losses = append(losses, loss)
		if o.Progress != nil {
			o.Progress(step, o.Steps, loss)
		}
		update(step)
	}
	return losses, nil
}

// weightProblem is the loss of an edit as a function of the whole weight, starting from the cut's own.
func weightProblem(cut gan.Cut, goal *Goal, loss Loss) (*autodiff.Problem, error) {
	return newProblem(cut.Weight().Clone(), goal, loss, func(g *gorgonia.ExprGraph, w *gorgonia.Node) (*gorgonia.Node, error) {
		return cut.TargetGraph(g, w, goal.Keys)
	})
}

// newProblem builds the loss of an edit as a differentiable function of one parameter: the distance
// between the wanted values and those of the target model.
func newProblem(parameter *compute.Tensor, goal *Goal, distance Loss,
	target func(g *gorgonia.ExprGraph, p *gorgonia.Node) (*gorgonia.Node, error)) (*autodiff.Problem, error) {
	g := gorgonia.NewGraph()
	p := autodiff.Parameter(g, "edited", parameter)
	values, err := target(g, p)
	if err != nil {
		return nil, err
	}
	loss, err := distance.of(values, autodiff.Constant(g, "goal", goal.Values))
	if err != nil {
		return nil, err
	}
	return autodiff.NewProblem(g, loss, []*gorgonia.Node{p})
}
