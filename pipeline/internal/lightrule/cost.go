package lightrule

import (
	"context"
	"time"

	"rewriting/reflections"
)

// anyEdit is an edit of the right size before dissection has found the units.
func (e *experiment) anyEdit() reflections.Edit {
	edit := reflections.Edit{Layer: e.set.EditLayer}
	for u := range e.units {
		edit.Units, edit.High, edit.Low = append(edit.Units, u), append(edit.High, 1), append(edit.Low, -1)
	}
	return edit
}

// fitCost measures a step on one scene; bytes is the size of the result.
func (e *experiment) fitCost(layer, steps int, bytes int64) func(context.Context) (float64, int64, error) {
	return func(ctx context.Context) (float64, int64, error) {
		o, err := reflections.NewObjective(e.chain, e.fitted[:1], e.anyEdit(), e.set.CompareLayer)
		if err != nil {
			return 0, 0, err
		}
		started := time.Now()
		if _, err := o.Solve(ctx, layer, reflections.SolveOptions{Steps: 1, Rate: 1e-9}); err != nil { // two evaluations
			return 0, 0, err
		}
		return time.Since(started).Seconds() / 2 * float64(steps*len(e.fitted)), bytes, nil
	}
}

// measureCost measures one scene.
func (e *experiment) measureCost(context.Context) (float64, int64, error) {
	started := time.Now()
	_, err := e.measure(e.chain, e.fitted[0], e.anyEdit())
	return 2 * time.Since(started).Seconds(), 4 * 2 * perPicture, err
}
