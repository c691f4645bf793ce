package experiment

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"rewriting/methods"
	"rewriting/pipeline/internal/npy"
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

	drafted atomic.Bool // scores of single samples lie in files of their own
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
	r.findDrafts()
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
	r.dropDrafts(j)
	j.clean, j.sides = nil, nil
	return nil
}

func (r *run) read(f study.File) ([]byte, error) { return r.Store.Read(f.Path, f.Key) }
func (r *run) publish(f study.File, payload []byte) error {
	return r.Store.Publish(f.Path, f.Key, payload)
}
