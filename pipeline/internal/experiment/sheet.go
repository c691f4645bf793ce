package experiment

import (
	"context"
	"fmt"

	"rewriting/methods"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// Sheets draws every sample under every row, for people who count by eye (spec: experiments 4), and hands each image to put, from
// several goroutines. Edits are taken from the run in dir, or made and left there.
func (e *Experiment) Sheets(ctx context.Context, dir string, o study.Options, put func(row int, seed uint32, png []byte) error) error {
	r := e.open(dir, o)
	if err := r.Share(); err != nil {
		return err
	}
	if err := r.readSelection(); err != nil {
		return err
	}
	if err := r.choose(ctx); err != nil {
		return err
	}
	if err := r.makeEdits(ctx); err != nil {
		return err
	}
	renderers := make([]methods.Renderer, len(r.Rows))
	for i, row := range r.Rows {
		err := r.failed[i]
		if err == nil {
			renderers[i], err = row.Method.Renderer(r.tasks[i], r.edits[i])
		}
		if err != nil {
			return fmt.Errorf("%s: %w", row.Name, err)
		}
	}
	samples := r.shown(r.Config.Samples.Count)
	meter := r.Progress.Start(fmt.Sprintf("sheets of %d methods", len(r.Rows)), "samples", len(samples))
	defer meter.End()
	return stage.Each(ctx, r.Workers, len(samples), func(ctx context.Context, k int) error {
		seed := r.Config.Samples.First + uint32(samples[k])
		clean, err := r.cleanImage(seed)
		if err != nil {
			return fmt.Errorf("image %d: %w", seed, err)
		}
		s := methods.Sample{Seed: seed, Z: r.latentOf(seed).Data, Position: r.position(seed), Clean: picture.RoundTrip(clean)}
		for i := range r.Rows {
			if k >= r.Rows[i].Of(len(samples)) {
				continue
			}
			image, err := renderers[i].Image(ctx, s)
			if err != nil {
				return fmt.Errorf("%s, image %d: %w", r.Rows[i].Name, seed, err)
			}
			pixels, err := picture.Quantise(image)
			if err != nil {
				return fmt.Errorf("%s, image %d: %w", r.Rows[i].Name, seed, err)
			}
			if err := put(i, seed, picture.PNG(pixels, image.Shape[2])); err != nil {
				return err
			}
		}
		meter.Add(1)
		return nil
	})
}
