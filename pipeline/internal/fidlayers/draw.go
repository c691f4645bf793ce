package fidlayers

import (
	"fmt"
	"math/rand/v2"

	"rewriting/compute"
	"rewriting/gan/latent"
	"rewriting/rewrite"
	"rewriting/sessions"
)

// batch is the latents that are drawn together: rows of one RandomState, as the released code draws them. Noise depends on the place in
// the batch, so a batch is always drawn whole.
func (g *layered) batch(seed uint32, n int) *compute.Tensor {
	return latent.Table(seed, n, g.gen.Info().LatentDim)
}

// place draws the corner of a square of side cells in a map. The stream depends on what the square is for, and on nothing
// else that is drawn.
func place(seed, purpose uint64, side, cells int) sessions.Box {
	r := rand.New(rand.NewPCG(seed, purpose))
	top, left := r.IntN(side-cells+1), r.IntN(side-cells+1)
	return sessions.Box{Top: top, Left: left, Bottom: top + cells, Right: left + cells}
}

// patches draws the patches of one batch by one layer, by size: [n,3,pixels,pixels] each. seed is the first of the batch.
func (g *layered) patches(l layer, seed uint32, n int) ([]*compute.Tensor, error) {
	s, err := l.cut.Context(g.batch(seed, n))
	if err != nil {
		return nil, err
	}
	var out []*compute.Tensor
	for _, z := range l.sizes {
		patch, err := rewrite.Patch(l.cut, s, place(uint64(seed), uint64(l.Number)<<32|uint64(z.Pixels), l.KeySize, z.Cells))
		if err != nil {
			return nil, fmt.Errorf("%s, %d pixels, batch of seed %d: %w", g.label(l), z.Pixels, seed, err)
		}
		out = append(out, patch)
	}
	return out, nil
}

// references draws the whole images of one batch and cuts a square of every size out of each, at a place of its own: by
// size, [n,3,pixels,pixels].
func (g *layered) references(seed uint32, n int) ([]*compute.Tensor, error) {
	images, err := g.gen.Image(g.batch(seed, n))
	if err != nil {
		return nil, err
	}
	side := g.gen.Info().Resolution
	var out []*compute.Tensor
	for _, p := range g.pixels {
		crops := compute.New(n, 3, p, p)
		for i := range n {
			one := rewrite.Crop(images.Item(i), place(uint64(seed)+uint64(i), uint64(p), side, p))
			copy(crops.Data[i*3*p*p:], one.Data)
		}
		out = append(out, crops)
	}
	return out, nil
}
