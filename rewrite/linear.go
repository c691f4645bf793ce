package rewrite

import (
	"context"
	"fmt"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan"
)

// lowRankShare bounds the rank up to which the low-rank form of a target is used, as a share of the input
// channels: beyond it, its quadratic part costs what its convolution saves.
const lowRankShare = 4

// LinearInsert optimises Λ itself, starting from zero: W = W0 + ΛD holds at every step and nothing is
// projected (spec: method 8). The gradient reaches Λ through the convolution and, in StyleGAN2, through the
// demodulation. A cut that can leave W0 out of every step (gan.LowRankCut) is asked to while the rank is small; otherwise the
// gradient is the weight's in the coordinates of D. The problem is the same, results differ by rounding.
func LinearInsert(ctx context.Context, cut gan.Cut, goal *Goal, d *compute.Tensor, o InsertOptions) (*InsertResult, error) {
	if err := o.check(cut, d, true); err != nil {
		return nil, fmt.Errorf("linear insert: %w", err)
	}
	start := cut.Weight()
	lambda := compute.New(start.Dim(0), d.Dim(0), start.Dim(2), start.Dim(3))
	problem, low, err := linearProblem(cut, goal, lambda, d, o.Loss)
	if err != nil {
		return nil, fmt.Errorf("linear insert at %s: %w", cut.Layer().Name, err)
	}
	defer problem.Close()
	adam := compute.DefaultAdam(o.Rate)
	m, v := make([]float32, lambda.Len()), make([]float32, lambda.Len())
	update := func(step int) { adam.Step(step+1, lambda.Data, problem.Grad(0), m, v) }
	if !low {
		grad := compute.New(lambda.Shape...)
		w, g := compute.From(problem.Value(0), start.Shape...), compute.From(problem.Grad(0), start.Shape...)
		update = func(step int) {
			coordinates(grad, g, d)
			adam.Step(step+1, lambda.Data, grad.Data, m, v)
			expand(w, start, lambda, d)
		}
	}
	losses, err := descend(ctx, cut, problem, o, update)
	if err != nil {
		return nil, err
	}
	w := compute.New(start.Shape...)
	expand(w, start, lambda, d)
	return &InsertResult{Weight: w, Losses: losses}, nil
}

// linearProblem is the loss as a function of lambda, whose memory the problem uses, if low; else of the whole weight.
func linearProblem(cut gan.Cut, goal *Goal, lambda, d *compute.Tensor, loss Loss) (p *autodiff.Problem, low bool, err error) {
	if c, ok := cut.(gan.LowRankCut); ok && lowRankShare*d.Dim(0) <= cut.Layer().In {
		p, err = newProblem(lambda, goal, loss, func(g *gorgonia.ExprGraph, l *gorgonia.Node) (*gorgonia.Node, error) {
			return c.LowRankTargetGraph(g, l, d, goal.Keys)
		})
		return p, true, err
	}
	p, err = weightProblem(cut, goal, loss)
	return p, false, err
}
