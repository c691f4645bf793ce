package onnx

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
)

// curveRule is for activations without attributes.
func curveRule(op func(*gorgonia.Node) (*gorgonia.Node, error)) rule {
	return func(_ *differentiable, _ *node, in []operand) (*gorgonia.Node, error) { return op(in[0].node) }
}

func eluRule(_ *differentiable, n *node, in []operand) (*gorgonia.Node, error) {
	return autodiff.ELU(in[0].node, n.floatAttr("alpha", 1))
}

// mulRule also knows one number per image and channel, as modulation by a style has.
func mulRule(d *differentiable, n *node, in []operand) (*gorgonia.Node, error) {
	for i, small := range in {
		large := in[1-i]
		if small.node == nil || large.node == nil || len(small.shape()) != 4 || len(large.shape()) != 4 {
			continue
		}
		a, b := small.shape(), large.shape()
		if a[2] == 1 && a[3] == 1 && b[2]*b[3] > 1 && a[0] == b[0] && a[1] == b[1] {
			s, err := autodiff.Reshape(small.node, a[0], a[1])
			if err != nil {
				return nil, err
			}
			return autodiff.ScaleChannels(large.node, s)
		}
	}
	return pairRule(autodiff.Mul)(d, n, in)
}

func convTransposeRule(d *differentiable, n *node, in []operand) (*gorgonia.Node, error) {
	x, weight := in[0], in[1]
	if x.node == nil || len(x.shape()) != 4 || len(weight.shape()) != 4 || n.intAttr("group", 1) != 1 {
		return nil, errors.New("only two-dimensional convolutions in one group of a variable input have a differentiable form")
	}
	w := n.window()
	w.kernel = weight.shape()[2:]
	w, err := w.complete(2)
	if err != nil {
		return nil, err
	}
	pads, extra, _, err := w.unplace(x.shape()[2:], n.intsAttr("output_padding"), n.intsAttr("output_shape"))
	if err != nil {
		return nil, err
	}
	k, err := d.lift(weight, n.inputs[1], weight.shape())
	if err != nil {
		return nil, err
	}
	y, err := autodiff.ConvTranspose2D(x.node, k, w.plane(pads, 1), [2]int(extra))
	if err != nil || !n.has(2) {
		return y, err
	}
	b, err := d.lift(in[2], n.inputs[2], in[2].shape())
	if err != nil {
		return nil, err
	}
	return autodiff.AddChannelBias(y, b)
}

func instanceNormRule(d *differentiable, n *node, in []operand) (*gorgonia.Node, error) {
	x, scale, shift := in[0], in[1], in[2]
	if x.node == nil || len(x.shape()) != 4 || scale.value == nil || shift.value == nil || scale.value.Type != Float32 || shift.value.Type != Float32 {
		return nil, errors.New("only images with constant scale and shift have a differentiable form")
	}
	channels := x.shape()[1]
	if !slices.Equal(scale.value.Shape, []int{channels}) || !slices.Equal(shift.value.Shape, []int{channels}) {
		return nil, fmt.Errorf("scale %v and shift %v do not fit %d channels", scale.value, shift.value, channels)
	}
	y, err := autodiff.InstanceNorm(x.node, n.floatAttr("epsilon", 1e-5))
	if err != nil {
		return nil, err
	}
	wide, err := d.lift(operand{value: &Value{Type: Float32, Shape: []int{channels, 1, 1}, F32: scale.value.F32}}, n.name+" scale", x.shape())
	if err != nil {
		return nil, err
	}
	if y, err = autodiff.Mul(y, wide); err != nil {
		return nil, err
	}
	return autodiff.AddChannelBias(y, d.constant(n.name+" shift", compute.From(shift.value.F32, channels)))
}
