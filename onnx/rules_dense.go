package onnx

import (
	"errors"
	"math"
	"slices"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
)

func gemmRule(d *differentiable, n *node, in []operand) (*gorgonia.Node, error) {
	if in[0].node == nil || n.flag("transA") || n.floatAttr("alpha", 1) != 1 || n.floatAttr("beta", 1) != 1 {
		return nil, errors.New("only x*W + b has a differentiable form")
	}
	w := in[1].node
	switch transposed := n.flag("transB"); {
	case w != nil && !transposed:
		var err error
		if w, err = autodiff.Transpose(w); err != nil {
			return nil, err
		}
	case w == nil:
		value := in[1].value
		if !transposed {
			var err error
			if value, err = (&frame{ws: newWorkspace()}).transpose(value, []int{1, 0}); err != nil {
				return nil, err
			}
		}
		w = d.constant(n.inputs[1], value.tensor())
	}
	var bias *gorgonia.Node
	perColumn := n.has(2) && slices.Equal(in[2].shape(), []int{w.Shape()[0]})
	if perColumn {
		var err error
		if bias, err = d.lift(in[2], n.inputs[2], in[2].shape()); err != nil {
			return nil, err
		}
	}
	y, err := autodiff.Linear(in[0].node, w, bias, 1, 1)
	if err != nil || !n.has(2) || perColumn {
		return y, err
	}
	b, err := d.lift(in[2], n.inputs[2], y.Shape())
	if err != nil {
		return nil, err
	}
	return autodiff.Add(y, b)
}

// resizeRule knows the doubling that repeats every cell, by whatever attributes. The operator itself says so, on a map
// whose elements tell their place.
func resizeRule(_ *differentiable, n *node, in []operand) (*gorgonia.Node, error) {
	unknown := errors.New("any resizing but a doubling by repetition has no differentiable form")
	x := in[0].node
	if x == nil || len(x.Shape()) != 4 {
		return nil, unknown
	}
	s := x.Shape()
	places := compute.New(s...)
	for i := range places.Data {
		places.Data[i] = float32(i % (1 << 24))
	}
	values := make([]*Value, len(in))
	for i, o := range in {
		values[i] = o.value
	}
	values[0] = FromTensor(places)
	out, err := n.run(&frame{ws: newWorkspace()}, values)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(out[0].Shape, []int{s[0], s[1], 2 * s[2], 2 * s[3]}) ||
		!slices.Equal(out[0].F32, compute.ResizeNearest(places, 2*s[2], 2*s[3]).Data) {
		return nil, unknown
	}
	return autodiff.UpsampleNearest(x)
}

// clipRule: bounds are attributes until opset 10 and constant inputs since.
func clipRule(_ *differentiable, n *node, in []operand) (*gorgonia.Node, error) {
	low, high := float32(math.Inf(-1)), float32(math.Inf(1))
	if n.opset < 11 {
		low, high = n.floatAttr("min", low), n.floatAttr("max", high)
	}
	for i, bound := range []*float32{&low, &high} {
		if !n.has(i + 1) {
			continue
		}
		if in[i+1].value == nil {
			return nil, errors.New("a variable bound has no differentiable form")
		}
		v, err := in[i+1].value.scalar()
		if err != nil {
			return nil, err
		}
		*bound = float32(v)
	}
	return autodiff.Clamp(in[0].node, low, high)
}
