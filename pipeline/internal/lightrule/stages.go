package lightrule

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"time"

	"rewriting/compute"
	"rewriting/gan/latent"
	"rewriting/metrics"
	"rewriting/pipeline/internal/npy"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
	"rewriting/reflections"
)

// Versions of the stages: raised when the code of a stage gives another result for the same content.
const (
	activationsVersion = 1
	unitsVersion       = 1
	sweepVersion       = 1
	ruleVersion        = 1
	measureVersion     = 1
	pictureVersion     = 1
	reportVersion      = 1
)

// laid are the stages, top to bottom.
type laid struct {
	activations, units   *study.Stage
	sweep                []*study.Stage // as experiment.layers
	rule                 *study.Stage
	measures, showpieces *study.Stage
}

// chunk is the number of pictures whose activations are one file.
const chunk = 100

func (e *experiment) stages(s *study.Study) {
	st := &laid{activations: e.addActivations(s)}
	st.units = e.addUnits(s, st.activations)
	for _, l := range e.layers {
		st.sweep = append(st.sweep, e.addSweep(s, st.units, l))
	}
	st.rule = e.addRule(s, st)
	st.measures = e.addMeasures(s, st)
	st.showpieces = e.addPictures(s, st)
	s.Report = (&reporter{e, st}).report
}

func (e *experiment) content(kind string, version int) *stage.Content {
	return study.Content(kind, version).Set("weights", e.chain.Info().Hash)
}

// fitContent adds what the fits depend on besides their own settings.
func (e *experiment) fitContent(kind string, version int) *stage.Content {
	c := e.content(kind, version).Set("edit layer", e.set.EditLayer).Set("compared layer", e.set.CompareLayer).Set("units", e.units).
		Set("high", e.set.High).Set("low", e.set.Low).Set("spread", e.set.Spread).Set("seed", e.set.Seed)
	if e.masks != "" {
		return c.Set("masks", e.masks)
	}
	return c.Set("scenes", e.set.Scenes)
}

// addActivations adds the edited layer's output and the cells with windows of every picture: float32 [pictures, C*s*s + grid*grid].
func (e *experiment) addActivations(s *study.Study) *study.Stage {
	layer := e.chain.Layers()[e.set.EditLayer-1]
	side := layer.ValueSize
	width, cells := layer.Out*side*side, reflections.GridFactor*side*reflections.GridFactor*side
	one := func(ctx context.Context, z *compute.Tensor, number uint32) ([]float32, error) {
		x, err := e.chain.Run(z, 1, e.set.EditLayer)
		if err != nil {
			return nil, err
		}
		y, err := e.chain.Run(x, e.set.EditLayer+1, len(e.chain.Layers()))
		if err != nil {
			return nil, err
		}
		if y, err = e.chain.Finish(y, len(e.chain.Layers())); err != nil {
			return nil, err
		}
		m, err := e.window.Mask(ctx, &metrics.Sample{Seed: number, Clean: picture.RoundTrip(y), Prepared: metrics.NewPrepared()})
		if err != nil {
			return nil, err
		}
		return append(append([]float32(nil), x.Data...), coarse(m, reflections.GridFactor*side)...), nil
	}
	dim := e.chain.Info().LatentDim
	return s.Add(&study.Stage{
		Name: "activations", Path: "chunks/activations-KEY", Chunked: true, Suffix: ".npy",
		Samples: &study.Samples{Count: e.set.Rows, Chunk: chunk},
		Content: e.content("window activations", activationsVersion).Set("layer", e.set.EditLayer).Set("seed", e.set.Seed).Set("rows", e.set.Rows).Set("window", e.window.Protocol()),
		Compute: func(ctx context.Context, _ *study.Reader, part stage.Range, m study.Meter) ([]byte, error) {
			table := latent.Table(e.set.Seed, int(part.First)+part.Count, dim)
			var all []float32
			for i := range part.Count {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				row, err := one(ctx, table.Item(int(part.First)+i), part.First+uint32(i))
				if err != nil {
					return nil, err
				}
				all = append(all, row...)
				m.Add(1)
			}
			return npy.Float32([]int{part.Count, width + cells}, all), nil
		},
		Check: func(payload []byte, part stage.Range) error {
			shape, _, err := npy.ReadFloat32(payload)
			if err == nil && (len(shape) != 2 || shape[0] != part.Count || shape[1] != width+cells) {
				err = fmt.Errorf("activations of shape %v, expected %v", shape, []int{part.Count, width + cells})
			}
			return err
		},
		Cost: func(ctx context.Context) (float64, int64, error) {
			started := time.Now()
			_, err := one(ctx, latent.Table(e.set.Seed, 1, dim), 0)
			return time.Since(started).Seconds(), int64(4 * (width + cells)), err
		},
	})
}

// coarse brings a mask to grid x grid cells: the pixel under each cell's centre.
func coarse(m *metrics.Mask, grid int) []float32 {
	out := make([]float32, grid*grid)
	for y := range grid {
		for x := range grid {
			if m.In[(2*y+1)*m.H/(2*grid)*m.W+(2*x+1)*m.W/(2*grid)] {
				out[y*grid+x] = 1
			}
		}
	}
	return out
}

// addUnits adds the dissection: []reflections.Unit as JSON.
func (e *experiment) addUnits(s *study.Study, activations *study.Stage) *study.Stage {
	layer := e.chain.Layers()[e.set.EditLayer-1]
	side := layer.ValueSize
	return s.Add(&study.Stage{
		Name: "window units", Path: "artefacts/units-KEY.json", Steps: 1, Needs: []*study.Stage{activations}, Content: study.Content("window units", unitsVersion),
		Compute: func(ctx context.Context, in *study.Reader, _ stage.Range, m study.Meter) ([]byte, error) {
			p := reflections.Pictures{}
			var all []float32
			err := in.Chunks(activations, func(part stage.Range, b []byte) error {
				shape, values, err := npy.ReadFloat32(b)
				if err != nil {
					return err
				}
				width := layer.Out * side * side
				for i := range shape[0] {
					row := values[i*shape[1]:][:shape[1]]
					all = append(all, row[:width]...)
					covered := make([]bool, shape[1]-width)
					for q, v := range row[width:] {
						covered[q] = v > 0
					}
					p.Covered = append(p.Covered, covered)
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
			p.Activation = compute.From(all, len(p.Covered), layer.Out, side, side)
			units, err := reflections.Dissect(ctx, p, runtime.GOMAXPROCS(0))
			if err != nil {
				return nil, err
			}
			m.Add(1)
			return marshal(units)
		},
	})
}

func marshal(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	return append(b, '\n'), err
}

func read[T any](in *study.Reader, st *study.Stage) (T, error) {
	var v T
	b, err := in.File(st)
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	return v, err
}
