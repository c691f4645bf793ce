package autodiff

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
)

// ConvTranspose2D is a transposed convolution in the sense of PyTorch, without a bias: x [N,Ci,h,w] and w [Ci,Co,kh,kw] give
// [N,Co,(h-1)s+d(kh-1)+1+extra-pads,...] with stride s and dilation d of p; p.Pad cuts off the result's edges. It
// must not cut off more than the kernel reaches.
func ConvTranspose2D(x, w *gorgonia.Node, p compute.Params, extra [2]int) (*gorgonia.Node, error) {
	if err := ranks("ConvTranspose2D", 4, x, w); err != nil {
		return nil, err
	}
	if p.Groups > 1 || x.Shape()[1] != w.Shape()[0] {
		return nil, fmt.Errorf("autodiff: ConvTranspose2D of %v with weight %v and %d groups", x.Shape(), w.Shape(), max(p.Groups, 1))
	}
	// The keys are spread apart by zeros, and a plain convolution with the reversed kernel follows.
	plain := compute.Params{Dilation: p.Dilation}
	for i := range 4 {
		plain.Pad[i] = max(p.Dilation[i%2], 1)*(w.Shape()[2+i%2]-1) - p.Pad[i]
		if i >= 2 {
			plain.Pad[i] += extra[i-2]
		}
		if plain.Pad[i] < 0 {
			return nil, fmt.Errorf("autodiff: ConvTranspose2D with pads %v cuts off more than its kernel reaches", p.Pad)
		}
	}
	spread, err := spreadApart(x, max(p.Stride[0], 1), max(p.Stride[1], 1))
	if err != nil {
		return nil, err
	}
	kernel, err := reversed(w)
	if err != nil {
		return nil, err
	}
	return Conv2D(spread, kernel, plain)
}

// spreadApart puts sy-1 rows and sx-1 columns of zeros between those of x.
func spreadApart(x *gorgonia.Node, sy, sx int) (*gorgonia.Node, error) {
	if sy == 1 && sx == 1 {
		return x, nil
	}
	s := x.Shape()
	h, w := s[2], s[3]
	wide := []int{s[0], s[1], (h-1)*sy + 1, (w-1)*sx + 1}
	// place is where cell i of all maps goes.
	place := func(i int) int { return (i/(h*w)*wide[2]+i/w%h*sy)*wide[3] + i%w*sx }
	return (&op{
		name: fmt.Sprintf("SpreadApart(%d,%d)", sy, sx),
		out:  wide,
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			clear(out.Data)
			for i, v := range in[0].Data {
				out.Data[place(i)] = v
			}
		},
		gradient: []gradient{func(_, dy *gorgonia.Node) (*gorgonia.Node, error) {
			return (&op{
				name: fmt.Sprintf("SpreadApartGrad(%d,%d) to %v", sy, sx, s),
				out:  s,
				into: func(out *compute.Tensor, in []*compute.Tensor) {
					for i := range out.Data {
						out.Data[i] = in[0].Data[place(i)]
					}
				},
			}).apply(dy)
		}},
	}).apply(x)
}

// reversed swaps the channels of a kernel [A,B,kh,kw] and reverses its taps: [B,A,kh,kw]. It is its own inverse, and its own gradient.
func reversed(w *gorgonia.Node) (*gorgonia.Node, error) {
	s := w.Shape()
	a, b, taps := s[0], s[1], s[2]*s[3]
	return (&op{
		name: fmt.Sprintf("Reversed%v", s),
		out:  []int{b, a, s[2], s[3]},
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			for i := range a {
				for j := range b {
					to := out.Data[(j*a+i)*taps:][:taps]
					copy(to, in[0].Data[(i*b+j)*taps:][:taps])
					slices.Reverse(to)
				}
			}
		},
		gradient: []gradient{func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return reversed(dy) }},
	}).apply(w)
}

// Transpose swaps the axes of a matrix.
func Transpose(x *gorgonia.Node) (*gorgonia.Node, error) {
	if err := ranks("Transpose", 2, x); err != nil {
		return nil, err
	}
	rows, columns := x.Shape()[0], x.Shape()[1]
	return (&op{
		name: fmt.Sprintf("Transpose(%d,%d)", rows, columns),
		out:  []int{columns, rows},
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			for i, v := range in[0].Data {
				out.Data[i%columns*rows+i/columns] = v
			}
		},
		gradient: []gradient{func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return Transpose(dy) }},
	}).apply(x)
}

// curve is an activation whose slope follows from its value.
func curve(name string, x *gorgonia.Node, value, slope func(float64) float64) (*gorgonia.Node, error) {
	return (&op{
		name: name,
		out:  x.Shape(),
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			for i, v := range in[0].Data {
				out.Data[i] = float32(value(float64(v)))
			}
		},
		gradient: []gradient{func(y, dy *gorgonia.Node) (*gorgonia.Node, error) {
			return (&op{
				name: name + "Grad",
				out:  x.Shape(),
				into: func(out *compute.Tensor, in []*compute.Tensor) {
					for i, v := range in[0].Data {
						out.Data[i] = in[1].Data[i] * float32(slope(float64(v)))
					}
				},
			}).apply(y, dy)
		}},
	}).apply(x)
}

// Tanh is the hyperbolic tangent of every element.
func Tanh(x *gorgonia.Node) (*gorgonia.Node, error) {
	return curve("Tanh", x, math.Tanh, func(y float64) float64 { return 1 - y*y })
}

// Sigmoid is 1/(1+e^-x) of every element.
func Sigmoid(x *gorgonia.Node) (*gorgonia.Node, error) {
	return curve("Sigmoid", x, func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }, func(y float64) float64 { return y * (1 - y) })
}

// ELU is x above zero and alpha (e^x - 1) below.
func ELU(x *gorgonia.Node, alpha float32) (*gorgonia.Node, error) {
	if !(alpha >= 0) || math.IsInf(float64(alpha), 0) {
		return nil, fmt.Errorf("autodiff: ELU with alpha %v", alpha)
	}
	a := float64(alpha)
	return curve(fmt.Sprintf("ELU(%b)", alpha), x, func(v float64) float64 {
		if v > 0 {
			return v
		}
		return a * math.Expm1(v)
	}, func(y float64) float64 {
		if y > 0 {
			return 1
		}
		return y + a
	})
}

// InstanceNorm gives every map of x [N,C,H,W] mean zero and variance one: (x-mean)/sqrt(variance+epsilon). Scale and
// shift are the business of Mul and AddChannelBias.
func InstanceNorm(x *gorgonia.Node, epsilon float32) (*gorgonia.Node, error) {
	if err := ranks("InstanceNorm", 4, x); err != nil {
		return nil, err
	}
	s := x.Shape()
	area := s[2] * s[3]
	return (&op{
		name: fmt.Sprintf("InstanceNorm(%b)", epsilon),
		out:  s,
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			for at := 0; at < len(out.Data); at += area {
				mean, spread := moments(in[0].Data[at:][:area], epsilon)
				for i, v := range in[0].Data[at:][:area] {
					out.Data[at+i] = float32((float64(v) - mean) / spread)
				}
			}
		},
		// dx = (dy - mean(dy) - y mean(y dy)) / spread
		gradient: []gradient{func(y, dy *gorgonia.Node) (*gorgonia.Node, error) {
			return (&op{
				name: fmt.Sprintf("InstanceNormGrad(%b)", epsilon),
				out:  s,
				into: func(out *compute.Tensor, in []*compute.Tensor) {
					for at := 0; at < len(out.Data); at += area {
						x, y, dy := in[0].Data[at:][:area], in[1].Data[at:][:area], in[2].Data[at:][:area]
						_, spread := moments(x, epsilon)
						var plain, along float64
						for i, g := range dy {
							plain += float64(g)
							along += float64(g) * float64(y[i])
						}
						plain, along = plain/float64(area), along/float64(area)
						for i, g := range dy {
							out.Data[at+i] = float32((float64(g) - plain - float64(y[i])*along) / spread)
						}
					}
				},
			}).apply(x, y, dy)
		}},
	}).apply(x)
}

// moments are the mean of a map and the root of its variance plus epsilon.
func moments(x []float32, epsilon float32) (mean, spread float64) {
	for _, v := range x {
		mean += float64(v)
	}
	mean /= float64(len(x))
	var variance float64
	for _, v := range x {
		variance += (float64(v) - mean) * (float64(v) - mean)
	}
	return mean, math.Sqrt(variance/float64(len(x)) + float64(epsilon))
}
