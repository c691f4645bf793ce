package autodiff

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
)

// L1Mean is the mean absolute difference of two nodes of equal shape, a scalar. The slope at zero is zero, as PyTorch has it.
func L1Mean(a, b *gorgonia.Node) (*gorgonia.Node, error) {
	return mean("L1Mean", a, b, compute.L1, func(out, a, b []float32, g float32) {
		// The sign is moved by its bit: a branch would be mispredicted half of the time.
		for i, v := range a {
			d := v - b[i]
			slope := math.Float32frombits(math.Float32bits(g) ^ math.Float32bits(d)&(1<<31))
			if d == 0 || d != d {
				slope = 0
			}
			out[i] = slope
		}
	})
}

// L2Mean is the mean squared difference of two nodes of equal shape, a scalar.
func L2Mean(a, b *gorgonia.Node) (*gorgonia.Node, error) {
	return mean("L2Mean", a, b, compute.L2, func(out, a, b []float32, g float32) {
		for i, v := range a {
			out[i] = 2 * g * (v - b[i])
		}
	})
}

// mean builds a distance that sums over elements, divided by their number, and its gradients.
func mean(name string, a, b *gorgonia.Node, sum func(a, b []float32) float64, slope func(out, a, b []float32, g float32)) (*gorgonia.Node, error) {
	if err := same(name, a, b); err != nil {
		return nil, err
	}
	n := a.Shape().TotalSize()
	by := func(x, y *gorgonia.Node) gradient {
		return func(_, dy *gorgonia.Node) (*gorgonia.Node, error) {
			return (&op{
				name: name + "Grad",
				out:  a.Shape(),
				into: func(out *compute.Tensor, in []*compute.Tensor) {
					g := in[2].Data[0] / float32(n)
					compute.Split(n, passGrain/4, func(lo, hi int) {
						slope(out.Data[lo:hi], in[0].Data[lo:hi], in[1].Data[lo:hi], g)
					})
				},
			}).apply(x, y, dy)
		}
	}
	return (&op{
		name: name,
		fresh: func(in []*compute.Tensor) *compute.Tensor {
			return compute.From([]float32{float32(sum(in[0].Data, in[1].Data) / float64(n))})
		},
		gradient: []gradient{by(a, b), by(b, a)},
	}).apply(a, b)
}

// WeightedSum adds scalars with fixed weights, as losses of several terms need.
func WeightedSum(terms []*gorgonia.Node, weights []float32) (*gorgonia.Node, error) {
	if len(terms) == 0 || len(terms) != len(weights) {
		return nil, fmt.Errorf("autodiff: WeightedSum of %d terms with %d weights", len(terms), len(weights))
	}
	o := &op{
		name: fmt.Sprintf("WeightedSum(%b)", weights),
		fresh: func(in []*compute.Tensor) *compute.Tensor {
			var sum float64
			for i, t := range in {
				sum += float64(weights[i]) * float64(t.Data[0])
			}
			return compute.From([]float32{float32(sum)})
		},
	}
	for _, w := range weights {
		o.gradient = append(o.gradient, func(_, dy *gorgonia.Node) (*gorgonia.Node, error) {
			return (&op{
				name: fmt.Sprintf("Times(%b)", w),
				fresh: func(in []*compute.Tensor) *compute.Tensor {
					return compute.From([]float32{w * in[0].Data[0]})
				},
			}).apply(dy)
		})
	}
	return o.apply(terms...)
}
