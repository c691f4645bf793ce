package onnx

import (
	"fmt"
	"slices"
)

// buildArg gives the index of the largest (or smallest) element along one axis.
func buildArg(n *node, direction float64) (kernel, error) {
	axis, keep, last := n.intAttr("axis", 0), n.intAttr("keepdims", 1) != 0, n.flag("select_last_index")
	return func(f *frame, in []*Value) ([]*Value, error) {
		x := in[0]
		a, err := axisOf(axis, len(x.Shape))
		if err != nil {
			return nil, err
		}
		length := x.Shape[a]
		if length == 0 {
			return nil, fmt.Errorf("axis %d of %v is empty", a, x)
		}
		shape := slices.Clone(x.Shape)
		if shape[a] = 1; !keep {
			shape = slices.Delete(shape, a, a+1)
		}
		out, err := f.value(Int64, shape)
		if err != nil {
			return nil, err
		}
		inner := product(x.Shape[a+1:])
		switch x.Type.storage() {
		case inF32:
			argBest(out.I64, x.F32, length, inner, direction, last)
		case inF64:
			argBest(out.I64, x.F64, length, inner, direction, last)
		case inI64:
			argBest(out.I64, x.I64, length, inner, direction, last)
		case inI32:
			argBest(out.I64, x.I32, length, inner, direction, last)
		case inU8:
			argBest(out.I64, x.U8, length, inner, direction, last)
		default:
			return nil, fmt.Errorf("input is %v; numbers are needed", x)
		}
		return one(out), nil
	}, nil
}

// argBest keeps a row of best values while it walks the axis, so that memory is read in order.
func argBest[T number](out []int64, x []T, length, inner int, direction float64, last bool) {
	if inner == 0 {
		return
	}
	best := make([]T, inner)
	for o := range len(out) / inner {
		at := out[o*inner : (o+1)*inner]
		block := x[o*length*inner : (o+1)*length*inner]
		copy(best, block)
		clear(at)
		for k := 1; k < length; k++ {
			for i, v := range block[k*inner : (k+1)*inner] {
				better := v > best[i]
				if direction < 0 {
					better = v < best[i]
				}
				if better || last && v == best[i] {
					best[i], at[i] = v, int64(k)
				}
			}
		}
	}
}
