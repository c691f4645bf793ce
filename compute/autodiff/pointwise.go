package autodiff

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
)

// Add is a + b for equal shapes.
func Add(a, b *gorgonia.Node) (*gorgonia.Node, error) {
	if err := same("Add", a, b); err != nil {
		return nil, err
	}
	pass := func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return dy, nil }
	return (&op{
		name:     "Add",
		out:      a.Shape(),
		into:     func(out *compute.Tensor, in []*compute.Tensor) { compute.Add(out.Data, in[0].Data, in[1].Data) },
		gradient: []gradient{pass, pass},
	}).apply(a, b)
}

// Sub is a - b for equal shapes.
func Sub(a, b *gorgonia.Node) (*gorgonia.Node, error) {
	if err := same("Sub", a, b); err != nil {
		return nil, err
	}
	return (&op{
		name: "Sub",
		out:  a.Shape(),
		into: func(out *compute.Tensor, in []*compute.Tensor) { compute.Sub(out.Data, in[0].Data, in[1].Data) },
		gradient: []gradient{
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return dy, nil },
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return Scale(dy, -1) },
		},
	}).apply(a, b)
}

// Mul is the element-wise product of equal shapes.
func Mul(a, b *gorgonia.Node) (*gorgonia.Node, error) {
	if err := same("Mul", a, b); err != nil {
		return nil, err
	}
	return (&op{
		name: "Mul",
		out:  a.Shape(),
		into: func(out *compute.Tensor, in []*compute.Tensor) { compute.Mul(out.Data, in[0].Data, in[1].Data) },
		gradient: []gradient{
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return Mul(dy, b) },
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return Mul(dy, a) },
		},
	}).apply(a, b)
}

// Scale is c*x for a fixed number c.
func Scale(x *gorgonia.Node, c float32) (*gorgonia.Node, error) {
	return (&op{
		name: fmt.Sprintf("Scale(%b)", c),
		out:  x.Shape(),
		fresh: func(in []*compute.Tensor) *compute.Tensor {
			y := in[0].Clone()
			compute.Scale(y.Data, c)
			return y
		},
		gradient: []gradient{func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return Scale(dy, c) }},
	}).apply(x)
}

// Relu is max(x, 0); its slope at 0 is 0.
func Relu(x *gorgonia.Node) (*gorgonia.Node, error) { return LeakyReLU(x, 0, 1) }

// LeakyReLU is gain*x for x > 0 and gain*slope*x elsewhere, with 0 <= slope <= 1 and gain > 0.
func LeakyReLU(x *gorgonia.Node, slope, gain float32) (*gorgonia.Node, error) {
	if slope < 0 || slope > 1 || gain <= 0 || math.IsInf(float64(gain), 0) {
		return nil, fmt.Errorf("autodiff: LeakyReLU with slope %v and gain %v", slope, gain)
	}
	return (&op{
		name: fmt.Sprintf("LeakyReLU(%b,%b)", slope, gain),
		out:  x.Shape(),
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			compute.LeakyReLU(out.Data, in[0].Data, slope, gain)
		},
		gradient: []gradient{func(y, dy *gorgonia.Node) (*gorgonia.Node, error) {
			return leakyReLUGrad(y, dy, slope, gain)
		}},
	}).apply(x)
}

// leakyReLUGrad reads the slope off the sign of the activation's result y.
func leakyReLUGrad(y, dy *gorgonia.Node, slope, gain float32) (*gorgonia.Node, error) {
	return (&op{
		name: fmt.Sprintf("LeakyReLUGrad(%b,%b)", slope, gain),
		out:  y.Shape(),
		over: 2,
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			compute.LeakyReLUGrad(out.Data, in[0].Data, in[1].Data, slope, gain)
		},
	}).apply(y, dy)
}

func same(name string, a, b *gorgonia.Node) error {
	if !slices.Equal(a.Shape(), b.Shape()) {
		return fmt.Errorf("autodiff: %s of shapes %v and %v", name, a.Shape(), b.Shape())
	}
	return nil
}

// Clamp limits x to [low, high]; the gradient passes where x lies within, ends included.
func Clamp(x *gorgonia.Node, low, high float32) (*gorgonia.Node, error) {
	if low > high {
		return nil, fmt.Errorf("autodiff: Clamp to [%v, %v]", low, high)
	}
	return (&op{
		name: fmt.Sprintf("Clamp(%b,%b)", low, high),
		out:  x.Shape(),
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			for i, v := range in[0].Data {
				out.Data[i] = min(max(v, low), high)
			}
		},
		gradient: []gradient{func(_, dy *gorgonia.Node) (*gorgonia.Node, error) {
			return (&op{
				name: fmt.Sprintf("ClampGrad(%b,%b)", low, high),
				out:  x.Shape(),
				into: func(out *compute.Tensor, in []*compute.Tensor) {
					for i, v := range in[0].Data {
						out.Data[i] = 0
						if v >= low && v <= high {
							out.Data[i] = in[1].Data[i]
						}
					}
				},
			}).apply(x, dy)
		}},
	}).apply(x)
}
