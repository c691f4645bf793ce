package experiment

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"rewriting/compute"
	"rewriting/methods"
	"rewriting/metrics"
	"rewriting/pipeline/internal/npy"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// job is what is missing of one chunk. It is filled sample by sample, in any order, and published when full.
type job struct {
	index   int // of the chunk
	rg      stage.Range
	render  bool    // the clean images are missing
	prepare bool    // the clean-side data are missing
	columns [][]int // by row: the columns whose scores are missing

	once  sync.Once
	err   error // of opening the clean images
	clean []byte
	sides [][]byte // clean-side data by sample; nil of a sample whose data failed, or has not been made

	mu       sync.Mutex
	left     int
	cleanBad bool // a clean image failed, so the chunk of clean images must not be kept
}

// jobs lists the chunks of the shard with something missing, in order.
func (r *run) jobs() []*job {
	var out []*job
	for i, rg := range r.plan.chunks {
		if !r.shard.Has(i) {
			continue
		}
		j := &job{index: i, rg: rg, left: rg.Count, columns: make([][]int, len(r.Rows))}
		_, err := r.read(r.plan.clean.Chunk(rg))
		j.render = err != nil
		if s := r.plan.prepared; s != nil {
			_, err := r.read(s.Chunk(rg))
			j.prepare = err != nil
		}
		missing := j.render || j.prepare
		for row := range r.Rows {
			if r.failed[row] != nil {
				continue
			}
			for col := range r.Columns {
				if i < len(r.scores[row][col]) && r.scores[row][col][i] == nil {
					r.scores[row][col][i] = newScores(rg.Count)
					j.columns[row] = append(j.columns[row], col)
					missing = true
				}
			}
		}
		if missing {
			out = append(out, j)
		}
	}
	return out
}

// scoreSamples draws and scores what the jobs miss, one sample under all methods at a time.
func (r *run) scoreSamples(ctx context.Context, jobs []*job) error {
	renderers := make([]methods.Renderer, len(r.Rows))
	for i := range r.Rows {
		if r.failed[i] != nil {
			continue
		}
		var err error
		if renderers[i], err = r.Rows[i].Method.Renderer(r.tasks[i], r.edits[i]); err != nil {
			r.failed[i] = err
		}
	}
	type unit struct {
		job *job
		i   int
	}
	var units []unit
	for _, j := range jobs {
		for i := range j.rg.Count {
			units = append(units, unit{j, i})
		}
	}
	if len(units) == 0 {
		return nil
	}
	defer func(started time.Time) { r.Took("samples", r.plan.clean.Key, started) }(time.Now())
	clocks := make([]clock, len(r.Rows))
	defer r.tookDrawing(clocks)
	meter := r.Progress.Start(fmt.Sprintf("samples under %d methods", len(r.Rows)), "samples", len(units))
	defer meter.End()
	return stage.Each(ctx, r.Workers, len(units), func(ctx context.Context, n int) error {
		u := units[n]
		if err := r.sample(ctx, u.job, u.i, renderers, clocks); err != nil {
			return err
		}
		meter.Add(1)
		return r.finish(u.job)
	})
}

// sample draws and scores sample i of a job. Its error stops the run; a failure of the sample alone is noted in its scores.
func (r *run) sample(ctx context.Context, j *job, i int, renderers []methods.Renderer, clocks []clock) error {
	if err := r.openClean(j); err != nil {
		return err
	}
	seed := j.rg.First + uint32(i)
	size := r.Generator.Info().Resolution
	z := r.latentOf(seed)
	pixels := j.clean[i*3*size*size : (i+1)*3*size*size]
	if j.render {
		if err := draw(pixels, func() (*compute.Tensor, error) { return r.cleanImage(seed) }); err != nil {
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
		columns := r.wanted(j, i, row)
		if len(columns) == 0 {
			continue
		}
		err := draw(edited, func() (*compute.Tensor, error) {
			defer clocks[row].since(time.Now())
			return renderers[row].Image(ctx, methods.Sample{Seed: seed, Z: z.Data, Position: r.position(seed), Clean: s.Clean})
		})
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			r.fail(j, i, row, columns, err)
			continue
		}
		s.Edited, s.Row = picture.Tensor(edited, size), r.Rows[row].Name
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

// openClean reads the clean images of a job and what is known of them, or makes room for them.
func (r *run) openClean(j *job) error {
	j.once.Do(func() {
		if j.prepare {
			j.sides = make([][]byte, j.rg.Count)
		} else if s := r.plan.prepared; s != nil {
			file, err := r.read(s.Chunk(j.rg))
			if err == nil {
				j.sides, err = decodePrepared(file, j.rg.Count)
			}
			if j.err = err; err != nil {
				return
			}
		}
		if j.render {
			size := r.Generator.Info().Resolution
			j.clean = make([]byte, j.rg.Count*3*size*size)
			return
		}
		file, err := r.read(r.plan.clean.Chunk(j.rg))
		if err == nil {
			j.clean, err = r.pixels(file, j.rg)
		}
		j.err = err
	})
	return j.err
}

// finish counts a sample and publishes the job with its last.
func (r *run) finish(j *job) error {
	j.mu.Lock()
	j.left--
	full := j.left == 0
	j.mu.Unlock()
	if !full {
		return nil
	}
	if j.render && !j.cleanBad {
		size := r.Generator.Info().Resolution
		file := npy.Bytes([]int{j.rg.Count, size, size, 3}, j.clean)
		if err := r.publish(r.plan.clean.Chunk(j.rg), file); err != nil {
			return err
		}
	}
	if j.prepare && !slices.ContainsFunc(j.sides, func(b []byte) bool { return b == nil }) {
		if err := r.publish(r.plan.prepared.Chunk(j.rg), encodePrepared(j.sides)); err != nil {
			return err
		}
	}
	for row, columns := range j.columns {
		for _, col := range columns {
			s := r.plan.scores[row][col]
			text, err := r.scores[row][col][j.index].encode(j.rg, r.Columns[col].Columns)
			if err != nil {
				return err
			}
			if err := r.publish(s.Chunk(j.rg), text); err != nil {
				return err
			}
		}
	}
	j.clean, j.sides = nil, nil
	return nil
}

func (r *run) read(f study.File) ([]byte, error) { return r.Store.Read(f.Path, f.Key) }
func (r *run) publish(f study.File, payload []byte) error {
	return r.Store.Publish(f.Path, f.Key, payload)
}
