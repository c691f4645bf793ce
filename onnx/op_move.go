package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// Operators that move elements without computing with them; they work for every type.
func init() {
	operators["Transpose"] = operator{buildTranspose, 1, 1}
	operators["Concat"] = operator{buildConcat, 1, -1}
	operators["Split"] = operator{buildSplit, 1, 2}
	operators["Slice"] = operator{buildSlice, 1, 5}
	operators["Gather"] = operator{buildGather, 2, 2}
	operators["Expand"] = operator{func(n *node) (kernel, error) { return expand, nil }, 2, 2}
	operators["Tile"] = operator{func(n *node) (kernel, error) { return tile, nil }, 2, 2}
	operators["DepthToSpace"] = operator{buildDepthToSpace, 1, 1}
	operators["SpaceToDepth"] = operator{buildSpaceToDepth, 1, 1}
}

// transpose makes output axis i from input axis perm[i].
func (f *frame) transpose(x *Value, perm []int) (*Value, error) {
	own := rowMajor(x.Shape)
	shape, strides := make([]int, len(perm)), make([]int, len(perm))
	for i, p := range perm {
		shape[i], strides[i] = x.Shape[p], own[p]
	}
	out, err := f.value(x.Type, shape)
	if err != nil {
		return nil, err
	}
	copyStrided(out, x, shape, strides, 0)
	return out, nil
}

func buildTranspose(n *node) (kernel, error) {
	fixed := n.intsAttr("perm")
	return func(f *frame, in []*Value) ([]*Value, error) {
		perm := fixed
		if perm == nil {
			for i := len(in[0].Shape) - 1; i >= 0; i-- {
				perm = append(perm, i)
			}
		}
		if len(perm) != len(in[0].Shape) {
			return nil, fmt.Errorf("perm %v does not fit %v", perm, in[0])
		}
		perm, err := axesOf(perm, len(perm))
		if err != nil {
			return nil, err
		}
		out, err := f.transpose(in[0], perm)
		return one(out), err
	}, nil
}

func buildConcat(n *node) (kernel, error) {
	axis := n.intAttr("axis", 1)
	return func(f *frame, in []*Value) ([]*Value, error) {
		for _, v := range in {
			if v == nil {
				return nil, errors.New("an input is missing")
			}
		}
		a, err := axisOf(axis, len(in[0].Shape))
		if err != nil {
			return nil, err
		}
		shape := slices.Clone(in[0].Shape)
		shape[a] = 0
		for _, v := range in {
			if v.Type != in[0].Type || len(v.Shape) != len(shape) || !slices.Equal(v.Shape[:a], shape[:a]) || !slices.Equal(v.Shape[a+1:], shape[a+1:]) {
				return nil, fmt.Errorf("%v and %v cannot be joined along axis %d", in[0], v, a)
			}
			shape[a] += v.Shape[a]
		}
		out, err := f.value(in[0].Type, shape)
		if err != nil {
			return nil, err
		}
		outer, row, at := product(shape[:a]), product(shape[a:]), 0
		for _, v := range in {
			part := product(v.Shape[a:])
			for o := range outer {
				copyRange(out, o*row+at, v, o*part, part)
			}
			at += part
		}
		return one(out), nil
	}, nil
}

func buildGather(n *node) (kernel, error) {
	axis := n.intAttr("axis", 0)
	return func(f *frame, in []*Value) ([]*Value, error) {
		x, at := in[0], in[1]
		if at.Type != Int64 && at.Type != Int32 {
			return nil, fmt.Errorf("indices are %v", at)
		}
		a, err := axisOf(axis, len(x.Shape))
		if err != nil {
			return nil, err
		}
		shape := slices.Concat(x.Shape[:a], at.Shape, x.Shape[a+1:])
		out, err := f.value(x.Type, shape)
		if err != nil {
			return nil, err
		}
		count, inner := at.Len(), product(x.Shape[a+1:])
		for i := range count {
			k := fromEnd(int(at.intAt(i)), x.Shape[a])
			if k < 0 || k >= x.Shape[a] {
				return nil, fmt.Errorf("index %d along axis %d of %v", at.intAt(i), a, x)
			}
			for o := range product(x.Shape[:a]) {
				copyRange(out, (o*count+i)*inner, x, (o*x.Shape[a]+k)*inner, inner)
			}
		}
		return one(out), nil
	}, nil
}

// expand broadcasts to the joint shape of the input and the requested one.
func expand(f *frame, in []*Value) ([]*Value, error) {
	want, err := in[1].ints()
	if err != nil {
		return nil, err
	}
	shape, err := broadcastShape(in[0].Shape, want)
	if err != nil {
		return nil, err
	}
	if slices.Equal(shape, in[0].Shape) {
		return identity(f, in)
	}
	out, err := f.expand(in[0], shape)
	return one(out), err
}

// tile repeats along every axis: a broadcast over [repeat, length] pairs of axes.
func tile(f *frame, in []*Value) ([]*Value, error) {
	x := in[0]
	repeats, err := in[1].ints()
	if err != nil {
		return nil, err
	}
	if len(repeats) != len(x.Shape) {
		return nil, fmt.Errorf("repeats %v do not fit %v", repeats, x)
	}
	own := rowMajor(x.Shape)
	var shape, pairs, strides []int
	for i, r := range repeats {
		if r < 0 || r > maxElements {
			return nil, fmt.Errorf("repeats %v are out of range", repeats)
		}
		shape = append(shape, r*x.Shape[i])
		pairs = append(pairs, r, x.Shape[i])
		strides = append(strides, 0, own[i])
	}
	out, err := f.value(x.Type, shape)
	if err != nil {
		return nil, err
	}
	copyStrided(out, x, pairs, strides, 0)
	return one(out), nil
}

// buildDepthToSpace: DCR reads channels as [b, b, C], CRD as [C, b, b].
func buildDepthToSpace(n *node) (kernel, error) {
	b, mode := n.intAttr("blocksize", 0), n.oneOf("mode", "DCR", "DCR", "CRD")
	return func(f *frame, in []*Value) ([]*Value, error) {
		x := in[0]
		if len(x.Shape) != 4 || b < 1 || b > 1<<15 || x.Shape[1]%(b*b) != 0 {
			return nil, fmt.Errorf("input %v with block size %d", x, b)
		}
		n, c, h, w := x.Shape[0], x.Shape[1]/(b*b), x.Shape[2], x.Shape[3]
		blocks, perm := []int{n, b, b, c, h, w}, []int{0, 3, 4, 1, 5, 2}
		if mode == "CRD" {
			blocks, perm = []int{n, c, b, b, h, w}, []int{0, 1, 4, 2, 5, 3}
		}
		return f.rearrange(x, blocks, perm, []int{n, c, h * b, w * b})
	}, nil
}

func buildSpaceToDepth(n *node) (kernel, error) {
	b := n.intAttr("blocksize", 0)
	return func(f *frame, in []*Value) ([]*Value, error) {
		x := in[0]
		if len(x.Shape) != 4 || b < 1 || b > 1<<15 || x.Shape[2]%b != 0 || x.Shape[3]%b != 0 {
			return nil, fmt.Errorf("input %v with block size %d", x, b)
		}
		n, c, h, w := x.Shape[0], x.Shape[1], x.Shape[2]/b, x.Shape[3]/b
		return f.rearrange(x, []int{n, c, h, b, w, b}, []int{0, 3, 5, 1, 2, 4}, []int{n, c * b * b, h, w})
	}, nil
}

// rearrange reshapes, transposes and reshapes again.
func (f *frame) rearrange(x *Value, blocks, perm, shape []int) ([]*Value, error) {
	seen := *x
	seen.Shape = blocks
	out, err := f.transpose(&seen, perm)
	if err != nil {
		return nil, err
	}
	out.Shape = shape
	return one(out), nil
}
