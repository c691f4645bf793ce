package onnx

import (
	"fmt"
	"slices"
)

// buildSplit: sizes are an attribute before opset 13 and an input from then on; without them the
// parts are equal, from opset 18 (num_outputs) with a smaller last one.
func buildSplit(n *node) (kernel, error) {
	axis, fixed := n.intAttr("axis", 0), n.intsAttr("split")
	parts := n.intAttr("num_outputs", len(n.outputs))
	return func(f *frame, in []*Value) ([]*Value, error) {
		x := in[0]
		a, err := axisOf(axis, len(x.Shape))
		if err != nil {
			return nil, err
		}
		sizes, err := axesArgument(in, fixed)
		if err != nil {
			return nil, err
		}
		if sizes == nil {
			if parts < 1 || parts > len(n.outputs) {
				return nil, fmt.Errorf("%d parts for %d outputs", parts, len(n.outputs))
			}
			each := (x.Shape[a] + parts - 1) / parts
			for left := x.Shape[a]; len(sizes) < parts; left -= each {
				sizes = append(sizes, max(0, min(each, left)))
			}
		}
		total := 0
		for _, s := range sizes {
			if s < 0 || s > x.Shape[a] {
				return nil, fmt.Errorf("split %v of %v along axis %d", sizes, x, a)
			}
			total += s
		}
		if total != x.Shape[a] {
			return nil, fmt.Errorf("split %v of %v along axis %d", sizes, x, a)
		}
		outer, row, at := product(x.Shape[:a]), product(x.Shape[a:]), 0
		var outs []*Value
		for _, s := range sizes {
			shape := slices.Clone(x.Shape)
			shape[a] = s
			out, err := f.value(x.Type, shape)
			if err != nil {
				return nil, err
			}
			part := product(shape[a:])
			for o := range outer {
				copyRange(out, o*part, x, o*row+at, part)
			}
			at += part
			outs = append(outs, out)
		}
		return outs, nil
	}, nil
}

// buildSlice: starts, ends, axes are attributes before opset 10 and inputs (with steps) from then on.
func buildSlice(n *node) (kernel, error) {
	fixed := [4][]int{n.intsAttr("starts"), n.intsAttr("ends"), n.intsAttr("axes")}
	return func(f *frame, in []*Value) ([]*Value, error) {
		args := fixed
		for i := range args {
			if v := optional(in, i+1); v != nil {
				var err error
				if args[i], err = v.ints(); err != nil {
					return nil, err
				}
			}
		}
		out, err := f.slice(in[0], args[0], args[1], args[2], args[3])
		return one(out), err
	}, nil
}

func (f *frame) slice(x *Value, starts, ends, axes, steps []int) (*Value, error) {
	if axes == nil {
		for i := range starts {
			axes = append(axes, i)
		}
	}
	if steps == nil {
		steps = slices.Repeat([]int{1}, len(starts))
	}
	if len(ends) != len(starts) || len(axes) != len(starts) || len(steps) != len(starts) {
		return nil, fmt.Errorf("starts %v, ends %v, axes %v, steps %v differ in length", starts, ends, axes, steps)
	}
	axes, err := axesOf(axes, len(x.Shape))
	if err != nil {
		return nil, err
	}
	shape, strides, offset := slices.Clone(x.Shape), rowMajor(x.Shape), 0
	for i, a := range axes {
		n, step := x.Shape[a], steps[i]
		if step == 0 || step < -1<<31 || step > 1<<31 {
			return nil, fmt.Errorf("step %d", step)
		}
		lo, hi := fromEnd(starts[i], n), fromEnd(ends[i], n)
		if step > 0 {
			lo, hi = min(max(lo, 0), n), min(max(hi, 0), n)
			shape[a] = max(0, (hi-lo+step-1)/step)
		} else {
			lo, hi = min(max(lo, 0), n-1), min(max(hi, -1), n-1)
			shape[a] = max(0, (lo-hi-step-1)/-step)
		}
		offset += lo * strides[a]
		strides[a] *= step
	}
	out, err := f.value(x.Type, shape)
	if err != nil {
		return nil, err
	}
	copyStrided(out, x, shape, strides, offset)
	return out, nil
}

func fromEnd(i, n int) int {
	if i < 0 {
		return i + n
	}
	return i
}
