package nbb

import (
	"context"
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
)

// inverter is one instance of the slice of a network between two levels, with the loss and its gradient. Building it costs as much as many
// steps, so it is used again and again.
type inverter struct {
	problem *autodiff.Problem
	want    []float32 // the upper level's values
	m, v    []float32 // Adam's moments
}

// newInverter builds the expression mean (slice(X) - want)².
func (n *Network) newInverter(level int) (*inverter, error) {
	g := gorgonia.NewGraph()
	want := compute.New(n.shapes[level]...)
	x := autodiff.Parameter(g, "features", compute.New(n.shapes[level-1]...))
	part := n.parts[level]
	out, err := part.Graph(g, map[string]*gorgonia.Node{part.Inputs()[0].Name: x}, n.levels[level:level+1])
	if err != nil {
		return nil, err
	}
	loss, err := autodiff.L2Mean(out[0], autodiff.Constant(g, "wanted features", want))
	if err != nil {
		return nil, err
	}
	problem, err := autodiff.NewProblem(g, loss, []*gorgonia.Node{x})
	if err != nil {
		return nil, err
	}
	size := len(problem.Value(0))
	return &inverter{problem, want.Data, make([]float32, size), make([]float32, size)}, nil
}

// The settings of an inversion (spec: baselines 7.4).
const (
	inversionRate  = 0.05
	inversionBeta1 = 0.5
	remembered     = 6
	maxInversion   = 5000 // steps; the released code has no bound, and a loss that swings would never end
)

// invert finds values of the level below whose image under the slice comes near the wanted values of a level: Adam from zero, until the loss changes by no
// more than tolerance a step on average over the last six. It returns the number of steps, too.
func (n *Network) invert(ctx context.Context, level int, want *compute.Tensor, tolerance float64) (*compute.Tensor, int, error) {
	in, err := n.take(level)
	if err != nil {
		return nil, 0, fmt.Errorf("inversion from %s to %s: %w", n.levels[level], n.levels[level-1], err)
	}
	defer n.put(level, in)
	x := in.problem.Value(0)
	clear(x)
	clear(in.m)
	clear(in.v)
	copy(in.want, want.Data)
	adam := compute.Adam{Rate: inversionRate, Beta1: inversionBeta1, Beta2: 0.999, Epsilon: 1e-8}
	var losses [remembered]float64
	for i := range losses {
		losses[i] = float64(100 * i)
	}
	step := 0
	for ; step < maxInversion && change(losses) > tolerance; step++ {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		loss, err := in.problem.Step()
		if err != nil {
			return nil, 0, err
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return nil, 0, fmt.Errorf("inversion from %s to %s: the loss is %v after %d steps", n.levels[level], n.levels[level-1], loss, step)
		}
		copy(losses[:], losses[1:])
		losses[remembered-1] = loss
		adam.Step(step+1, x, in.problem.Grad(0), in.m, in.v)
	}
	return compute.From(append([]float32(nil), x...), n.shapes[level-1]...), step, nil
}

// change is the mean absolute difference of neighbours.
func change(losses [remembered]float64) float64 {
	var sum float64
	for i := range remembered - 1 {
		sum += math.Abs(losses[i+1] - losses[i])
	}
	return sum / (remembered - 1)
}

// take is an instance of a slice for the caller alone.
func (n *Network) take(level int) (*inverter, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if last := len(n.free[level]) - 1; last >= 0 {
		in := n.free[level][last]
		n.free[level] = n.free[level][:last]
		return in, nil
	}
	return n.newInverter(level)
}

func (n *Network) put(level int, in *inverter) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.free[level] = append(n.free[level], in)
}
