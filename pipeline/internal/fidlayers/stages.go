package fidlayers

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rewriting/compute"
	"rewriting/pipeline/internal/npy"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// Versions of the stages: raised when the code of a stage gives another result for the same content.
const (
	featuresVersion = 1
	distanceVersion = 1
	gridVersion     = 2
	reportVersion   = 3
)

// stages lays out the experiment, top to bottom.
func (e *experiment) stages(s *study.Study) {
	r := &reporter{experiment: e}
	for _, g := range e.gens {
		references := e.addReferences(s, g, "references", 0)
		second := e.addReferences(s, g, "second references", e.set.Second)
		line := distances{g: g, floor: e.addDistances(s, g.Name+", two sets of references", &comparison{
			n: e.cfg.Samples.Count, a: references, sizesA: g.pixels, b: second, sizesB: g.pixels})}
		for _, l := range g.layers {
			patches := e.addFeatures(s, "patches: "+g.label(l), "features of patches", "chunks/patches-KEY", len(l.sizes),
				e.content("patches", featuresVersion, g).Set("layer", l.Number).Set("sizes", l.sizes), 0,
				func(seed uint32, n int) ([]*compute.Tensor, error) { return g.patches(l, seed, n) })
			line.layers = append(line.layers, e.addDistances(s, g.label(l), &comparison{
				n: e.cfg.Samples.Count, a: references, sizesA: g.pixels, b: patches, sizesB: l.pixels()}))
		}
		line.grids = e.addGrids(s, g)
		r.lines = append(r.lines, line)
	}
	s.Report = r.report
}

func (l layer) pixels() []int {
	var out []int
	for _, s := range l.sizes {
		out = append(out, s.Pixels)
	}
	return out
}

// content starts a stage with what the pictures of a generator depend on.
func (e *experiment) content(kind string, version int, g *layered) *stage.Content {
	return study.Content(kind, version).Set("weights", g.gen.Info().Hash).Set("batch", e.set.Batch)
}

func (e *experiment) addReferences(s *study.Study, g *layered, name string, offset uint32) *study.Stage {
	return e.addFeatures(s, name+": "+g.Name, "features of references", "chunks/references-KEY", len(g.pixels),
		e.content("references", featuresVersion, g).Set("pixels", g.pixels).Set("offset", offset), offset, g.references)
}

// addFeatures adds a stage of feature vectors: float32 [samples, sizes, features] per chunk. The seeds of its latents are those of the
// samples plus offset.
func (e *experiment) addFeatures(s *study.Study, name, group, path string, sizes int, content *stage.Content, offset uint32,
	draw func(seed uint32, n int) ([]*compute.Tensor, error)) *study.Stage {
	dim := e.features.Dim()
	vectors := func(ctx context.Context, seed uint32, n int) ([]float32, error) {
		pictures, err := draw(seed, n)
		if err != nil {
			return nil, err
		}
		var out []float32
		for i := range n {
			for _, p := range pictures {
				f, err := e.features.Of(ctx, p.Item(i))
				if err != nil {
					return nil, fmt.Errorf("seed %d: %w", seed+uint32(i), err)
				}
				out = append(out, f...)
			}
		}
		return out, nil
	}
	return s.Add(&study.Stage{
		Name: name, Group: group, Path: path, Chunked: true, Suffix: ".npy", Content: content.Set("features", e.features.Protocol()),
		Compute: func(ctx context.Context, _ *study.Reader, part stage.Range, m study.Meter) ([]byte, error) {
			all := make([]float32, 0, part.Count*sizes*dim)
			for at := 0; at < part.Count; at += e.set.Batch {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				n := min(e.set.Batch, part.Count-at)
				v, err := vectors(ctx, part.First+offset+uint32(at), n)
				if err != nil {
					return nil, err
				}
				all = append(all, v...)
				m.Add(n)
			}
			return npy.Float32([]int{part.Count, sizes, dim}, all), nil
		},
		Check: func(payload []byte, part stage.Range) error {
			shape, _, err := npy.ReadFloat32(payload)
			if err == nil && (len(shape) != 3 || shape[0] != part.Count || shape[1] != sizes || shape[2] != dim) {
				err = fmt.Errorf("features of shape %v, expected %v", shape, []int{part.Count, sizes, dim})
			}
			return err
		},
		Cost: func(ctx context.Context) (float64, int64, error) {
			started := time.Now()
			_, err := vectors(ctx, e.cfg.Samples.First+offset, e.set.Batch)
			return time.Since(started).Seconds() / float64(e.set.Batch), int64(4 * sizes * dim), err
		},
	})
}

// addDistances adds the stage that compares two sets of features.
func (e *experiment) addDistances(s *study.Study, name string, c *comparison) *study.Stage {
	c.batch, c.dim, c.resamples = e.set.Batch, e.features.Dim(), e.set.Bootstrap
	return s.Add(&study.Stage{
		Name: "FID: " + name, Group: "distances", Path: "artefacts/fid-KEY.json", Steps: len(c.sizesB) * max(1, c.resamples), Needs: []*study.Stage{c.a, c.b},
		Content: study.Content("fid", distanceVersion).Set("pixels", c.sizesB).Set("batch", c.batch).Set("bootstrap", c.resamples),
		Compute: func(ctx context.Context, in *study.Reader, _ stage.Range, m study.Meter) ([]byte, error) {
			measured, err := c.measure(ctx, in, m)
			if err != nil {
				return nil, err
			}
			b, err := json.Marshal(measured)
			return append(b, '\n'), err
		},
		Check: func(payload []byte, _ stage.Range) error {
			_, err := readDistances(payload)
			return err
		},
		Cost: func(context.Context) (float64, int64, error) {
			seconds, err := c.cost()
			return seconds, int64(bytesPerDistance * len(c.sizesB)), err
		},
	})
}

// bytesPerDistance is about what one distance takes as JSON.
const bytesPerDistance = 200
