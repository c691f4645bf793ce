package gan

import (
	"fmt"

	"rewriting/compute"
)

// Drawing draws one latent with a generator and with edited forms of it. What an edited StyleGAN2 has in common with the first from
// the bottom of the network is computed once for all that are edited at the same layer. Images are bit for bit those of
// Generator.Image. A Drawing serves one goroutine.
type Drawing struct {
	base     Generator
	z        *compute.Tensor
	position int
	below    map[int]flow    // by convolution: what reaches it
	image    *compute.Tensor // of base, once drawn
}

// NewDrawing begins a drawing of z [1,LatentDim] at a position of a batch (see At).
func NewDrawing(base Generator, z *compute.Tensor, position int) *Drawing {
	return &Drawing{base: base, z: z, position: position, below: map[int]flow{}}
}

// Image is At(g, position).Image(z), for the base and whatever was made of it by With. The image must not be written to.
func (d *Drawing) Image(g Generator) (*compute.Tensor, error) {
	edited, ok := g.(*styleGAN2)
	base, same := d.base.(*styleGAN2)
	if !ok || !same {
		return At(g, d.position).Image(d.z)
	}
	shared := base.shares(edited)
	if shared == len(edited.convs) {
		if d.image != nil {
			return d.image, nil
		}
		var err error
		d.image, err = At(g, d.position).Image(d.z)
		return d.image, err
	}
	edited = At(edited, d.position).(*styleGAN2)
	if shared == 0 {
		return edited.Image(d.z)
	}
	f, known := d.below[shared]
	if !known {
		var err error
		if f, err = edited.reach(d.z, shared); err != nil {
			return nil, fmt.Errorf("below layer %d: %w", edited.convs[shared].Number, err)
		}
		d.below[shared] = f
	}
	return edited.synthesise(f, shared)
}

// reach runs everything below convolution i, which is not the first, and returns what flows into it, for any number of uses.
func (g *styleGAN2) reach(z *compute.Tensor, i int) (flow, error) {
	w, err := g.styles(z)
	if err != nil {
		return flow{}, err
	}
	f := g.start(w)
	if err := g.rise(&f, i); err != nil {
		return flow{}, err
	}
	f.owned = false
	return f, nil
}

// shares counts the convolutions from the bottom that two generators have in common, with all that they depend on and the colours
// that are painted on the way.
func (g *styleGAN2) shares(o *styleGAN2) int {
	if g.psi != o.psi || g.average != o.average || g.constant != o.constant || len(g.mapping) != len(o.mapping) || len(g.convs) != len(o.convs) {
		return 0
	}
	for j, l := range g.mapping {
		if l.w != o.mapping[j].w {
			return 0
		}
	}
	for i, c := range g.convs {
		if c != o.convs[i] {
			return i
		}
		if i%2 == 0 && g.rgbs[i/2] != o.rgbs[i/2] {
			return i
		}
	}
	return len(g.convs)
}
