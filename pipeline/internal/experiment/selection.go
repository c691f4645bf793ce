package experiment

import (
	"context"
	"fmt"
	"math"
	"time"

	"rewriting/compute"
	"rewriting/metrics"
	"rewriting/pipeline/internal/npy"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// selection tells of the first samples whether they belong to the subset.
type selection struct {
	in    []bool // by sample, counted from the first seed; whole chunks
	count int    // of those that do
}

func (s *selection) add(chunk *scores) {
	for i, v := range chunk.values {
		in := chunk.failed[i] == "" && v[0] == 1
		s.in = append(s.in, in)
		if in {
			s.count++
		}
	}
}

// first are the first n samples of the subset, or fewer.
func (s *selection) first(n int) []int {
	var out []int
	for i, in := range s.in {
		if in && len(out) < n {
			out = append(out, i)
		}
	}
	return out
}

// inSubset reports whether sample i, counted from the first seed, belongs to the subset; without one all do.
func (r *run) inSubset(i int) bool {
	return r.Subset == nil || i < len(r.selected.in) && r.selected.in[i]
}

// isSelected reports whether it is known which samples belong to the subset, as far as they are wanted.
func (r *run) isSelected() bool {
	return r.Subset == nil || r.selected.count >= r.Config.Samples.Count && len(r.selected.in) >= r.Config.Samples.Count
}

// selectionColumn is the one column of the files of the selection: 1 where the image contains the object.
var selectionColumn = []metrics.Column{{Key: "contains"}}

// scanRange is chunk k of the search, always a whole one.
func (r *run) scanRange(k int) stage.Range {
	size := r.Config.Samples.Chunk
	return stage.Range{First: r.Config.Samples.First + uint32(k*size), Count: size}
}

// readSelection reads the selection as far as it goes without a gap, and lays out the plan for as many samples.
func (r *run) readSelection() error {
	if r.Subset == nil {
		return nil
	}
	if r.isSelected() { // in this run: it stands, whatever has become of the files
		r.lay(len(r.selected.in))
		return nil
	}
	r.selected = selection{}
	for k := 0; !r.isSelected(); k++ {
		rg := r.scanRange(k)
		f := r.plan.selection.Chunk(rg)
		payload, err := r.read(f)
		if stage.Missing(err) {
			break // a damaged one is told by the survey
		}
		if err != nil {
			return err
		}
		found, err := decodeScores(payload, rg, 1)
		if err != nil || found.failures() > 0 && !r.keepFailed {
			break
		}
		r.selected.add(found)
	}
	known := len(r.selected.in)
	if !r.isSelected() {
		known += r.Config.Samples.Chunk // at least one more, so that the plan is not complete
	}
	r.lay(max(known, r.Experiment.least()))
	return nil
}

// least is the number of samples that are looked at in any case: those wanted, in whole chunks where some are searched for.
func (e *Experiment) least() int {
	n, size := e.Config.Samples.Count, e.Config.Samples.Chunk
	if e.Subset == nil {
		return n
	}
	return (n + size - 1) / size * size
}

// selectSamples completes the selection, and the plan with what is known then. before is the plan of the run before.
func (r *run) selectSamples(ctx context.Context, before *study.Plan) error {
	if r.isSelected() {
		return nil
	}
	if err := r.choose(ctx); err != nil {
		return err
	}
	if err := r.survey(); err != nil {
		return err
	}
	r.plan.Explain(before)
	return r.Announce(r.plan.Plan, r.resolved())
}

// patience is how many images are looked at for each that is wanted.
const patience = 50

// choose looks at clean images until there are enough that contain the object: a chunk per worker at a time. Chunks count in
// their order, and those after the one with which there are enough are not kept, so neither the choice nor the files depend
// on the number of workers.
func (r *run) choose(ctx context.Context) error {
	if r.isSelected() {
		return nil
	}
	started := time.Now()
	want, size := r.Config.Samples.Count, r.Config.Samples.Chunk
	meter := r.Progress.Start("images with "+r.Subset.Object, "images", want)
	defer meter.End()
	for !r.isSelected() {
		seen := len(r.selected.in)
		if seen >= patience*max(want, size) || int64(r.Config.Samples.First)+int64(seen+size) > math.MaxUint32 {
			return fmt.Errorf("only %d of the first %d images contain %s, %d are wanted: choose fewer (samples.count) or another object (samples.contains)",
				r.selected.count, seen, r.Subset.Object, want)
		}
		wave := make([]*searched, r.Workers)
		err := stage.Each(ctx, r.Workers, len(wave), func(ctx context.Context, i int) (err error) {
			wave[i], err = r.search(ctx, r.scanRange(seen/size+i))
			return err
		})
		if err != nil {
			return err
		}
		for _, chunk := range wave {
			if r.isSelected() {
				break
			}
			if err := chunk.keep(r.Store); err != nil {
				return err
			}
			r.selected.add(chunk.found)
		}
		meter.Set(min(r.selected.count, want), "")
	}
	r.Took(r.plan.selection.Name, r.plan.selection.Key, started)
	return nil
}

// searched is a chunk that was looked at.
type searched struct {
	found *scores
	files []study.File // not there yet
	bytes [][]byte
}

func (s *searched) keep(store *stage.Store) error {
	for i, f := range s.files {
		if err := store.Publish(f.Path, f.Key, s.bytes[i]); err != nil {
			return err
		}
	}
	return nil
}

// search looks at one chunk of clean images.
func (r *run) search(ctx context.Context, rg stage.Range) (*searched, error) {
	f := r.plan.selection.Chunk(rg)
	if payload, err := r.read(f); err == nil {
		if found, err := decodeScores(payload, rg, len(selectionColumn)); err == nil && found.failures() == 0 {
			return &searched{found: found}, nil
		}
	} else if !stage.Missing(err) {
		return nil, err
	}
	clean, err := r.cleanChunk(rg)
	if err != nil {
		return nil, err
	}
	info := r.Generator.Info()
	size := 3 * info.Resolution * info.Resolution
	fresh := clean == nil
	if fresh {
		clean = make([]byte, rg.Count*size)
	}
	out := &searched{found: newScores(rg.Count)}
	for i := range rg.Count {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		seed, pixels := rg.First+uint32(i), clean[i*size:(i+1)*size]
		z := r.latentOf(seed)
		if fresh {
			if err := draw(pixels, func() (*compute.Tensor, error) { return r.cleanImage(seed) }); err != nil {
				out.found.failed[i] = "clean image: " + err.Error()
				continue
			}
		}
		has, err := r.Subset.Picker.Has(ctx, &metrics.Sample{Seed: seed, Z: z.Data, Clean: picture.Tensor(pixels, info.Resolution)})
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			out.found.failed[i] = err.Error()
			continue
		}
		out.found.values[i] = []float64{0}
		if has {
			out.found.values[i][0] = 1
		}
	}
	if fresh && out.found.failures() == 0 {
		out.files = append(out.files, r.plan.clean.Chunk(rg))
		out.bytes = append(out.bytes, npy.Bytes([]int{rg.Count, info.Resolution, info.Resolution, 3}, clean))
	}
	text, err := out.found.encode(rg, selectionColumn)
	if err != nil {
		return nil, err
	}
	out.files, out.bytes = append(out.files, f), append(out.bytes, text)
	return out, nil
}

// cleanChunk reads the clean images of a chunk; nil where they are not there.
func (r *run) cleanChunk(rg stage.Range) ([]byte, error) {
	file, err := r.read(r.plan.clean.Chunk(rg))
	if stage.Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	pixels, err := r.pixels(file, rg)
	if err != nil {
		return nil, nil // the survey has told of it
	}
	return pixels, nil
}
