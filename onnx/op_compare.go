package onnx

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

func init() {
	for name, test := range map[string]func(order int) bool{
		"Equal":          func(o int) bool { return o == 0 },
		"Greater":        func(o int) bool { return o == 1 },
		"Less":           func(o int) bool { return o == -1 },
		"GreaterOrEqual": func(o int) bool { return o == 0 || o == 1 },
		"LessOrEqual":    func(o int) bool { return o == 0 || o == -1 },
	} {
		operators[name] = operator{func(n *node) (kernel, error) { return compareKernel(test), nil }, 2, 2}
	}
	for name, fn := range map[string]func(a, b bool) bool{
		"And": func(a, b bool) bool { return a && b },
		"Or":  func(a, b bool) bool { return a || b },
		"Xor": func(a, b bool) bool { return a != b },
	} {
		operators[name] = operator{func(n *node) (kernel, error) { return logicKernel(fn), nil }, 2, 2}
	}
	operators["Not"] = operator{func(n *node) (kernel, error) { return logicalNot, nil }, 1, 1}
	operators["IsNaN"] = operator{func(n *node) (kernel, error) { return floatTest(math.IsNaN), nil }, 1, 1}
	operators["IsInf"] = operator{func(n *node) (kernel, error) {
		neg, pos := n.intAttr("detect_negative", 1) != 0, n.intAttr("detect_positive", 1) != 0
		return floatTest(func(x float64) bool { return pos && math.IsInf(x, 1) || neg && math.IsInf(x, -1) }), nil
	}, 1, 1}
	operators["Where"] = operator{func(n *node) (kernel, error) { return where, nil }, 3, 3}
}

// unordered is the order of a pair with a NaN in it: every comparison is false.
const unordered = 2

func order[T number](a, b T) int {
	if a != a || b != b {
		return unordered
	}
	return cmp.Compare(a, b)
}

func compareKernel(test func(int) bool) kernel {
	return func(f *frame, in []*Value) ([]*Value, error) {
		a, b := in[0], in[1]
		out, r, err := f.boolPair(a, b)
		if err != nil || out.Len() == 0 {
			return one(out), err
		}
		switch a.Type.storage() {
		case inF32:
			compareRuns(r, a.F32, b.F32, out.Bool, test)
		case inF64:
			compareRuns(r, a.F64, b.F64, out.Bool, test)
		case inI64:
			compareRuns(r, a.I64, b.I64, out.Bool, test)
		case inI32:
			compareRuns(r, a.I32, b.I32, out.Bool, test)
		case inU8:
			compareRuns(r, a.U8, b.U8, out.Bool, test)
		default:
			// Equal is the only comparison that bools have; false < true serves for the rest.
			toByte := func(x bool) uint8 {
				if x {
					return 1
				}
				return 0
			}
			compareRuns(r, convert(a.Bool, toByte), convert(b.Bool, toByte), out.Bool, test)
		}
		return one(out), nil
	}
}

func compareRuns[T number](r runs, a, b []T, out []bool, test func(int) bool) {
	each(r, a, b, func(at int, a, b []T) {
		spread(out[at:at+r.length], a, b, func(x, y T) bool { return test(order(x, y)) })
	})
}

func (f *frame) boolPair(a, b *Value) (*Value, runs, error) {
	if a.Type != b.Type {
		return nil, runs{}, fmt.Errorf("inputs are %v and %v; the types must agree", a, b)
	}
	shape, err := broadcastShape(a.Shape, b.Shape)
	if err != nil {
		return nil, runs{}, err
	}
	out, err := f.value(Bool, shape)
	return out, newRuns(a.Shape, b.Shape, shape), err
}

func logicKernel(fn func(a, b bool) bool) kernel {
	return func(f *frame, in []*Value) ([]*Value, error) {
		if in[0].Type != Bool {
			return nil, fmt.Errorf("input is %v; bool is needed", in[0])
		}
		out, r, err := f.boolPair(in[0], in[1])
		if err != nil || out.Len() == 0 {
			return one(out), err
		}
		each(r, in[0].Bool, in[1].Bool, func(at int, a, b []bool) { spread(out.Bool[at:at+r.length], a, b, fn) })
		return one(out), nil
	}
}

func logicalNot(f *frame, in []*Value) ([]*Value, error) {
	if in[0].Type != Bool {
		return nil, fmt.Errorf("input is %v; bool is needed", in[0])
	}
	out, err := f.value(Bool, in[0].Shape)
	for i, x := range in[0].Bool {
		out.Bool[i] = !x
	}
	return one(out), err
}

func floatTest(test func(float64) bool) kernel {
	return func(f *frame, in []*Value) ([]*Value, error) {
		if !in[0].Type.float() {
			return nil, fmt.Errorf("input is %v; floating-point numbers are needed", in[0])
		}
		out, err := f.value(Bool, in[0].Shape)
		for i, x := range in[0].F32 {
			out.Bool[i] = test(float64(x))
		}
		for i, x := range in[0].F64 {
			out.Bool[i] = test(x)
		}
		return one(out), err
	}
}

// where stretches all three inputs to the common shape, then chooses.
func where(f *frame, in []*Value) ([]*Value, error) {
	c, a, b := in[0], in[1], in[2]
	if c.Type != Bool || a.Type != b.Type {
		return nil, fmt.Errorf("inputs are %v, %v and %v; a bool and two equal types are needed", c, a, b)
	}
	shape, err := broadcastShape(a.Shape, b.Shape)
	if err != nil {
		return nil, err
	}
	if shape, err = broadcastShape(shape, c.Shape); err != nil {
		return nil, err
	}
	var wide [3]*Value
	for i, v := range in {
		if wide[i], err = f.expand(v, shape); err != nil {
			return nil, err
		}
	}
	out := wide[2].Clone()
	for i := 0; i < len(wide[0].Bool); {
		j := i
		for j < len(wide[0].Bool) && wide[0].Bool[j] == wide[0].Bool[i] {
			j++
		}
		if wide[0].Bool[i] {
			copyRange(out, i, wide[1], i, j-i)
		}
		i = j
	}
	return one(out), nil
}

// expand reads a value as if it had the larger shape.
func (f *frame) expand(v *Value, shape []int) (*Value, error) {
	if slices.Equal(v.Shape, shape) {
		return v, nil
	}
	out, err := f.value(v.Type, shape)
	if err != nil {
		return nil, err
	}
	copyStrided(out, v, shape, broadcastStrides(v.Shape, shape), 0)
	return out, nil
}
