package gan

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
)

// progCut is a Progressive GAN taken apart at layer i+1. The target is the bare convolution, linear in its weight.
type progCut struct {
	g *progGAN
	i int
}

func (g *progGAN) Cut(layer int) (Cut, error) {
	if layer < 1 || layer > len(g.layers) {
		return nil, fmt.Errorf("layer %d cannot be edited: this generator's editable layers are 1 to %d", layer, len(g.layers))
	}
	return &progCut{g, layer - 1}, nil
}

func (c *progCut) layer() *progLayer       { return c.g.layers[c.i] }
func (c *progCut) Layer() Layer            { return c.layer().Layer }
func (c *progCut) Generator() Generator    { return c.g }
func (c *progCut) Weight() *compute.Tensor { return c.layer().weight }

func (c *progCut) WithWeight(w *compute.Tensor) (Cut, error) {
	g, err := c.g.With(map[string]*compute.Tensor{c.Layer().Name: w})
	if err != nil {
		return nil, err
	}
	return &progCut{g.(*progGAN), c.i}, nil
}

func (c *progCut) Context(z *compute.Tensor) (*State, error) {
	x, err := c.g.start(z)
	if err != nil {
		return nil, err
	}
	for _, l := range c.g.layers[:c.i] {
		x = l.activate(l.filter().Conv(l.key(x), nil))
	}
	return &State{Key: c.layer().key(x)}, nil
}

func (c *progCut) Target(s *State) (*compute.Tensor, error) {
	if err := c.check(s); err != nil {
		return nil, err
	}
	return c.layer().filter().Conv(s.Key, nil), nil
}

func (c *progCut) check(s *State) error {
	if l := c.Layer(); s.Key == nil || len(s.Key.Shape) != 4 || s.Key.Shape[1] != l.In {
		return fmt.Errorf("keys of layer %d have shape %v, expected [N %d h w]", l.Number, s.Key, l.In)
	}
	return nil
}

func (c *progCut) Render(_ *State, v *compute.Tensor) (*compute.Tensor, error) {
	if l := c.Layer(); len(v.Shape) != 4 || v.Shape[1] != l.Out {
		return nil, fmt.Errorf("values of layer %d have shape %v, expected [N %d h w]", l.Number, v.Shape, l.Out)
	}
	return c.g.finish(c.layer().activate(v), c.i+1), nil
}

func (c *progCut) TargetGraph(g *gorgonia.ExprGraph, w node, s *State) (node, error) {
	if err := c.check(s); err != nil {
		return nil, err
	}
	return autodiff.Conv2D(autodiff.Constant(g, "key", s.Key), w, c.layer().pad)
}

func (g *progGAN) Graph(e *gorgonia.ExprGraph, params map[string]node, z *compute.Tensor) (node, error) {
	x, err := g.start(z)
	if err != nil {
		return nil, err
	}
	if err := g.params.checkNodes(params); err != nil {
		return nil, err
	}
	b := &builder{g: e, params: params}
	n := autodiff.Constant(e, "z", x)
	for _, l := range g.layers {
		n = b.block(l, progLayerName(l.Number), n)
		n = b.do(func() (node, error) { return autodiff.LeakyReLU(n, 0.2, 1) })
	}
	n = b.block(g.output, progOutputName(g.layers[len(g.layers)-1].ValueSize), n)
	n = b.do(func() (node, error) { return autodiff.Clamp(n, -1, 1) })
	return n, b.err
}

// block is norm, upsampling, convolution, scale and bias.
func (b *builder) block(l *progLayer, name string, x node) node {
	x = b.do(func() (node, error) { return autodiff.PixelNorm(x) })
	if l.up {
		x = b.do(func() (node, error) { return autodiff.UpsampleNearest(x) })
	}
	x = b.do(func() (node, error) { return autodiff.Conv2D(x, b.params[name+".conv.weight"], l.pad) })
	x = b.do(func() (node, error) { return autodiff.Scale(x, l.scale) })
	return b.do(func() (node, error) { return autodiff.AddChannelBias(x, b.params[name+".wscale.b"]) })
}
