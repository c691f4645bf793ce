package gan

import (
	"rewriting/compute"
	"rewriting/gan/latent"
)

// At returns the generator that draws a single latent as the released code draws it at a position of a batch, counted from
// 0. Only noise depends on the position (spec: generators, section 4), so other generators and position 0 change nothing. The
// watermark experiment draws its images in batches of ten.
func At(g Generator, position int) Generator {
	s, ok := g.(*styleGAN2)
	if !ok || position == 0 {
		return g
	}
	moved := *s
	moved.convs = make([]*styledConv, len(s.convs))
	for i, c := range s.convs {
		at := *c
		at.position = position
		moved.convs[i] = &at
	}
	return &moved
}

// noise is what the layer adds to n maps of h x w.
func (c *styledConv) noise(n, h, w int) *compute.Tensor {
	all := latent.Noise(c.position+n, h, w)
	return compute.From(all.Data[c.position*h*w:], n, 1, h, w)
}
