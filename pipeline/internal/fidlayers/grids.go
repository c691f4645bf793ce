package fidlayers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"rewriting/compute"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// perRow is how many pictures stand side by side in a grid, as in the released code.
const perRow = 8

// paperGrids are the layers whose patches the paper shows (Figs. 14 and 15, Figs. 17 and 18).
var paperGrids = map[string][]int{"stylegan2": {6, 8}, "proggan": {5, 7}}

// shown are the layers whose patches are shown: those that the config names, or the paper's; where the generator has
// none of them, one in the middle.
func (e *experiment) shown(g *layered) []layer {
	wanted := e.set.Grids
	if len(wanted) == 0 {
		wanted = paperGrids[g.gen.Info().Kind]
	}
	var out []layer
	for _, l := range g.layers {
		if slices.Contains(wanted, l.Number) {
			out = append(out, l)
		}
	}
	if len(out) == 0 {
		out = append(out, g.layers[len(g.layers)/2])
	}
	return out
}

// addGrids adds the pictures of a generator: whole images, and patches of some layers of the same latents.
func (e *experiment) addGrids(s *study.Study, g *layered) *study.Stage {
	var numbers []int
	for _, l := range e.shown(g) {
		numbers = append(numbers, l.Number)
	}
	return s.Add(&study.Stage{
		Name: "pictures: " + g.Name, Group: "pictures", Path: "artefacts/pictures-KEY.json", Steps: e.set.Show * (1 + len(numbers)),
		Content: e.content("pictures", gridVersion, g).Set("layers", numbers).Set("pixels", g.pixels).Set("show", e.set.Show).
			Set("first seed", e.cfg.Samples.First).Set("picture version", picture.Version),
		Compute: func(ctx context.Context, _ *study.Reader, _ stage.Range, m study.Meter) ([]byte, error) {
			pictures, err := e.grids(ctx, g, m)
			if err != nil {
				return nil, err
			}
			b, err := json.Marshal(pictures)
			return append(b, '\n'), err
		},
		Cost: func(context.Context) (float64, int64, error) {
			started := time.Now()
			_, err := g.gen.Image(g.batch(e.cfg.Samples.First, 1))
			n := e.set.Show * (1 + len(numbers))
			return time.Since(started).Seconds() * float64(n), int64(3 * n * g.gen.Info().Resolution * g.gen.Info().Resolution), err
		},
	})
}

func (e *experiment) grids(ctx context.Context, g *layered, m study.Meter) ([]report.Image, error) {
	if e.set.Show == 0 {
		return nil, nil
	}
	whole, err := e.tiles(ctx, g, m, func(seed uint32, n int) (*compute.Tensor, error) { return g.gen.Image(g.batch(seed, n)) })
	if err != nil {
		return nil, err
	}
	side := g.gen.Info().Resolution
	out := []report.Image{{Of: g.Name, PNG: picture.Grid(whole, side, perRow), Caption: fmt.Sprintf("%s: whole images, %d x %d pixels", g.Name, side, side)}}
	for _, l := range e.shown(g) {
		at := len(l.sizes) / 2
		z := l.sizes[at]
		tiles, err := e.tiles(ctx, g, m, func(seed uint32, n int) (*compute.Tensor, error) {
			patches, err := g.patches(l, seed, n)
			if err != nil {
				return nil, err
			}
			return patches[at], nil
		})
		if err != nil {
			return nil, err
		}
		out = append(out, report.Image{Of: g.Name, PNG: picture.Grid(tiles, z.Pixels, perRow), Caption: fmt.Sprintf(
			"%s: patches of %d x %d pixels that layer %d draws from %d x %d cells of its key map alone, of the same latents", g.Name, z.Pixels, z.Pixels, l.Number, z.Cells, z.Cells)})
	}
	return out, nil
}

// tiles draws the first pictures of the samples, batch by batch.
func (e *experiment) tiles(ctx context.Context, g *layered, m study.Meter, draw func(seed uint32, n int) (*compute.Tensor, error)) ([][]byte, error) {
	var out [][]byte
	for at := 0; at < e.set.Show; at += e.set.Batch {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := min(e.set.Batch, e.set.Show-at)
		pictures, err := draw(e.cfg.Samples.First+uint32(at), n)
		if err != nil {
			return nil, err
		}
		for i := range n {
			pixels, err := picture.Quantise(pictures.Item(i))
			if err != nil {
				return nil, fmt.Errorf("%s: picture %d: %w", g.Name, at+i, err)
			}
			out = append(out, pixels)
		}
		m.Add(n)
	}
	return out, nil
}
