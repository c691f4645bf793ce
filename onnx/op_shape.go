package onnx

import (
	"errors"
	"fmt"
	"slices"

	"rewriting/onnx/internal/proto"
)

// Operators that change the shape of a value without moving its elements, or that only read shapes.
func init() {
	operators["Identity"] = operator{func(n *node) (kernel, error) { return identity, nil }, 1, 1}
	operators["Dropout"] = operator{buildDropout, 1, 3}
	operators["Constant"] = operator{buildConstant, 0, 0}
	operators["ConstantOfShape"] = operator{buildConstantOfShape, 1, 1}
	operators["Shape"] = operator{buildShape, 1, 1}
	operators["Size"] = operator{func(n *node) (kernel, error) {
		return func(f *frame, in []*Value) ([]*Value, error) {
			return one(&Value{Type: Int64, Shape: []int{}, I64: []int64{int64(in[0].Len())}}), nil
		}, nil
	}, 1, 1}
	operators["Reshape"] = operator{buildReshape, 1, 2}
	operators["Flatten"] = operator{buildFlatten, 1, 1}
	operators["Squeeze"] = operator{buildSqueeze, 1, 2}
	operators["Unsqueeze"] = operator{buildUnsqueeze, 1, 2}
}

func identity(f *frame, in []*Value) ([]*Value, error) { return one(in[0].view(in[0].Shape)), nil }

// buildDropout: in inference it passes its input through; the mask keeps everything.
func buildDropout(n *node) (kernel, error) {
	n.ignore("ratio", "seed", "is_test", "consumed_inputs")
	masked := len(n.outputs) > 1
	return func(f *frame, in []*Value) ([]*Value, error) {
		if t := optional(in, 2); t != nil && (t.Type != Bool || len(t.Bool) != 1 || t.Bool[0]) {
			return nil, errors.New("training mode is not supported")
		}
		if !masked {
			return identity(f, in[:1])
		}
		typ := Bool
		if n.opset < 10 {
			typ = in[0].Type
		}
		mask, err := f.value(typ, in[0].Shape)
		if err != nil {
			return nil, err
		}
		for i := range mask.Bool {
			mask.Bool[i] = true
		}
		for i := range mask.F32 {
			mask.F32[i] = 1
		}
		for i := range mask.F64 {
			mask.F64[i] = 1
		}
		return []*Value{in[0].view(in[0].Shape), mask}, nil
	}, nil
}

func buildConstant(n *node) (kernel, error) {
	var v *Value
	var err error
	if a := n.attr("value", proto.AttributeTensor); a != nil {
		if v, err = fromProto(a.Tensor); err != nil {
			return nil, err
		}
	} else if a := n.attr("value_float", proto.AttributeFloat); a != nil {
		v = &Value{Type: Float32, Shape: []int{}, F32: []float32{a.Float}}
	} else if a := n.attr("value_floats", proto.AttributeFloats); a != nil {
		v = &Value{Type: Float32, Shape: []int{len(a.Floats)}, F32: a.Floats}
	} else if a := n.attr("value_int", proto.AttributeInt); a != nil {
		v = &Value{Type: Int64, Shape: []int{}, I64: []int64{a.Int}}
	} else if a := n.attr("value_ints", proto.AttributeInts); a != nil {
		v = FromInts(a.Ints)
	} else {
		return nil, errors.New("has no dense numeric value")
	}
	return func(f *frame, in []*Value) ([]*Value, error) { return one(v), nil }, nil
}

func buildConstantOfShape(n *node) (kernel, error) {
	fill := &Value{Type: Float32, Shape: []int{1}, F32: []float32{0}}
	if a := n.attr("value", proto.AttributeTensor); a != nil {
		var err error
		if fill, err = fromProto(a.Tensor); err != nil {
			return nil, err
		}
		if fill.Len() != 1 {
			return nil, fmt.Errorf("value %v has more than one element", fill)
		}
	}
	return func(f *frame, in []*Value) ([]*Value, error) {
		shape, err := in[0].ints()
		if err != nil {
			return nil, err
		}
		out, err := f.value(fill.Type, shape)
		if err != nil {
			return nil, err
		}
		copyStrided(out, fill, shape, make([]int, len(shape)), 0)
		return one(out), nil
	}, nil
}

// buildShape: from opset 15 a part of the shape can be asked for.
func buildShape(n *node) (kernel, error) {
	start, end := n.intAttr("start", 0), n.intAttr("end", 1<<20)
	return func(f *frame, in []*Value) ([]*Value, error) {
		rank := len(in[0].Shape)
		clip := func(i int) int {
			if i < 0 {
				i += rank
			}
			return min(max(i, 0), rank)
		}
		lo, hi := clip(start), clip(end)
		out := []int64{}
		for _, d := range in[0].Shape[lo:max(lo, hi)] {
			out = append(out, int64(d))
		}
		return one(FromInts(out)), nil
	}, nil
}

// buildReshape: 0 copies the input's dimension (unless allowzero), one -1 takes what is left.
func buildReshape(n *node) (kernel, error) {
	n.ignore("consumed_inputs")
	allowZero, fixed := n.flag("allowzero"), n.intsAttr("shape")
	if fixed == nil && !n.has(1) {
		return nil, errors.New("has no shape")
	}
	return func(f *frame, in []*Value) ([]*Value, error) {
		x, shape := in[0], fixed
		if v := optional(in, 1); v != nil {
			var err error
			if shape, err = v.ints(); err != nil {
				return nil, err
			}
		}
		out, err := reshaped(x, shape, allowZero)
		if err != nil {
			return nil, err
		}
		return one(x.view(out)), nil
	}, nil
}

func reshaped(x *Value, shape []int, allowZero bool) ([]int, error) {
	out := slices.Clone(shape)
	free := -1
	for i, d := range out {
		switch {
		case d == 0 && !allowZero:
			if i >= len(x.Shape) {
				return nil, fmt.Errorf("cannot reshape %v to %v: it has no dimension %d to copy", x, shape, i)
			}
			out[i] = x.Shape[i]
		case d == -1 && free < 0:
			free, out[i] = i, 1
		case d < 0:
			return nil, fmt.Errorf("cannot reshape to %v", shape)
		}
	}
	n, err := elements(out)
	if err != nil {
		return nil, err
	}
	if free >= 0 && n > 0 {
		out[free] = x.Len() / n
		n *= out[free]
	}
	if n != x.Len() || free >= 0 && n == 0 && x.Len() != 0 {
		return nil, fmt.Errorf("cannot reshape %v to %v", x, shape)
	}
	return out, nil
}

func buildFlatten(n *node) (kernel, error) {
	axis := n.intAttr("axis", 1)
	return func(f *frame, in []*Value) ([]*Value, error) {
		x, a := in[0], axis
		if a < 0 {
			a += len(x.Shape)
		}
		if a < 0 || a > len(x.Shape) {
			return nil, fmt.Errorf("axis %d of %v", axis, x)
		}
		return one(x.view([]int{product(x.Shape[:a]), product(x.Shape[a:])})), nil
	}, nil
}

// axesArgument is the second input, or else the attribute of opsets before 13.
func axesArgument(in []*Value, fixed []int) ([]int, error) {
	if v := optional(in, 1); v != nil {
		return v.ints()
	}
	return fixed, nil
}

func buildSqueeze(n *node) (kernel, error) {
	fixed := n.intsAttr("axes")
	return func(f *frame, in []*Value) ([]*Value, error) {
		x := in[0]
		axes, err := axesArgument(in, fixed)
		if err != nil {
			return nil, err
		}
		if axes == nil {
			for i, d := range x.Shape {
				if d == 1 {
					axes = append(axes, i)
				}
			}
		}
		if axes, err = axesOf(axes, len(x.Shape)); err != nil {
			return nil, err
		}
		shape := []int{}
		for i, d := range x.Shape {
			if !slices.Contains(axes, i) {
				shape = append(shape, d)
			} else if d != 1 {
				return nil, fmt.Errorf("axis %d of %v is not of length one", i, x)
			}
		}
		return one(x.view(shape)), nil
	}, nil
}

func buildUnsqueeze(n *node) (kernel, error) {
	fixed := n.intsAttr("axes")
	return func(f *frame, in []*Value) ([]*Value, error) {
		x := in[0]
		axes, err := axesArgument(in, fixed)
		if err != nil {
			return nil, err
		}
		rank := len(x.Shape) + len(axes)
		if axes, err = axesOf(axes, rank); err != nil {
			return nil, err
		}
		shape, rest := make([]int, rank), x.Shape
		for i := range shape {
			if slices.Contains(axes, i) {
				shape[i] = 1
			} else {
				shape[i], rest = rest[0], rest[1:]
			}
		}
		return one(x.view(shape)), nil
	}, nil
}
