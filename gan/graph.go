package gan

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan/latent"
)

// targetGraph is styledConv.target as an expression of the weight [Out,In,3,3]; all else is constant.
func (c *styledConv) targetGraph(g *gorgonia.ExprGraph, w node, s *State) (node, error) {
	b := &builder{g: g}
	strength, bias := c.constants(g)
	y := b.target(c, autodiff.Constant(g, "key", s.Key), autodiff.Constant(g, "style", s.Style), w, strength, bias)
	return y, b.err
}

// constants are the noise strength and the bias of a layer whose weight alone is trained.
func (c *styledConv) constants(g *gorgonia.ExprGraph) (strength, bias node) {
	return autodiff.Constant(g, "noise strength", compute.From([]float32{c.strength}, 1)),
		autodiff.Constant(g, "bias", compute.From(c.bias, len(c.bias)))
}

// target is the target model: convolution, demodulation, blur, noise, bias and activation (spec: method, section 7).
func (b *builder) target(c *styledConv, key, style, w, strength, bias node) node {
	u := b.do(func() (node, error) { return autodiff.Modulated(key, w, style, c.sigma, c.up) })
	return b.activate(u, strength, bias)
}

// convolve is the part of the target model that is linear in the weight: convolution, and the blur after an upsampling one.
func (b *builder) convolve(c *styledConv, key, w node) node {
	if !c.up {
		return b.do(func() (node, error) { return autodiff.Conv2D(key, w, compute.Same3x3) })
	}
	u := b.do(func() (node, error) { return autodiff.UpConv(key, w) })
	return b.do(func() (node, error) { return autodiff.Blur(u, 1, 1) })
}

// demodulate multiplies the result of convolve by demodulation d and learning rate.
func (b *builder) demodulate(c *styledConv, u, d node) node {
	d = b.do(func() (node, error) { return autodiff.Scale(d, c.sigma) })
	return b.do(func() (node, error) { return autodiff.ScaleChannels(u, d) })
}

// activate is the end of it: noise, bias and activation.
func (b *builder) activate(u, strength, bias node) node {
	return b.do(func() (node, error) {
		s := u.Shape()
		return autodiff.NoiseBiasAct(u, latent.Noise(s[0], s[2], s[3]), strength, bias)
	})
}

func (g *styleGAN2) Graph(e *gorgonia.ExprGraph, params map[string]node, z *compute.Tensor) (node, error) {
	if err := g.checkLatents(z); err != nil {
		return nil, err
	}
	if err := g.params.checkNodes(params); err != nil {
		return nil, err
	}
	b := &builder{g: e, params: params}
	w := b.styles(g, z)
	x := b.do(func() (node, error) { return autodiff.Repeat(params["input.input"], z.Shape[0]) })
	var rgb node
	for i, c := range g.convs {
		if c.up {
			rgb = b.do(func() (node, error) { return autodiff.Upsample2x(rgb) })
		}
		x = b.styledConv(c, x, w)
		if i%2 != 0 {
			continue
		}
		colours := b.toRGB(i/2+1, x, w)
		if rgb == nil {
			rgb = colours
		} else {
			rgb = b.do(func() (node, error) { return autodiff.Add(rgb, colours) })
		}
	}
	return rgb, b.err
}

// equalised is a fully connected layer of stored parameters with a learning-rate multiplier.
func (b *builder) equalised(x node, weight, bias string, rate float64) node {
	w := b.params[weight]
	scale := float32(rate / math.Sqrt(float64(w.Shape()[1])))
	return b.do(func() (node, error) { return autodiff.Linear(x, w, b.params[bias], scale, float32(rate)) })
}

// styles is the mapping and truncation: psi w + (1-psi) mean.
func (b *builder) styles(g *styleGAN2, z *compute.Tensor) node {
	w := autodiff.Constant(b.g, "z", normalise(z))
	for j := range g.mapping {
		w = b.equalised(w, fmt.Sprintf("style.%d.weight", j+1), fmt.Sprintf("style.%d.bias", j+1), rateMapping)
		w = b.do(func() (node, error) { return autodiff.LeakyReLU(w, 0.2, math.Sqrt2) })
	}
	if g.psi == 1 {
		return w
	}
	rest := compute.New(z.Shape[0], len(g.average.Data))
	for i := range rest.Data {
		rest.Data[i] = float32(1-g.psi) * g.average.Data[i%len(g.average.Data)]
	}
	w = b.do(func() (node, error) { return autodiff.Scale(w, float32(g.psi)) })
	return b.do(func() (node, error) { return autodiff.Add(w, autodiff.Constant(b.g, "latent_avg", rest)) })
}

// styledConv is one styled convolution from feature map to feature map.
func (b *builder) styledConv(c *styledConv, x, w node) node {
	name := convName(c.Number)
	s := b.equalised(w, name+".conv.modulation.weight", name+".conv.modulation.bias", 1)
	weight := b.do(func() (node, error) { return autodiff.Reshape(b.params[name+".conv.weight"], c.weight.Shape...) })
	k := b.do(func() (node, error) { return autodiff.ScaleChannels(x, s) })
	return b.target(c, k, s, weight, b.params[name+".noise.weight"], b.params[name+".activate.bias"])
}

// toRGB is the modulated 1x1 convolution to colours, with bias.
func (b *builder) toRGB(number int, x, w node) node {
	name := rgbName(number)
	stored := b.params[name+".conv.weight"]
	c := stored.Shape()[2]
	s := b.equalised(w, name+".conv.modulation.weight", name+".conv.modulation.bias", 1)
	weight := b.do(func() (node, error) { return autodiff.Reshape(stored, 3, c, 1, 1) })
	bias := b.do(func() (node, error) { return autodiff.Reshape(b.params[name+".bias"], 3) })
	k := b.do(func() (node, error) { return autodiff.ScaleChannels(x, s) })
	y := b.do(func() (node, error) { return autodiff.Conv2D(k, weight, compute.Params{}) })
	y = b.do(func() (node, error) { return autodiff.Scale(y, float32(1/math.Sqrt(float64(c)))) })
	return b.do(func() (node, error) { return autodiff.AddChannelBias(y, bias) })
}
