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
		pass: true,
		into: func(out *compute.Tensor, in []*compute.Tensor) { compute.ScaleChannelsInto(out, in[0], in[1]) },
		gradient: []gradient{
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return scaleOver(dy, s) },
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return channelDot(x, dy) },
		},
	}).apply(x, s)
}

// scaleOver is ScaleChannels of a gradient, which may be overwritten and has none itself.
func scaleOver(dy, s *gorgonia.Node) (*gorgonia.Node, error) {
	return (&op{
		name: "ScaleChannelsOver",
		out:  dy.Shape(),
		over: 1,
		into: func(out *compute.Tensor, in []*compute.Tensor) { compute.ScaleChannelsInto(out, in[0], in[1]) },
	}).apply(dy, s)
}

// channelDot is the inner product of every map of x [N,C,H,W] with its counterpart in y: [N,C].
func channelDot(x, y *gorgonia.Node) (*gorgonia.Node, error) {
	s := x.Shape()
	return (&op{
		name: "ChannelDot",
		out:  s[:2],
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			size := s[2] * s[3]
			compute.Split(len(out.Data), 1+passGrain/size, func(lo, hi int) {
				for i := lo; i < hi; i++ {
					out.Data[i] = compute.Dot(in[0].Data[i*size:][:size], in[1].Data[i*size:][:size])
				}
			})
		},
	}).apply(x, y)
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
		pass: true,
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			compute.NoiseBiasActInto(out, in[0], noise, in[1].Data[0], in[2].Data)
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
			dots := make([]float64, s[0]*s[1])
			compute.Split(len(dots), 1+passGrain/size, func(lo, hi int) {
				for i := lo; i < hi; i++ {
					dots[i] = float64(compute.Dot(in[0].Data[i*size:][:size], noise.Data[i/s[1]*size:][:size]))
				}
			})
			var sum float64
			for _, v := range dots {
				sum += v
			}
			out.Data[0] = float32(sum)
		},
	}).apply(d)
}
