package autodiff

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
)

// passGrain is how many elements are worth a processor of their own: compute's own measure.
const passGrain = 1 << 15

// Modulated is the linear part of StyleGAN2's styled convolution: for keys x [N,Ci,H,W], which contain the style already, a
// weight w [Co,Ci,3,3] and styles s [N,Ci],
//
//	y[n,o] = c[n,o] conv(x,w)[n,o],  c[n,o] = sigma / sqrt(sum over i,ky,kx of (sigma w[o,i,ky,kx] s[n,i])^2 + 1e-8)
//
// with a convolution that keeps the size, or with compute.UpConv and the blur if up is set, [N,Co,2H,2W]. It is one
// operation because the weight acts twice: with y dy summed to d[n,o], its gradient is that of the convolution, for dy c,
// plus w[o,i] times -sum over n of d c^2 s[n,i]^2, added while the first is still in the cache.
func Modulated(x, w, s *gorgonia.Node, sigma float32, up bool) (*gorgonia.Node, error) {
	if err := ranks("Modulated", 4, x, w); err != nil {
		return nil, err
	}
	xs, ws, ss := x.Shape(), w.Shape(), s.Shape()
	if len(ss) != 2 || ss[0] != xs[0] || ss[1] != ws[1] || xs[1] != ws[1] || ws[2] != 3 || ws[3] != 3 {
		return nil, fmt.Errorf("autodiff: Modulated of %v with weight %v and styles %v", xs, ws, ss)
	}
	energy, err := (&op{
		name: "Energy",
		out:  ws[:2],
		into: func(out *compute.Tensor, in []*compute.Tensor) { compute.SquaredTapsInto(out, in[0]) },
	}).apply(w)
	if err != nil {
		return nil, err
	}
	c, err := (&op{
		name: fmt.Sprintf("Demodulation(%b)", sigma),
		out:  []int{xs[0], ws[0]},
		fresh: func(in []*compute.Tensor) *compute.Tensor {
			c := compute.DemodulateSquared(in[0], in[1], sigma)
			compute.Scale(c.Data, sigma)
			return c
		},
	}).apply(energy, s)
	if err != nil {
		return nil, err
	}
	m := &modulated{xs: xs, ws: ws, up: up}
	var work []int
	if up {
		work = m.wideShape()
	}
	return (&op{
		name: fmt.Sprintf("Modulated(%b,%t)", sigma, up),
		out:  m.out(),
		work: work,
		into: m.run,
		gradient: []gradient{
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) {
				g, err := m.before(dy, c)
				if err != nil {
					return nil, err
				}
				if up {
					return upConvGradInput(g, w, xs)
				}
				return convGradInput(g, w, xs, compute.Same3x3)
			},
			func(y, dy *gorgonia.Node) (*gorgonia.Node, error) {
				g, err := m.before(dy, c)
				if err != nil {
					return nil, err
				}
				d, err := channelDot(y, dy)
				if err != nil {
					return nil, err
				}
				return (&op{name: fmt.Sprintf("ModulatedGradWeight(%t)", up), out: ws, into: m.gradWeight}).apply(x, g, w, s, c, d)
			},
			func(y, dy *gorgonia.Node) (*gorgonia.Node, error) {
				d, err := channelDot(y, dy)
				if err != nil {
					return nil, err
				}
				return (&op{name: "ModulatedGradStyle", out: ss, fresh: gradStyle}).apply(energy, s, c, d)
			},
		},
	}).apply(x, w, s, energy, c)
}

// modulated holds the shapes of one such operation.
type modulated struct {
	xs, ws []int
	up     bool
}

func (m *modulated) out() []int {
	if m.up {
		return []int{m.xs[0], m.ws[0], 2 * m.xs[2], 2 * m.xs[3]}
	}
	return []int{m.xs[0], m.ws[0], m.xs[2], m.xs[3]}
}

// wideShape is that of the up-convolution's result.
func (m *modulated) wideShape() []int {
	return []int{m.xs[0], m.ws[0], 2*m.xs[2] + 1, 2*m.xs[3] + 1}
}

func (m *modulated) run(out *compute.Tensor, in []*compute.Tensor) {
	x, w, c := in[0], in[1], in[4]
	if m.up {
		wide := in[5]
		compute.UpConvInto(wide, x, w)
		compute.BlurInto(out, wide, 1, 1)
	} else {
		compute.Conv2DInto(out, x, w, nil, compute.Same3x3)
	}
	compute.ScaleChannels(out, c)
}

// before is the gradient by the convolution's result. The factor c takes part in it as a constant.
func (m *modulated) before(dy, c *gorgonia.Node) (*gorgonia.Node, error) {
	g, err := scaleOver(dy, c)
	if err != nil || !m.up {
		return g, err
	}
	return blurGrad(g, 1, 1, m.wideShape())
}

func (m *modulated) gradWeight(out *compute.Tensor, in []*compute.Tensor) {
	x, g, w, s, c, d := in[0], in[1], in[2], in[3], in[4], in[5]
	squares := compute.New(s.Shape...)
	compute.Mul(squares.Data, s.Data, s.Data)
	plus := &compute.Scaled{Weight: w, Factor: compute.MatMul(compute.Transpose(pulls(c, d)), squares)}
	if m.up {
		compute.UpConvGradWeightInto(out, x, g, plus)
	} else {
		compute.Conv2DGradWeightInto(out, x, g, compute.Same3x3, plus)
	}
}

// gradStyle is s[n,i] times the sum over o of -d c^2 energy[o,i].
func gradStyle(in []*compute.Tensor) *compute.Tensor {
	energy, s, c, d := in[0], in[1], in[2], in[3]
	g := compute.MatMul(pulls(c, d), energy)
	compute.Mul(g.Data, g.Data, s.Data)
	return g
}

// pulls is -d c^2 [N,Co].
func pulls(c, d *compute.Tensor) *compute.Tensor {
	p := compute.New(c.Shape...)
	for i, v := range c.Data {
		p.Data[i] = -d.Data[i] * v * v
	}
	return p
}
