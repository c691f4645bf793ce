package onnx

import (
	"fmt"
	"math"

	"rewriting/compute"
)

// Element-wise operators of one floating-point input. Whatever has a float64 function in package
// math is computed in it and rounded once.
func init() {
	for name, fn := range map[string]func(float64) float64{
		"Exp": math.Exp, "Log": math.Log, "Floor": math.Floor, "Ceil": math.Ceil,
		"Round": math.RoundToEven, "Erf": math.Erf, "Tanh": math.Tanh, "Sin": math.Sin, "Cos": math.Cos,
		"Tan": math.Tan, "Asin": math.Asin, "Acos": math.Acos, "Atan": math.Atan, "Sinh": math.Sinh,
		"Cosh": math.Cosh, "Asinh": math.Asinh, "Acosh": math.Acosh, "Atanh": math.Atanh,
		"Reciprocal": func(x float64) float64 { return 1 / x },
		"Sigmoid":    sigmoid,
		"Softplus":   softplus,
		"Softsign":   func(x float64) float64 { return x / (1 + math.Abs(x)) },
		"HardSwish":  func(x float64) float64 { return x * min(max(x/6+0.5, 0), 1) },
		"Mish":       func(x float64) float64 { return x * math.Tanh(softplus(x)) },
	} {
		operators[name] = operator{func(n *node) (kernel, error) {
			n.ignore("consumed_inputs")
			return floatKernel(fn), nil
		}, 1, 1}
	}
	for name, make := range map[string]func(n *node) func(float64) float64{
		"Elu": func(n *node) func(float64) float64 {
			a := float64(n.floatAttr("alpha", 1))
			return func(x float64) float64 { return negative(x, a*math.Expm1(x)) }
		},
		"Celu": func(n *node) func(float64) float64 {
			a := float64(n.floatAttr("alpha", 1))
			return func(x float64) float64 { return negative(x, a*math.Expm1(x/a)) }
		},
		"Selu": func(n *node) func(float64) float64 {
			a := float64(n.floatAttr("alpha", 1.67326319217681884765625))
			g := float64(n.floatAttr("gamma", 1.05070102214813232421875))
			return func(x float64) float64 { return g * negative(x, a*math.Expm1(x)) }
		},
		"HardSigmoid": func(n *node) func(float64) float64 {
			a, b := float64(n.floatAttr("alpha", 0.2)), float64(n.floatAttr("beta", 0.5))
			return func(x float64) float64 { return min(max(a*x+b, 0), 1) }
		},
		"ThresholdedRelu": func(n *node) func(float64) float64 {
			a := float64(n.floatAttr("alpha", 1))
			return func(x float64) float64 {
				if x > a {
					return x
				}
				return 0
			}
		},
		"Gelu": func(n *node) func(float64) float64 {
			if n.oneOf("approximate", "none", "none", "tanh") == "tanh" {
				return func(x float64) float64 {
					return 0.5 * x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
				}
			}
			return func(x float64) float64 { return 0.5 * x * (1 + math.Erf(x/math.Sqrt2)) }
		},
	} {
		operators[name] = operator{func(n *node) (kernel, error) {
			n.ignore("consumed_inputs")
			return floatKernel(make(n)), nil
		}, 1, 1}
	}
	operators["Sqrt"] = operator{func(n *node) (kernel, error) {
		n.ignore("consumed_inputs")
		return squareRoot, nil
	}, 1, 1}
	operators["Relu"] = operator{buildLeaky(func(n *node) float32 { return 0 }), 1, 1}
	operators["LeakyRelu"] = operator{buildLeaky(func(n *node) float32 { return n.floatAttr("alpha", 0.01) }), 1, 1}
	for name, op := range map[string]sign{
		"Abs":  {math.Abs, func(x int64) int64 { return max(x, -x) }},
		"Neg":  {func(x float64) float64 { return -x }, func(x int64) int64 { return -x }},
		"Sign": {signOf, func(x int64) int64 { return min(max(x, -1), 1) }},
	} {
		operators[name] = operator{func(n *node) (kernel, error) { return op.run, nil }, 1, 1}
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// softplus is log(1 + e^x), written so that neither end overflows or cancels.
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func negative(x, below float64) float64 {
	if x < 0 {
		return below
	}
	return x
}

func signOf(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

func floatKernel(fn func(float64) float64) kernel {
	return func(f *frame, in []*Value) ([]*Value, error) {
		if !in[0].Type.float() {
			return nil, fmt.Errorf("input is %v; floating-point numbers are needed", in[0])
		}
		out, err := f.like(in[0])
		if err != nil {
			return nil, err
		}
		compute.Split(len(in[0].F32), passGrain/8, func(lo, hi int) {
			dst := out.F32[lo:hi]
			for i, x := range in[0].F32[lo:hi] {
				dst[i] = float32(fn(float64(x)))
			}
		})
		for i, x := range in[0].F64 {
			out.F64[i] = fn(x)
		}
		out.narrow()
		return one(out), nil
	}
}

// squareRoot is floatKernel(math.Sqrt) with the call inlined to the machine's instruction.
func squareRoot(f *frame, in []*Value) ([]*Value, error) {
	if in[0].Type != Float32 {
		return floatKernel(math.Sqrt)(f, in)
	}
	out, err := f.like(in[0])
	if err != nil {
		return nil, err
	}
	compute.Split(len(in[0].F32), passGrain, func(lo, hi int) {
		dst := out.F32[lo:hi]
		for i, x := range in[0].F32[lo:hi] {
			dst[i] = float32(math.Sqrt(float64(x)))
		}
	})
	return one(out), nil
}

// mapFloats changes a floating-point value in place.
func mapFloats(v *Value, fn func(float64) float64) *Value {
	for i, x := range v.F32 {
		v.F32[i] = float32(fn(float64(x)))
	}
	for i, x := range v.F64 {
		v.F64[i] = fn(x)
	}
	v.narrow()
	return v
}

// activation is max(x, 0) + slope*min(x, 0): Relu and LeakyRelu, which a convolution before it absorbs.
type activation struct{ slope float32 }

func (a *activation) apply(out, in []float32) {
	if a.slope >= 0 && a.slope <= 1 {
		compute.LeakyReLU(out, in, a.slope, 1)
		return
	}
	for i, x := range in { // outside the range of the kernels
		out[i] = max(x, 0) + a.slope*min(x, 0)
	}
}

func buildLeaky(slope func(n *node) float32) func(n *node) (kernel, error) {
	return func(n *node) (kernel, error) {
		n.ignore("consumed_inputs")
		act := &activation{slope(n)}
		n.act = act
		s := float64(act.slope)
		slow := floatKernel(func(x float64) float64 { return max(x, 0) + s*min(x, 0) })
		return func(f *frame, in []*Value) ([]*Value, error) {
			if in[0].Type != Float32 {
				if in[0].Type.float() {
					return slow(f, in)
				}
				relu := sign{nil, func(x int64) int64 { return max(x, 0) }}
				return relu.run(f, in)
			}
			out, err := f.like(in[0])
			if err != nil {
				return nil, err
			}
			act.apply(out.F32, in[0].F32)
			return one(out), nil
		}, nil
	}
}

// sign is an operator that integers have too.
type sign struct {
	float func(float64) float64
	int   func(int64) int64
}

func (op sign) run(f *frame, in []*Value) ([]*Value, error) {
	v := in[0]
	if v.Type.float() {
		return floatKernel(op.float)(f, in)
	}
	out, err := f.value(v.Type, v.Shape)
	if err != nil {
		return nil, err
	}
	switch v.Type.storage() {
	case inI64:
		for i, x := range v.I64 {
			out.I64[i] = op.int(x)
		}
	case inI32:
		for i, x := range v.I32 {
			out.I32[i] = int32(op.int(int64(x)))
		}
	case inU8:
		for i, x := range v.U8 {
			out.U8[i] = uint8(op.int(int64(x)))
		}
	default:
		return nil, fmt.Errorf("input is %v; numbers are needed", v)
	}
	out.narrow()
	return one(out), nil
}
