package experiment

import (
	"context"

	"rewriting/methods"
	"rewriting/metrics"
	"rewriting/pipeline/internal/picture"
)

// sampleCost are seconds of one sample.
type sampleCost struct {
	clean float64   // its clean image, and what metrics find in it
	draw  []float64 // by row, the edited image
	score float64   // the scores of one edited image
}

// probeSample measures a few samples under the rows that have a renderer. A row that uses what another one has found first
// draws in the time that is left, as in a run.
func (e *Experiment) probeSample(ctx context.Context, renderers []methods.Renderer) (sampleCost, error) {
	cost := sampleCost{draw: make([]float64, len(renderers))}
	const rounds = 3 // the first warms up, the others count
	for n := range rounds {
		seed := e.Config.Samples.First + uint32(n)
		z := e.latentOf(seed)
		s := &metrics.Sample{Seed: seed, Z: z.Data, Prepared: metrics.NewPrepared()}
		score := func() error {
			for _, c := range e.Columns {
				if _, err := c.Scorer.Score(ctx, s); err != nil {
					return err
				}
			}
			return nil
		}
		clean, err := timed(func() error {
			image, err := e.cleanImage(seed)
			if err != nil {
				return err
			}
			s.Clean = picture.RoundTrip(image)
			s.Edited = s.Clean
			return score() // with what depends on the clean image
		})
		if err != nil {
			return cost, err
		}
		scored, err := timed(score)
		if err != nil {
			return cost, err
		}
		share := 1. / (rounds - 1)
		if n == 0 {
			share = 0
		}
		cost.clean += share * (clean - scored)
		cost.score += share * scored
		for i, r := range renderers {
			if r == nil {
				continue
			}
			drawn, err := timed(func() error {
				_, err := r.Image(ctx, methods.Sample{Seed: seed, Z: z.Data, Position: e.position(seed), Clean: s.Clean})
				return err
			})
			if err != nil {
				return cost, err
			}
			cost.draw[i] += share * drawn
		}
	}
	cost.clean = max(0, cost.clean)
	return cost, nil
}
