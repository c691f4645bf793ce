package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

func init() {
	operators["Cast"] = operator{buildCast, 1, 1}
	operators["CastLike"] = operator{func(n *node) (kernel, error) {
		n.ignore("saturate")
		return func(f *frame, in []*Value) ([]*Value, error) {
			out, err := f.cast(in[0], in[1].Type)
			return one(out), err
		}, nil
	}, 2, 2}
	operators["Clip"] = operator{buildClip, 1, 3}
	operators["Pow"] = operator{func(n *node) (kernel, error) { return pow, nil }, 2, 2}
	operators["PRelu"] = operator{func(n *node) (kernel, error) { return preluKernel, nil }, 2, 2}
	operators["Range"] = operator{func(n *node) (kernel, error) { return rangeKernel, nil }, 3, 3}
}

func buildCast(n *node) (kernel, error) {
	to := Type(n.intAttr("to", 0))
	n.ignore("saturate", "round_mode") // for 8-bit floats only
	if to.storage() == noStorage {
		return nil, fmt.Errorf("cast to %v is not supported", to)
	}
	return func(f *frame, in []*Value) ([]*Value, error) {
		if in[0].Type == to {
			return identity(f, in)
		}
		out, err := f.cast(in[0], to)
		return one(out), err
	}, nil
}

// cast converts as C does: towards zero to integers (wrapping to narrow ones), nonzero to true.
func (f *frame) cast(v *Value, to Type) (*Value, error) {
	out, err := f.value(to, v.Shape)
	if err != nil {
		return nil, err
	}
	switch v.Type.storage() {
	case inF32:
		castFrom(out, v.F32)
	case inF64:
		castFrom(out, v.F64)
	case inI64:
		castFrom(out, v.I64)
	case inI32:
		castFrom(out, v.I32)
	case inU8:
		castFrom(out, v.U8)
	case inBool:
		castFrom(out, convert(v.Bool, func(b bool) uint8 {
			if b {
				return 1
			}
			return 0
		}))
	}
	out.narrow()
	return out, nil
}

func castFrom[S number](out *Value, in []S) {
	switch out.Type.storage() {
	case inF32:
		castTo(out.F32, in)
	case inF64:
		castTo(out.F64, in)
	case inI64:
		castTo(out.I64, in)
	case inI32:
		for i, x := range in {
			out.I32[i] = int32(int64(x))
		}
	case inU8:
		for i, x := range in {
			out.U8[i] = uint8(int64(x))
		}
	case inBool:
		for i, x := range in {
			out.Bool[i] = x != 0
		}
	}
}

func castTo[T, S number](out []T, in []S) {
	for i, x := range in {
		out[i] = T(x)
	}
}

// buildClip: the bounds are attributes before opset 11 and optional inputs from then on. Where they cross, the maximum wins.
func buildClip(n *node) (kernel, error) {
	n.ignore("consumed_inputs")
	lo, hi := math.Inf(-1), math.Inf(1)
	if n.opset < 11 {
		lo = float64(n.floatAttr("min", -math.MaxFloat32))
		hi = float64(n.floatAttr("max", math.MaxFloat32))
	}
	return func(f *frame, in []*Value) ([]*Value, error) {
		x := in[0]
		bounds := [2]float64{lo, hi}
		for i := range bounds {
			if v := optional(in, i+1); v != nil {
				if v.Type != x.Type {
					return nil, fmt.Errorf("bound %v for input %v", v, x)
				}
				var err error
				if bounds[i], err = v.scalar(); err != nil {
					return nil, err
				}
			}
		}
		out, err := f.like(x)
		if err != nil {
			return nil, err
		}
		switch x.Type.storage() {
		case inF32:
			clip(out.F32, x.F32, bounds)
		case inF64:
			clip(out.F64, x.F64, bounds)
		case inI32:
			clip(out.I32, x.I32, bounds)
		case inU8:
			clip(out.U8, x.U8, bounds)
		case inI64: // large ones are not exact in float64, so compare as they are
			for i, v := range x.I64 {
				if b := bounds[0]; !math.IsInf(b, 0) {
					v = max(v, in[1].I64[0])
				}
				if b := bounds[1]; !math.IsInf(b, 0) {
					v = min(v, in[2].I64[0])
				}
				out.I64[i] = v
			}
		default:
			return nil, fmt.Errorf("input is %v; numbers are needed", x)
		}
		return one(out), nil
	}, nil
}

func clip[T number](out, x []T, bounds [2]float64) {
	for i, v := range x {
		out[i] = T(min(max(float64(v), bounds[0]), bounds[1]))
	}
}

// pow: the result has the type of the base. Squares, which distances are full of, are multiplications.
func pow(f *frame, in []*Value) ([]*Value, error) {
	x, y := in[0], in[1]
	if x.Type == Float32 && y.Len() == 1 && len(y.Shape) <= len(x.Shape) {
		if e, err := y.scalar(); err == nil && e == 2 {
			out, err := f.like(x)
			if err == nil {
				mulSpan(out.F32, x.F32, x.F32)
			}
			return one(out), err
		}
	}
	shape, err := broadcastShape(x.Shape, y.Shape)
	if err != nil {
		return nil, err
	}
	if x.Type == Bool || y.Type == Bool {
		return nil, fmt.Errorf("inputs are %v and %v; numbers are needed", x, y)
	}
	base, err := f.cast(x, Float64)
	if err != nil {
		return nil, err
	}
	exponent, err := f.cast(y, Float64)
	if err != nil {
		return nil, err
	}
	wide, err := f.value(Float64, shape)
	if err != nil {
		return nil, err
	}
	if len(wide.F64) > 0 {
		r := newRuns(x.Shape, y.Shape, shape)
		each(r, base.F64, exponent.F64, func(at int, a, b []float64) { spread(wide.F64[at:at+r.length], a, b, math.Pow) })
	}
	out, err := f.cast(wide, x.Type)
	return one(out), err
}

// preluKernel: slope*x where x < 0; the slope broadcasts to the input.
func preluKernel(f *frame, in []*Value) ([]*Value, error) {
	x, slope := in[0], in[1]
	if x.Type != Float32 || slope.Type != Float32 {
		return nil, fmt.Errorf("inputs %v and %v must be float32", x, slope)
	}
	if shape, err := broadcastShape(x.Shape, slope.Shape); err != nil || !slices.Equal(shape, x.Shape) {
		return nil, fmt.Errorf("slope %v does not broadcast to %v", slope, x)
	}
	out, err := f.like(x)
	if err != nil || out.Len() == 0 {
		return one(out), err
	}
	r := newRuns(x.Shape, slope.Shape, x.Shape)
	each(r, x.F32, slope.F32, func(at int, x, s []float32) {
		spread(out.F32[at:at+r.length], x, s, func(x, s float32) float32 {
			if x < 0 {
				return s * x
			}
			return x
		})
	})
	return one(out), nil
}

// rangeKernel: start, start+delta, ... below limit.
func rangeKernel(f *frame, in []*Value) ([]*Value, error) {
	var arg [3]float64
	for i, v := range in {
		if v.Type != in[0].Type {
			return nil, errors.New("start, limit and delta differ in type")
		}
		var err error
		if arg[i], err = v.scalar(); err != nil {
			return nil, err
		}
	}
	if arg[2] == 0 {
		return nil, errors.New("delta is zero")
	}
	n := math.Ceil((arg[1] - arg[0]) / arg[2])
	if !(n <= float64(maxElements)) {
		return nil, fmt.Errorf("range of %g elements", n)
	}
	wide := &Value{Type: Float64, Shape: []int{int(max(n, 0))}}
	for i := range wide.Shape[0] {
		wide.F64 = append(wide.F64, arg[0]+float64(i)*arg[2])
	}
	out, err := f.cast(wide, in[0].Type)
	return one(out), err
}
