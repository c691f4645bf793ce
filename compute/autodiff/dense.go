package autodiff

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
)

// Linear is a fully connected layer with equalised parameters: x [N,In], w [Out,In] and b [Out] give
// x (wscale w)^T + bscale b, [N,Out]. A nil b means none.
func Linear(x, w, b *gorgonia.Node, wscale, bscale float32) (*gorgonia.Node, error) {
	if err := ranks("Linear", 2, x, w); err != nil {
		return nil, err
	}
	xs, ws := x.Shape(), w.Shape()
	if xs[1] != ws[1] {
		return nil, fmt.Errorf("autodiff: Linear of %v with weight %v", xs, ws)
	}
	if b != nil && (b.Dims() != 1 || b.Shape()[0] != ws[0]) {
		return nil, fmt.Errorf("autodiff: Linear with weight %v and bias %v", ws, b.Shape())
	}
	o := &op{
		name: fmt.Sprintf("Linear(%b,%b)", wscale, bscale),
		out:  []int{xs[0], ws[0]},
		fresh: func(in []*compute.Tensor) *compute.Tensor {
			y := compute.Linear(in[0], in[1], nil)
			for i := range y.Data {
				y.Data[i] *= wscale
				if len(in) > 2 {
					y.Data[i] += bscale * in[2].Data[i%ws[0]]
				}
			}
			return y
		},
		gradient: []gradient{
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return product(dy, w, false, wscale, xs) },
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return product(dy, x, true, wscale, ws) },
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return channelSum(dy, bscale) },
		},
	}
	if b == nil {
		return o.apply(x, w)
	}
	return o.apply(x, w, b)
}

// product is scale*a*b, or scale*aT*b, for matrices.
func product(a, b *gorgonia.Node, transpose bool, scale float32, out []int) (*gorgonia.Node, error) {
	return (&op{
		name: fmt.Sprintf("Product(%t,%b)", transpose, scale),
		out:  out,
		fresh: func(in []*compute.Tensor) *compute.Tensor {
			left := in[0]
			if transpose {
				left = compute.Transpose(left)
			}
			y := compute.MatMul(left, in[1])
			compute.Scale(y.Data, scale)
			return y
		},
	}).apply(a, b)
}

// channelSum adds x [N,C,...] over everything but the channels and scales the sum: [C].
func channelSum(x *gorgonia.Node, scale float32) (*gorgonia.Node, error) {
	s := x.Shape()
	c := s[1]
	return (&op{
		name: fmt.Sprintf("ChannelSum(%b)", scale),
		out:  []int{c},
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			size := len(in[0].Data) / (s[0] * c)
			for o := range c {
				var sum float64
				for n := range s[0] {
					sum += float64(compute.Sum(in[0].Data[(n*c+o)*size:][:size]))
				}
				out.Data[o] = scale * float32(sum)
			}
		},
	}).apply(x)
}

// AddChannelBias adds b [C] to every cell of x [N,C,H,W].
func AddChannelBias(x, b *gorgonia.Node) (*gorgonia.Node, error) {
	if err := ranks("AddChannelBias", 4, x); err != nil {
		return nil, err
	}
	if b.Dims() != 1 || b.Shape()[0] != x.Shape()[1] {
		return nil, fmt.Errorf("autodiff: AddChannelBias of %v and %v", x.Shape(), b.Shape())
	}
	return (&op{
		name: "AddChannelBias",
		out:  x.Shape(),
		fresh: func(in []*compute.Tensor) *compute.Tensor {
			y := in[0].Clone()
			compute.AddChannelBias(y, in[1].Data)
			return y
		},
		gradient: []gradient{
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return dy, nil },
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return channelSum(dy, 1) },
		},
	}).apply(x, b)
}

// normEpsilon is StyleGAN2's and Progressive GAN's.
const normEpsilon = 1e-8

// PixelNorm divides x [N,C,...] by the root mean square over its channels: x/sqrt(mean(x^2) + 1e-8).
func PixelNorm(x *gorgonia.Node) (*gorgonia.Node, error) {
	s := x.Shape()
	if len(s) < 2 {
		return nil, fmt.Errorf("autodiff: PixelNorm of %v", s)
	}
	return (&op{
		name: "PixelNorm",
		out:  s,
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			eachPixel(in[0], func(at, step int) {
				var squares float64
				for i := range s[1] {
					v := float64(in[0].Data[at+i*step])
					squares += v * v
				}
				r := 1 / math.Sqrt(squares/float64(s[1])+normEpsilon)
				for i := range s[1] {
					out.Data[at+i*step] = float32(float64(in[0].Data[at+i*step]) * r)
				}
			})
		},
		gradient: []gradient{func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return pixelNormGrad(x, dy) }},
	}).apply(x)
}

// pixelNormGrad is r dy - x r^3/C * sum(x dy), with r = (mean(x^2) + eps)^(-1/2).
func pixelNormGrad(x, dy *gorgonia.Node) (*gorgonia.Node, error) {
	s := x.Shape()
	return (&op{
		name: "PixelNormGrad",
		out:  s,
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			c := float64(s[1])
			eachPixel(in[0], func(at, step int) {
				var squares, dot float64
				for i := range s[1] {
					v := float64(in[0].Data[at+i*step])
					squares += v * v
					dot += v * float64(in[1].Data[at+i*step])
				}
				r := 1 / math.Sqrt(squares/c+normEpsilon)
				for i := range s[1] {
					j := at + i*step
					out.Data[j] = float32(r*float64(in[1].Data[j]) - float64(in[0].Data[j])*r*r*r/c*dot)
				}
			})
		},
	}).apply(x, dy)
}

// eachPixel calls f with the position of channel 0 of every pixel of x [N,C,...] and the distance between channels.
func eachPixel(x *compute.Tensor, f func(at, step int)) {
	n, c := x.Shape[0], x.Shape[1]
	step := len(x.Data) / max(n*c, 1)
	for b := range n {
		for p := range step {
			f(b*c*step+p, step)
		}
	}
}
