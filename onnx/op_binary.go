package onnx

import (
	"errors"
	"fmt"
	"math"
)

func init() {
	for name, op := range map[string]arithmetic{
		"Add": {"Add", addSpan, func(a, b float64) float64 { return a + b }, func(a, b int64) int64 { return a + b }},
		"Sub": {"Sub", subSpan, func(a, b float64) float64 { return a - b }, func(a, b int64) int64 { return a - b }},
		"Mul": {"Mul", mulSpan, func(a, b float64) float64 { return a * b }, func(a, b int64) int64 { return a * b }},
		"Div": {"Div", divSpan, func(a, b float64) float64 { return a / b }, func(a, b int64) int64 { return a / b }},
		"Max": {"Max", maxSpan, math.Max, func(a, b int64) int64 { return max(a, b) }},
		"Min": {"Min", minSpan, math.Min, func(a, b int64) int64 { return min(a, b) }},
	} {
		lo, hi := 2, 2
		if name == "Max" || name == "Min" {
			lo, hi = 1, -1
		}
		operators[name] = operator{func(n *node) (kernel, error) { return op.variadic(), nil }, lo, hi}
	}
	add := arithmetic{"Sum", addSpan, func(a, b float64) float64 { return a + b }, nil}
	operators["Sum"] = operator{func(n *node) (kernel, error) { return add.variadic(), nil }, 1, -1}
	operators["Mean"] = operator{func(n *node) (kernel, error) { return add.variadicMean, nil }, 1, -1}
	operators["Mod"] = operator{buildMod, 2, 2}
}

// arithmetic is a binary operator with equal types in and out.
type arithmetic struct {
	name string
	f32  func(out, a, b []float32) // one run; a or b may have length one
	f64  func(a, b float64) float64
	i64  func(a, b int64) int64 // nil when the operator has no integer form
}

// apply broadcasts one pair. Results of narrow types wrap around (or round, for halves) as in their own arithmetic.
func (op arithmetic) apply(f *frame, a, b *Value) (*Value, error) {
	if a.Type != b.Type {
		return nil, fmt.Errorf("inputs are %v and %v; the types must agree", a, b)
	}
	shape, err := broadcastShape(a.Shape, b.Shape)
	if err != nil {
		return nil, err
	}
	out, err := f.outFor(a.Type, shape, a, b)
	if err != nil || out.Len() == 0 {
		return out, err
	}
	r := newRuns(a.Shape, b.Shape, shape)
	switch a.Type.storage() {
	case inF32:
		if op.name == "Div" && len(a.F32) >= 4*len(b.F32) && len(b.F32) > 1 {
			if b, done := f.inverse(b); done {
				each(r, a.F32, b.F32, func(at int, a, b []float32) { mulSpan(out.F32[at:at+r.length], a, b) })
				f.ws.put(b.buf)
				break
			}
		}
		each(r, a.F32, b.F32, func(at int, a, b []float32) { op.f32(out.F32[at:at+r.length], a, b) })
	case inF64:
		each(r, a.F64, b.F64, func(at int, a, b []float64) { spread(out.F64[at:at+r.length], a, b, op.f64) })
	case inBool, noStorage:
		return nil, fmt.Errorf("inputs are %v; numbers are needed", a.Type)
	default:
		if op.i64 == nil {
			return nil, fmt.Errorf("inputs are %v; floating-point numbers are needed", a.Type)
		}
		if (op.name == "Div" || op.name == "Mod") && hasZero(b) {
			return nil, errors.New("integer division by zero")
		}
		integerRuns(r, a, b, out, op.i64)
	}
	out.narrow()
	return out, nil
}

// inverse divides once per divisor instead of once per element (LPIPS divides all channels by one
// norm); the product is at most one unit in the last place away from the quotient. It gives up
// when an inverse is not a normal number.
func (f *frame) inverse(b *Value) (*Value, bool) {
	inv, err := f.float32s(b.Shape)
	if err != nil {
		return nil, false
	}
	for i, x := range b.F32 {
		y := 1 / x
		if size := max(y, -y); !(size > 0x1p-126 && size < 0x1p126) {
			f.ws.put(inv.buf)
			return nil, false
		}
		inv.F32[i] = y
	}
	return inv, true
}

func integerRuns(r runs, a, b, out *Value, op func(a, b int64) int64) {
	switch a.Type.storage() {
	case inI64:
		each(r, a.I64, b.I64, func(at int, a, b []int64) { spread(out.I64[at:at+r.length], a, b, op) })
	case inI32:
		each(r, a.I32, b.I32, func(at int, a, b []int32) {
			spread(out.I32[at:at+r.length], a, b, func(a, b int32) int32 { return int32(op(int64(a), int64(b))) })
		})
	case inU8:
		each(r, a.U8, b.U8, func(at int, a, b []uint8) {
			spread(out.U8[at:at+r.length], a, b, func(a, b uint8) uint8 { return uint8(op(int64(a), int64(b))) })
		})
	}
}

// variadic folds the operator over all inputs.
func (op arithmetic) variadic() kernel {
	return func(f *frame, in []*Value) ([]*Value, error) {
		out := in[0]
		for _, v := range in[1:] {
			if v == nil {
				return nil, errors.New("an input is missing")
			}
			made := out != in[0]
			next, err := op.apply(f, out, v)
			if err != nil {
				return nil, err
			}
			if made {
				f.ws.put(out.buf)
			}
			out = next
		}
		if out == in[0] {
			out = out.view(out.Shape)
		}
		return one(out), nil
	}
}

func (op arithmetic) variadicMean(f *frame, in []*Value) ([]*Value, error) {
	out, err := op.variadic()(f, in)
	if err != nil {
		return nil, err
	}
	if !out[0].Type.float() {
		return nil, fmt.Errorf("inputs are %v; floating-point numbers are needed", in[0].Type)
	}
	return one(mapFloats(out[0].Clone(), func(x float64) float64 { return x / float64(len(in)) })), nil
}

// outFor returns memory for an element-wise result: an input that nobody else needs, or new.
func (f *frame) outFor(t Type, shape []int, in ...*Value) (*Value, error) {
	for _, v := range in {
		if v.Type == t && v.dies && v.buf != nil && v.buf.refs == 1 && equalShape(v.Shape, shape) {
			return v.view(v.Shape), nil
		}
	}
	return f.value(t, shape)
}

// narrow brings elements of a type smaller than its storage back into the type's range.
func (v *Value) narrow() {
	switch v.Type {
	case Float16:
		for i, x := range v.F32 {
			v.F32[i] = roundToHalf(x)
		}
	case Int8:
		for i, x := range v.I32 {
			v.I32[i] = int32(int8(x))
		}
	case Int16:
		for i, x := range v.I32 {
			v.I32[i] = int32(int16(x))
		}
	case Uint16:
		for i, x := range v.I32 {
			v.I32[i] = int32(uint16(x))
		}
	case Uint32:
		for i, x := range v.I64 {
			v.I64[i] = int64(uint32(x))
		}
	}
}

func hasZero(v *Value) bool {
	for i := range v.Len() {
		if v.intAt(i) == 0 {
			return true
		}
	}
	return false
}

// intAt reads one element of an integer value.
func (v *Value) intAt(i int) int64 {
	switch v.Type.storage() {
	case inI64:
		return v.I64[i]
	case inI32:
		return int64(v.I32[i])
	case inU8:
		return int64(v.U8[i])
	}
	return 0
}

// buildMod: with fmod the sign follows the dividend (C), otherwise the divisor (Python), for integers only.
func buildMod(n *node) (kernel, error) {
	mod := arithmetic{"Mod", nil, math.Mod, func(a, b int64) int64 { return a % b }}
	if !n.flag("fmod") {
		mod.i64 = func(a, b int64) int64 { return ((a % b) + b) % b }
		mod.f64 = func(a, b float64) float64 { return a - b*math.Floor(a/b) }
	}
	mod.f32 = func(out, a, b []float32) {
		spread(out, a, b, func(a, b float32) float32 { return float32(mod.f64(float64(a), float64(b))) })
	}
	return mod.variadic(), nil
}
