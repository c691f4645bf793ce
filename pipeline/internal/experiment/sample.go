package experiment

import (
	"context"
	"fmt"
	"time"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/methods"
	"rewriting/metrics"
	"rewriting/pipeline/internal/picture"
)

// sample draws and scores sample i of a job. Its error stops the run; a failure of the sample alone is noted in its scores.
func (r *run) sample(ctx context.Context, j *job, i int, renderers []methods.Renderer, clocks []clock) error {
	if err := r.openClean(j); err != nil {
		return err
	}
	seed := j.rg.First + uint32(i)
	size := r.Generator.Info().Resolution
	z := r.latentOf(seed)
	drawing := gan.NewDrawing(r.Generator, z, r.position(seed))
	pixels := j.clean[i*3*size*size : (i+1)*3*size*size]
	if j.render {
		if err := draw(pixels, func() (*compute.Tensor, error) { return drawing.Image(r.Generator) }); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			j.mu.Lock()
			j.cleanBad = true
			j.mu.Unlock()
			for row := range r.Rows {
				r.fail(j, i, row, r.wanted(j, i, row), fmt.Errorf("clean image: %w", err))
			}
			return nil
		}
	}
	s := &metrics.Sample{Seed: seed, Z: z.Data, Clean: picture.Tensor(pixels, size), Prepared: metrics.NewPrepared()}
	if j.prepare {
		j.sides[i] = r.prepare(ctx, int(seed-r.Config.Samples.First), s)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	} else if j.sides != nil {
		if err := s.Prepared.UnmarshalBinary(j.sides[i]); err != nil {
			return fmt.Errorf("sample of seed %d: %w", seed, err)
		}
	}
	edited := make([]byte, len(pixels))
	for row := range j.columns {
		if err := r.sampleUnder(ctx, j, i, row, s, drawing, edited, renderers[row], &clocks[row]); err != nil {
			return err
		}
	}
	return nil
}

// sampleUnder draws a sample under one row into edited and scores it.
func (r *run) sampleUnder(ctx context.Context, j *job, i, row int, s *metrics.Sample, drawing *gan.Drawing, edited []byte, renderer methods.Renderer, clock *clock) error {
	started := time.Now()
	columns := r.withoutDraft(j, i, row, r.wanted(j, i, row))
	if len(columns) == 0 {
		return nil
	}
	err := draw(edited, func() (*compute.Tensor, error) {
		defer clock.since(time.Now())
		return renderer.Image(ctx, methods.Sample{Seed: s.Seed, Z: s.Z, Position: r.position(s.Seed), Drawing: drawing, Clean: s.Clean})
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		r.fail(j, i, row, columns, err)
		return nil
	}
	s = s.Under(r.Rows[row].Name, picture.Tensor(edited, r.Generator.Info().Resolution))
	for _, col := range columns {
		values, err := r.Columns[col].Scorer.Score(ctx, s)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			r.fail(j, i, row, []int{col}, err)
			continue
		}
		r.scores[row][col][j.index].values[i] = values
	}
	if time.Since(started) > r.slowSample() {
		return r.keepDraft(j, i, row, columns)
	}
	return nil
}

// wanted lists the columns that score sample i of the job under a row. The others, which leave it out because of what it
// contains, get numbers that say so.
func (r *run) wanted(j *job, i, row int) []int {
	in := r.inSubset(int(j.rg.First-r.Config.Samples.First) + i)
	var columns []int
	for _, col := range j.columns[row] {
		if c := &r.Columns[col]; c.Others == in {
			r.scores[row][col][j.index].values[i] = c.leftOut()
		} else {
			columns = append(columns, col)
		}
	}
	return columns
}

// draw renders an image and puts its bytes into pixels.
func draw(pixels []byte, render func() (*compute.Tensor, error)) error {
	image, err := render()
	if err != nil {
		return err
	}
	b, err := picture.Quantise(image)
	if err != nil {
		return err
	}
	if copy(pixels, b) != len(pixels) || len(b) != len(pixels) {
		return fmt.Errorf("an image of shape %v, %d bytes expected", image.Shape, len(pixels))
	}
	return nil
}

func (r *run) fail(j *job, i, row int, columns []int, err error) {
	for _, col := range columns {
		r.scores[row][col][j.index].failed[i] = err.Error()
	}
	r.Log.Error("sample failed; the others go on", "seed", j.rg.First+uint32(i), "method", r.Rows[row].Name, "error", err)
}
