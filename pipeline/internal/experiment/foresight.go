package experiment

import (
	"context"
	"fmt"
	"math"
	"slices"

	"rewriting/metrics"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// foresight is a plan as far as it can be foreseen: where samples are searched for, a plan alone does not know how many will be looked at.
type foresight struct {
	*plan
	share float64 // of the samples that are looked at, those that belong to the subset; 1 without one
	pick  float64 // seconds to tell whether one does
}

// pickRows is how many images tell the share of a subset: enough that it is within a fifth for a share of a half.
const pickRows = 48

// foresee completes the plan of a directory by what a look at a few clean images tells of the subset.
func (e *Experiment) foresee(ctx context.Context, whole *study.Plan) (*foresight, error) {
	f := &foresight{plan: e.planFor(whole.Samples.Count), share: 1}
	if e.Subset == nil || whole.Stages[slices.Index(f.Stages, f.selection)].State == study.Done {
		for i, s := range f.Stages {
			*s = *whole.Stages[i] // what is done
		}
		if e.Subset != nil {
			f.share = float64(e.Config.Samples.Count) / float64(whole.Samples.Count)
		}
		return f, nil
	}
	if err := e.lookAtSubset(ctx, f); err != nil {
		return nil, err
	}
	size := e.Config.Samples.Chunk
	chunks := int(math.Ceil(float64(e.Config.Samples.Count) / f.share / float64(size)))
	f.plan = e.planFor(max(chunks*size, whole.Samples.Count))
	for i := range e.Rows {
		n := e.Rows[i].Of(e.Config.Samples.Count)
		for j, s := range f.scores[i] {
			switch {
			case n == e.Config.Samples.Count:
			case e.Columns[j].Others:
				f.limit(s, n)
			default:
				f.limit(s, int(math.Ceil(float64(n)/f.share)))
			}
		}
	}
	for i, s := range f.Stages {
		if s.Done, s.State = whole.Stages[i].Done, whole.Stages[i].State; s.Done < s.Parts {
			s.State = study.Todo
		}
		s.Done = min(s.Done, s.Parts)
	}
	return f, nil
}

// lookAtSubset measures the share of the subset and the time that it takes to tell.
func (e *Experiment) lookAtSubset(ctx context.Context, f *foresight) error {
	found := 0
	for _, rg := range stage.Chunks(e.Config.Samples.First, pickRows, 1) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		image, err := e.cleanImage(rg.First)
		if err != nil {
			return fmt.Errorf("clean image of seed %d: %w", rg.First, err)
		}
		var has bool
		seconds, err := timed(func() (err error) {
			has, err = e.Subset.Picker.Has(ctx, &metrics.Sample{Seed: rg.First, Z: e.latentOf(rg.First).Data, Clean: picture.RoundTrip(image)})
			return err
		})
		if err != nil {
			return fmt.Errorf("samples.contains, seed %d: %w", rg.First, err)
		}
		f.pick += seconds / pickRows
		if has {
			found++
		}
	}
	// None at all says that they are rare, not that there is none.
	f.share = max(float64(found), 0.5) / pickRows
	return nil
}

// samplesTime is the time that all samples which are left take one worker.
func (e *Experiment) samplesTime(p *foresight, c sampleCost) float64 {
	seconds := p.left(p.clean) * c.clean
	if p.prepared != nil {
		seconds += p.left(p.prepared) * c.prepare
	}
	if p.selection != nil {
		seconds += p.left(p.selection) * p.pick
	}
	for row, line := range p.scores {
		inside, outside := 0.0, 0.0 // of the subset, drawn for the column with most to do
		for col, s := range line {
			most := float64(e.Config.Samples.Count)
			if e.Columns[col].Others {
				n := min(p.left(s), most) * (1 - p.share)
				outside = max(outside, n)
				seconds += n * c.score[col]
				continue
			}
			n := min(p.left(s)*p.share, most)
			inside = max(inside, n)
			seconds += n * c.score[col]
		}
		seconds += (inside + outside) * c.draw[row]
	}
	return seconds
}
