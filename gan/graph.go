package gan

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan/latent"
)

// builder builds expressions until the first error, after which every method returns nil.
type builder struct {
	g      *gorgonia.ExprGraph
	params map[string]*gorgonia.Node
	err    error
}

// try records the error of a node constructor.
func (b *builder) try(n *gorgonia.Node, err error) *gorgonia.Node {
	if b.err == nil && err != nil {
		b.err = err
	}
	return n
}

func (b *builder) param(name string) *gorgonia.Node {
	n := b.params[name]
	if n == nil && b.err == nil {
		b.err = fmt.Errorf("no node was given for tensor %q", name)
	}
	return n
}

// targetGraph is styledConv.target as an expression of the weight [Out,In,3,3]; all else is constant.
func (c *styledConv) targetGraph(g *gorgonia.ExprGraph, w *gorgonia.Node, s *State) (*gorgonia.Node, error) {
	b := &builder{g: g}
	y := b.styled(c, autodiff.Constant(g, "key", s.Key), autodiff.Constant(g, "style", s.Style), w,
		autodiff.Constant(g, "noise strength", compute.From([]float32{c.strength}, 1)),
		autodiff.Constant(g, "bias", compute.From(c.bias, len(c.bias))))
	return y, b.err
}

// styled is the target model: convolution, demodulation, blur, noise, bias and activation (spec: method, section 7).
func (b *builder) styled(c *styledConv, key, style, w, strength, bias *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	var u *gorgonia.Node
	if c.up {
		if u = b.try(autodiff.UpConv(key, w)); b.err != nil {
			return nil
		}
		u = b.try(autodiff.Blur(u, 1, 1))
	} else {
		u = b.try(autodiff.Conv2D(key, w, compute.Same3x3))
	}
	if b.err != nil {
		return nil
	}
	d := b.try(autodiff.Demodulate(w, style, c.sigma))
	if b.err != nil {
		return nil
	}
	if d = b.try(autodiff.Scale(d, c.sigma)); b.err != nil {
		return nil
	}
	if u = b.try(autodiff.ScaleChannels(u, d)); b.err != nil {
		return nil
	}
	s := u.Shape()
	return b.try(autodiff.NoiseBiasAct(u, latent.Noise(s[0], s[2], s[3]), strength, bias))
}

// equalised is a fully connected layer of stored parameters with a learning-rate multiplier.
func (b *builder) equalised(x *gorgonia.Node, weight, bias string, rate float64) *gorgonia.Node {
	w, v := b.param(weight), b.param(bias)
	if b.err != nil {
		return nil
	}
	return b.try(autodiff.Linear(x, w, v, float32(rate/math.Sqrt(float64(w.Shape()[1]))), float32(rate)))
}

func (g *styleGAN2) Graph(e *gorgonia.ExprGraph, params map[string]*gorgonia.Node, z *compute.Tensor) (*gorgonia.Node, error) {
	if want := g.mapping[0].w.Shape[1]; len(z.Shape) != 2 || z.Shape[0] < 1 || z.Shape[1] != want {
		return nil, fmt.Errorf("latents have shape %v, the generator takes [N %d]", z.Shape, want)
	}
	if err := g.params.checkNodes(params); err != nil {
		return nil, err
	}
	b := &builder{g: e, params: params}
	w := b.styles(g, z)
	x := b.input(z.Shape[0])
	var rgb *gorgonia.Node
	for i, c := range g.convs {
		if c.up && b.err == nil {
			rgb = b.try(autodiff.Upsample2x(rgb))
		}
		x = b.layer(c, x, w)
		if i%2 == 0 {
			rgb = b.paint(i/2+1, x, rgb, w)
		}
		if b.err != nil {
			return nil, b.err
		}
	}
	return rgb, nil
}

// styles is the mapping and truncation: psi w + (1-psi) mean.
func (b *builder) styles(g *styleGAN2, z *compute.Tensor) *gorgonia.Node {
	w := autodiff.Constant(b.g, "z", normalise(z))
	for j := range g.mapping {
		w = b.equalised(w, fmt.Sprintf("style.%d.weight", j+1), fmt.Sprintf("style.%d.bias", j+1), rateMapping)
		if b.err != nil {
			return nil
		}
		w = b.try(autodiff.LeakyReLU(w, 0.2, math.Sqrt2))
	}
	if g.psi == 1 || b.err != nil {
		return w
	}
	rest := compute.New(z.Shape[0], len(g.average.Data))
	for i := range rest.Data {
		rest.Data[i] = float32(1-g.psi) * g.average.Data[i%len(g.average.Data)]
	}
	if w = b.try(autodiff.Scale(w, float32(g.psi))); b.err != nil {
		return nil
	}
	return b.try(autodiff.Add(w, autodiff.Constant(b.g, "latent_avg", rest)))
}

func (b *builder) input(n int) *gorgonia.Node {
	c := b.param("input.input")
	if b.err != nil {
		return nil
	}
	return b.try(autodiff.Repeat(c, n))
}

// layer is one styled convolution from feature map to feature map.
func (b *builder) layer(c *styledConv, x, w *gorgonia.Node) *gorgonia.Node {
	name := convName(c.Number)
	if b.err != nil {
		return nil
	}
	s := b.equalised(w, name+".conv.modulation.weight", name+".conv.modulation.bias", 1)
	stored, strength, bias := b.param(name+".conv.weight"), b.param(name+".noise.weight"), b.param(name+".activate.bias")
	if b.err != nil {
		return nil
	}
	weight := b.try(autodiff.Reshape(stored, c.weight.Shape...))
	k := b.try(autodiff.ScaleChannels(x, s))
	return b.styled(c, k, s, weight, strength, bias)
}

// paint is to_rgb: modulated 1x1 convolution plus bias, added to the running image.
func (b *builder) paint(number int, x, rgb, w *gorgonia.Node) *gorgonia.Node {
	name := rgbName(number)
	if b.err != nil {
		return nil
	}
	s := b.equalised(w, name+".conv.modulation.weight", name+".conv.modulation.bias", 1)
	stored, bias := b.param(name+".conv.weight"), b.param(name+".bias")
	if b.err != nil {
		return nil
	}
	c := x.Shape()[1]
	weight := b.try(autodiff.Reshape(stored, 3, c, 1, 1))
	flat := b.try(autodiff.Reshape(bias, 3))
	k := b.try(autodiff.ScaleChannels(x, s))
	if b.err != nil {
		return nil
	}
	y := b.try(autodiff.Conv2D(k, weight, compute.Params{}))
	if b.err != nil {
		return nil
	}
	y = b.try(autodiff.Scale(y, float32(1/math.Sqrt(float64(c)))))
	if b.err != nil {
		return nil
	}
	y = b.try(autodiff.AddChannelBias(y, flat))
	if rgb == nil || b.err != nil {
		return y
	}
	return b.try(autodiff.Add(rgb, y))
}
