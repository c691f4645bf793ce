package lightrule

import (
	"context"
	"fmt"
	"math"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/pipeline/internal/npy"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
	"rewriting/reflections"
)

// The numbers of one scene under one generator, in order.
const (
	inside     = iota // change of luminance in the reflection, window high minus low
	window            // the same in the window
	outside           // the same outside both
	truthL1           // L1 of the unedited picture to the inverted truth, in the reflection
	ownL1             // the same to the scene as the world draws it
	movedL1           // L1 of the unedited picture to the original generator's, outside the reflection
	perPicture        // how many
)

// addMeasures adds what both generators do to every sample: float32 [samples, 2*perPicture], the original first. Without a world
// the truth is unknown, and the last three are -1.
func (e *experiment) addMeasures(s *study.Study, st *laid) *study.Stage {
	c := study.Content("rule measures", measureVersion).Set("truth", e.set.Rule)
	if e.masks == "" {
		c.Set("scenes of", e.set.Model)
	}
	return s.Add(&study.Stage{
		Name: "measures", Path: "chunks/measures-KEY", Chunked: true, Suffix: ".npy", Needs: []*study.Stage{st.units, st.rule}, Content: c,
		Compute: func(ctx context.Context, in *study.Reader, part stage.Range, m study.Meter) ([]byte, error) {
			edit, found, err := e.found(in, st)
			if err != nil {
				return nil, err
			}
			var all []float32
			for i := range part.Count {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				scene, err := e.sample(part.First + uint32(i))
				if err != nil {
					return nil, err
				}
				for _, chain := range []gan.Chain{e.chain, found.chain} {
					row, err := e.measure(chain, scene, edit)
					if err != nil {
						return nil, fmt.Errorf("scene %d: %w", part.First+uint32(i), err)
					}
					all = append(all, row...)
				}
				m.Add(1)
			}
			return npy.Float32([]int{part.Count, 2 * perPicture}, all), nil
		},
		Check: func(payload []byte, part stage.Range) error {
			shape, _, err := npy.ReadFloat32(payload)
			if err == nil && (len(shape) != 2 || shape[0] != part.Count || shape[1] != 2*perPicture) {
				err = fmt.Errorf("measures of shape %v", shape)
			}
			return err
		},
		Cost: e.measureCost,
	})
}

// found reads the edit and the rule.
func (e *experiment) found(in *study.Reader, st *laid) (reflections.Edit, *rule, error) {
	units, err := read[[]reflections.Unit](in, st.units)
	if err != nil {
		return reflections.Edit{}, nil, err
	}
	b, err := in.File(st.rule)
	if err != nil {
		return reflections.Edit{}, nil, err
	}
	r, err := e.decode(b)
	return e.edit(units), r, err
}

func (e *experiment) measure(chain gan.Chain, scene reflections.Scene, edit reflections.Edit) ([]float32, error) {
	changes, err := reflections.Measure(chain, []reflections.Scene{scene}, edit)
	if err != nil {
		return nil, err
	}
	out := make([]float32, perPicture)
	out[inside], out[window], out[outside] = float32(changes[0].Inside), float32(changes[0].Window), float32(changes[0].Outside)
	out[truthL1], out[ownL1], out[movedL1] = -1, -1, -1
	if !e.truth() {
		return out, nil
	}
	place, err := e.world.Window(scene.Latent, e.set.Rule)
	if err != nil {
		return nil, err
	}
	truth, err := e.world.Counterfactual(scene.Latent, e.set.Rule)
	if err != nil {
		return nil, err
	}
	var pictures [2]*compute.Tensor
	for i, g := range []gan.Generator{chain, e.chain} {
		x, err := g.Image(compute.From(scene.Latent, 1, len(scene.Latent)))
		if err != nil {
			return nil, err
		}
		pictures[i] = picture.RoundTrip(x)
	}
	out[truthL1] = distance(pictures[0].Data, truth.RGB, place, true)
	out[ownL1] = distance(pictures[0].Data, e.world.Render(scene.Latent).RGB, place, true)
	out[movedL1] = distance(pictures[0].Data, pictures[1].Data, place, false)
	return out, nil
}

// distance is the mean absolute difference of two pictures where the mask has the value.
func distance(a, b []float32, mask []bool, value bool) float32 {
	var sum, n float64
	for i, v := range a {
		if mask[i%len(mask)] == value {
			sum += math.Abs(float64(v) - float64(b[i]))
			n++
		}
	}
	return float32(sum / max(n, 1))
}

// addPictures adds the figure: scenes in rows, both windows under both generators.
func (e *experiment) addPictures(s *study.Study, st *laid) *study.Stage {
	return s.Add(&study.Stage{
		Name: "figure", Path: "artefacts/figure-KEY.json", Steps: e.set.Show, Needs: []*study.Stage{st.units, st.rule},
		Content: study.Content("rule figure", pictureVersion).Set("show", e.set.Show).Set("first seed", s.Samples.First).Set("picture version", picture.Version),
		Compute: func(ctx context.Context, in *study.Reader, _ stage.Range, m study.Meter) ([]byte, error) {
			edit, found, err := e.found(in, st)
			if err != nil {
				return nil, err
			}
			var tiles [][]byte
			for i := range min(e.set.Show, s.Samples.Count) {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				scene, err := e.sample(s.Samples.First + uint32(i))
				if err != nil {
					return nil, err
				}
				row, err := e.strip(scene, edit, found)
				if err != nil {
					return nil, err
				}
				tiles = append(tiles, row...)
				m.Add(1)
			}
			if len(tiles) == 0 {
				return marshal([]report.Image{})
			}
			side := e.chain.Info().Resolution
			return marshal([]report.Image{{PNG: picture.Grid(tiles, side, perStrip), Caption: fmt.Sprintf(
				"Rows are scenes, columns from left: the unedited picture, window dark and window bright with the original generator; the unedited picture, window dark and window bright with the rule inverted at layer %d. Unit values: %s.", found.layer, e.strengths())}})
		},
	})
}

// perStrip are the pictures of one scene.
const perStrip = 6

func (e *experiment) strip(scene reflections.Scene, edit reflections.Edit, found *rule) ([][]byte, error) {
	var out [][]byte
	for _, chain := range []gan.Chain{e.chain, found.chain} {
		plain, err := chain.Image(compute.From(scene.Latent, 1, len(scene.Latent)))
		if err != nil {
			return nil, err
		}
		high, low, err := reflections.Draw(chain, scene, edit)
		if err != nil {
			return nil, err
		}
		for _, x := range []*compute.Tensor{plain, low, high} {
			pixels, err := picture.Quantise(x)
			if err != nil {
				return nil, err
			}
			out = append(out, pixels)
		}
	}
	return out, nil
}

// strengths says what the window units are set to.
func (e *experiment) strengths() string {
	if e.set.Spread {
		return fmt.Sprintf("%+g and %+g standard deviations from each unit's mean", e.set.High, e.set.Low)
	}
	return fmt.Sprintf("%+g and %+g", e.set.High, e.set.Low)
}
