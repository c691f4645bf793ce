package experiment

import (
	"context"

	"rewriting/gan"
	"rewriting/methods"
	"rewriting/metrics"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/study"
)

// sampleCost are seconds of one sample.
type sampleCost struct {
	clean   float64   // its clean image
	prepare float64   // what metrics find in it
	draw    []float64 // by row, the edited image
	score   []float64 // by column, the scores of one edited image
	side    int64     // bytes of what metrics find in the clean image
}

// probeSample measures a few samples under the rows that have a renderer. A row that uses what another one has found first
// draws in the time that is left, as in a run.
func (e *Experiment) probeSample(ctx context.Context, renderers []methods.Renderer) (sampleCost, error) {
	cost := sampleCost{draw: make([]float64, len(renderers)), score: make([]float64, len(e.Columns))}
	const rounds = 3 // the first warms up, the others count
	for n := range rounds {
		seed := e.Config.Samples.First + uint32(n)
		z := e.latentOf(seed)
		s := &metrics.Sample{Seed: seed, Z: z.Data, Prepared: metrics.NewPrepared()}
		add := func(to *float64, do func() error) error {
			seconds, err := timed(do)
			if n > 0 {
				*to += seconds / (rounds - 1)
			}
			return err
		}
		err := add(&cost.clean, func() error {
			image, err := e.cleanImage(seed)
			if err == nil {
				s.Clean = picture.RoundTrip(image)
			}
			return err
		})
		if err != nil {
			return cost, err
		}
		for _, i := range e.preparers() {
			if err := add(&cost.prepare, func() error { return e.Columns[i].Scorer.(preparer).Prepare(ctx, s) }); err != nil {
				return cost, err
			}
		}
		if b, err := s.Prepared.MarshalBinary(); err == nil {
			cost.side = int64(len(b))
		}
		var edited [2]*metrics.Sample // the first finds what the clean side has for all rows, the second counts
		for k := range edited {
			x := s.Clean.Clone()
			for i := range x.Data {
				x.Data[i] *= 0.9 - 0.1*float32(k) // equal images would be cheap to compare
			}
			edited[k] = s.Under("", x)
		}
		for _, c := range e.Columns {
			if _, err := c.Scorer.Score(ctx, edited[0]); err != nil {
				return cost, err
			}
		}
		for i, c := range e.Columns {
			if err := add(&cost.score[i], func() error { _, err := c.Scorer.Score(ctx, edited[1]); return err }); err != nil {
				return cost, err
			}
		}
		drawing := gan.NewDrawing(e.Generator, z, e.position(seed))
		for i, r := range renderers {
			if r == nil {
				continue
			}
			if err := add(&cost.draw[i], func() error {
				_, err := r.Image(ctx, methods.Sample{Seed: seed, Z: z.Data, Position: e.position(seed), Drawing: drawing, Clean: s.Clean})
				return err
			}); err != nil {
				return cost, err
			}
		}
	}
	return cost, nil
}

// left counts the samples of a stage that are left to do.
func (p *plan) left(s *study.Planned) float64 {
	return float64(min((s.Parts-s.Done)*p.Samples.Chunk, p.Samples.Count))
}

// samplesLeft reports whether there is anything to do with samples.
func (p *plan) samplesLeft() bool {
	n := p.left(p.clean)
	for _, s := range []*study.Planned{p.selection, p.prepared} {
		if s != nil {
			n += p.left(s)
		}
	}
	for _, line := range p.scores {
		for _, s := range line {
			n += p.left(s)
		}
	}
	return n > 0
}
