package autodiff

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
)

// ScaleChannels multiplies the maps of x [N,C,H,W] by s [N,C]: StyleGAN2's style product and demodulation.
func ScaleChannels(x, s *gorgonia.Node) (*gorgonia.Node, error) {
	if err := ranks("ScaleChannels", 4, x); err != nil {
		return nil, err
	}
	xs, ss := x.Shape(), s.Shape()
	if len(ss) != 2 || ss[0] != xs[0] || ss[1] != xs[1] {
		return nil, fmt.Errorf("autodiff: ScaleChannels of %v by %v", xs, ss)
	}
	return (&op{
		name: "ScaleChannels",
		out:  xs,
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			copy(out.Data, in[0].Data)
			compute.ScaleChannels(out, in[1])
		},
		gradient: []gradient{
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return ScaleChannels(dy, s) },
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) {
				return (&op{
					name: "ChannelDot",
					out:  ss,
					into: func(out *compute.Tensor, in []*compute.Tensor) {
						size := xs[2] * xs[3]
						for i := range out.Data {
							out.Data[i] = compute.Dot(in[0].Data[i*size:][:size], in[1].Data[i*size:][:size])
						}
					},
				}).apply(x, dy)
			},
		},
	}).apply(x, s)
}

// Demodulate is compute.Demodulate: a weight w [Co,Ci,kh,kw] and styles s [N,Ci] give
// c [N,Co], c = 1/sqrt(sum (sigma w s)^2 + 1e-8).
func Demodulate(w, s *gorgonia.Node, sigma float32) (*gorgonia.Node, error) {
	if err := ranks("Demodulate", 4, w); err != nil {
		return nil, err
	}
	ws, ss := w.Shape(), s.Shape()
	if len(ss) != 2 || ss[1] != ws[1] {
		return nil, fmt.Errorf("autodiff: Demodulate of weight %v with styles %v", ws, ss)
	}
	n, co, ci, taps := ss[0], ws[0], ws[1], ws[2]*ws[3]
	return (&op{
		name:  fmt.Sprintf("Demodulate(%b)", sigma),
		out:   []int{n, co},
		fresh: func(in []*compute.Tensor) *compute.Tensor { return compute.Demodulate(in[0], in[1], sigma) },
		gradient: []gradient{
			func(c, dc *gorgonia.Node) (*gorgonia.Node, error) {
				return (&op{
					name: fmt.Sprintf("DemodulateGradWeight(%b)", sigma),
					out:  ws,
					into: func(out *compute.Tensor, in []*compute.Tensor) {
						s, p := in[1].Data, pull(in[2], in[3], sigma)
						factor := make([]float32, co*ci)
						for b := range n {
							for i, v := range s[b*ci:][:ci] {
								square := v * v
								for o, q := range p[b*co:][:co] {
									factor[o*ci+i] += float32(q) * square
								}
							}
						}
						compute.ScaleTaps(out.Data, in[0].Data, factor, taps)
					},
				}).apply(w, s, c, dc)
			},
			func(c, dc *gorgonia.Node) (*gorgonia.Node, error) {
				return (&op{
					name: fmt.Sprintf("DemodulateGradStyle(%b)", sigma),
					out:  ss,
					into: func(out *compute.Tensor, in []*compute.Tensor) {
						energy, s, p := compute.SquaredTaps(in[0]), in[1].Data, pull(in[2], in[3], sigma)
						for b := range n {
							for i := range ci {
								var sum float64
								for o := range co {
									sum += p[b*co+o] * float64(energy.Data[o*ci+i])
								}
								out.Data[b*ci+i] = float32(sum * float64(s[b*ci+i]))
							}
						}
					},
				}).apply(w, s, c, dc)
			},
		},
	}).apply(w, s)
}

// pull is the factor -dc c^3 sigma^2 that both gradients of the demodulation share, for every image and channel.
func pull(c, dc *compute.Tensor, sigma float32) []float64 {
	p := make([]float64, len(c.Data))
	for i, v := range c.Data {
		p[i] = -float64(dc.Data[i]) * float64(v) * float64(v) * float64(v) * float64(sigma) * float64(sigma)
	}
	return p
}

// NoiseBiasAct ends StyleGAN2's styled convolution: sqrt(2)*lrelu(x + strength*noise + bias, 0.2) for x [N,C,H,W],
// a fixed noise [N,1,H,W], strength [1] and bias [C].
func NoiseBiasAct(x *gorgonia.Node, noise *compute.Tensor, strength, bias *gorgonia.Node) (*gorgonia.Node, error) {
	if err := ranks("NoiseBiasAct", 4, x); err != nil {
		return nil, err
	}
	s := x.Shape()
	if noise.Len() != s[0]*s[2]*s[3] || bias.Dims() != 1 || bias.Shape()[0] != s[1] || strength.Shape().TotalSize() != 1 {
		return nil, fmt.Errorf("autodiff: NoiseBiasAct of %v with noise %v, strength %v and bias %v", s, noise.Shape, strength.Shape(), bias.Shape())
	}
	// All three gradients begin with the activation's; gorgonia merges the equal nodes.
	before := func(y, dy *gorgonia.Node) (*gorgonia.Node, error) { return leakyReLUGrad(y, dy, 0.2, math.Sqrt2) }
	return (&op{
		name: fmt.Sprintf("NoiseBiasAct(%p)", &noise.Data[0]),
		out:  s,
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			copy(out.Data, in[0].Data)
			compute.NoiseBiasAct(out, noise, in[1].Data[0], in[2].Data)
		},
		gradient: []gradient{
			before,
			func(y, dy *gorgonia.Node) (*gorgonia.Node, error) {
				d, err := before(y, dy)
				if err != nil {
					return nil, err
				}
				return noiseDot(d, noise)
			},
			func(y, dy *gorgonia.Node) (*gorgonia.Node, error) {
				d, err := before(y, dy)
				if err != nil {
					return nil, err
				}
				return channelSum(d, 1)
			},
		},
	}).apply(x, strength, bias)
}

// noiseDot is the inner product of d [N,C,H,W] with the noise that all channels share: [1].
func noiseDot(d *gorgonia.Node, noise *compute.Tensor) (*gorgonia.Node, error) {
	s := d.Shape()
	return (&op{
		name: fmt.Sprintf("NoiseDot(%p)", &noise.Data[0]),
		out:  []int{1},
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			size := s[2] * s[3]
			var sum float64
			for i := range s[0] * s[1] {
				sum += float64(compute.Dot(in[0].Data[i*size:][:size], noise.Data[i/s[1]*size:][:size]))
			}
			out.Data[0] = float32(sum)
		},
	}).apply(d)
}
