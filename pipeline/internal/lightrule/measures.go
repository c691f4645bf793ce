package lightrule

import (
	"context"
	"fmt"

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
	truthIn           // L1 of the unedited picture to the inverted truth, in the reflection
	truthOut          // the same elsewhere
	perPicture        // how many
)

// addMeasures adds what both generators do to every sample: float32 [samples, 2*perPicture], the original first. Without a world
// the truth is unknown, and its distances are -1.
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
	out[truthIn], out[truthOut] = -1, -1
	if e.world == nil || e.set.Rule == "" {
		return out, nil
	}
	z := compute.From(scene.Latent, 1, len(scene.Latent))
	x, err := chain.Image(z)
	if err != nil {
		return nil, err
	}
	truth, err := e.world.Counterfactual(scene.Latent, e.set.Rule)
	if err != nil {
		return nil, err
	}
	place, err := e.world.Window(scene.Latent, e.set.Rule)
	if err != nil {
		return nil, err
	}
	in, rest := distance(picture.RoundTrip(x).Data, truth.RGB, place)
	out[truthIn], out[truthOut] = float32(in), float32(rest)
	return out, nil
}

// distance is the mean absolute difference of two pictures in [-1,1], inside and outside a mask.
func distance(a, b []float32, mask []bool) (in, out float64) {
	var sum, n [2]float64
	for i, v := range a {
		k := 1
		if mask[i%len(mask)] {
			k = 0
		}
		sum[k] += max(float64(v)-float64(b[i]), float64(b[i])-float64(v))
		n[k]++
	}
	return sum[0] / max(n[0], 1), sum[1] / max(n[1], 1)
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
