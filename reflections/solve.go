package reflections

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan"
)

// SolveOptions are the settings of a fit.
type SolveOptions struct {
	Steps        int     // Adam's; 100 in the layer sweep of the paper, 10,000 for the rule
	Rate         float64 // 0.02 and 0.01
	Rank         int     // of the change; 0 means no limit
	ProjectEvery int     // steps between projections to that rank; the last step always projects
	Workers      int     // 2 computes both edits at once, with the same result
	// Progress is told the loss before each step; it may be nil.
	Progress func(step, steps int, loss float64)
}

// Solution is a fitted weight.
type Solution struct {
	Layer  int
	Weight *compute.Tensor // [Out,In,kh,kw]
	Losses []float64       // before each step, and after the last: Steps+1
	Chain  gan.Chain       // the generator with the weight
}

// Loss is that of the fitted weight.
func (s *Solution) Loss() float64 { return s.Losses[len(s.Losses)-1] }

// ErrDiverged is wrapped by the error of a fit whose loss is no longer a number.
var ErrDiverged = errors.New("the loss is not a number")

// Solve fits the weight of a layer, from the generator's own.
func (o *Objective) Solve(ctx context.Context, layer int, opt SolveOptions) (*Solution, error) {
	switch {
	case opt.Steps < 1 || !(opt.Rate > 0):
		return nil, fmt.Errorf("reflections: %d steps at rate %g", opt.Steps, opt.Rate)
	case opt.Rank > 0 && opt.ProjectEvery < 1:
		return nil, fmt.Errorf("reflections: a projection every %d steps", opt.ProjectEvery)
	case layer < 1 || layer > o.last:
		return nil, fmt.Errorf("reflections: layer %d cannot change what layer %d gives; choose 1 to %[2]d", layer, o.last)
	}
	l, err := layerOf(o.chain, layer)
	if err != nil {
		return nil, err
	}
	start := o.chain.Tensors()[l.Name]
	fit := &fit{weight: start.Clone()}
	defer fit.close()
	for i, s := range o.sides {
		// A graph owns the memory of its parameter, so each side has a copy.
		if fit.problem[i], err = o.problem(s, layer, start.Clone()); err != nil {
			return nil, fmt.Errorf("reflections: layer %d: %w", layer, err)
		}
	}
	w := fit.weight
	m, v, grad := make([]float32, w.Len()), make([]float32, w.Len()), make([]float32, w.Len())
	adam := compute.DefaultAdam(opt.Rate)
	out := &Solution{Layer: layer, Weight: w}
	for t := 0; ; t++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		loss, err := fit.step(opt.Workers, grad)
		if err != nil {
			return nil, fmt.Errorf("reflections: layer %d, step %d: %w", layer, t, err)
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return nil, fmt.Errorf("reflections: layer %d, step %d of %d: %w; choose a lower rate than %g", layer, t, opt.Steps, ErrDiverged, opt.Rate)
		}
		out.Losses = append(out.Losses, loss)
		if opt.Progress != nil {
			opt.Progress(t, opt.Steps, loss)
		}
		if t == opt.Steps {
			break
		}
		adam.Step(t+1, w.Data, grad, m, v)
		if opt.Rank > 0 && ((t+1)%opt.ProjectEvery == 0 || t+1 == opt.Steps) {
			if err := limitRank(w, start, opt.Rank); err != nil {
				return nil, fmt.Errorf("reflections: layer %d, step %d: %w", layer, t+1, err)
			}
		}
	}
	changed, err := o.chain.With(map[string]*compute.Tensor{l.Name: w})
	if err != nil {
		return nil, err
	}
	out.Chain = changed.(gan.Chain)
	return out, nil
}

// fit is a weight and the two problems that judge it.
type fit struct {
	weight  *compute.Tensor
	problem [2]*autodiff.Problem
}

func (f *fit) close() {
	for _, p := range f.problem {
		if p != nil {
			_ = p.Close() // nothing was written
		}
	}
}

// step is the loss at the weight, and its gradient: sums over both edits, in the same order for any number of workers.
func (f *fit) step(workers int, grad []float32) (float64, error) {
	var loss [2]float64
	var failed [2]error
	var group sync.WaitGroup
	for i, p := range f.problem {
		run := func() {
			copy(p.Value(0), f.weight.Data)
			loss[i], failed[i] = p.Step()
		}
		if workers > 1 {
			group.Go(run)
		} else {
			run()
		}
	}
	group.Wait()
	if err := errors.Join(failed[:]...); err != nil {
		return 0, err
	}
	compute.Add(grad, f.problem[0].Grad(0), f.problem[1].Grad(0))
	return loss[0] + loss[1], nil
}
