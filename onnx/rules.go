package onnx

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
)

// rule maps a node of the model to operations of package autodiff. At least one operand is a node.
type rule func(d *differentiable, n *node, in []operand) (*gorgonia.Node, error)

var rules map[string]rule

func init() {
	rules = map[string]rule{
		"Conv": convRule, "ConvTranspose": convTransposeRule, "BatchNormalization": normRule, "InstanceNormalization": instanceNormRule,
		"Tanh": curveRule(autodiff.Tanh), "Sigmoid": curveRule(autodiff.Sigmoid), "Elu": eluRule, "Relu": activationRule, "LeakyRelu": activationRule,
		"MaxPool": maxPoolRule, "AveragePool": averageRule, "GlobalAveragePool": averageRule,
		"Add": pairRule(autodiff.Add), "Sub": pairRule(autodiff.Sub), "Mul": mulRule,
		"Div": divRule, "Pow": squareRule, "Gemm": gemmRule, "Resize": resizeRule, "Clip": clipRule, "Flatten": reshapeRule, "Reshape": reshapeRule,
		"Squeeze": reshapeRule, "Unsqueeze": reshapeRule, "Identity": reshapeRule, "Dropout": reshapeRule,
	}
}

// plane gives the parameters of a window on an image; the kernels' own output size must be the one that ONNX wants.
func (w window) planeOn(x []int, groups int) (compute.Params, error) {
	var p compute.Params
	if len(x) != 4 {
		return p, fmt.Errorf("input of shape %v is not a batch of images", x)
	}
	w, err := w.complete(2)
	if err != nil {
		return p, err
	}
	pads, size, err := w.place(x[2:])
	if err != nil {
		return p, err
	}
	p = w.plane(pads, groups)
	if h, wd := p.OutSize(x[2], x[3], w.kernel[0], w.kernel[1]); h != size[0] || wd != size[1] {
		return p, errors.New("ceil_mode with a partial window has no differentiable form")
	}
	return p, nil
}

func convRule(d *differentiable, n *node, in []operand) (*gorgonia.Node, error) {
	x, weight := in[0], in[1]
	if x.node == nil || len(weight.shape()) != 4 {
		return nil, errors.New("only two-dimensional convolutions of a variable input have a differentiable form")
	}
	w := n.window()
	if w.kernel == nil {
		w.kernel = weight.shape()[2:]
	}
	p, err := w.planeOn(x.shape(), n.intAttr("group", 1))
	if err != nil {
		return nil, err
	}
	k, err := d.lift(weight, n.inputs[1], weight.shape())
	if err != nil {
		return nil, err
	}
	y, err := autodiff.Conv2D(x.node, k, p)
	if err != nil || !n.has(2) {
		return y, err
	}
	b, err := d.lift(in[2], n.inputs[2], in[2].shape())
	if err != nil {
		return nil, err
	}
	return autodiff.AddChannelBias(y, b)
}

func normRule(d *differentiable, n *node, in []operand) (*gorgonia.Node, error) {
	if n.norm == nil || in[0].node == nil {
		return nil, errors.New("without constant statistics it has no differentiable form")
	}
	shape := in[0].shape()
	perChannel := slices.Repeat([]int{1}, len(shape)-1)
	perChannel[0] = len(n.norm.scale)
	scale, err := d.lift(operand{value: &Value{Type: Float32, Shape: perChannel, F32: n.norm.scale}}, n.name+" scale", shape)
	if err != nil {
		return nil, err
	}
	y, err := autodiff.Mul(in[0].node, scale)
	if err != nil {
		return nil, err
	}
	return autodiff.AddChannelBias(y, d.constant(n.name+" shift", compute.From(n.norm.shift, len(n.norm.shift))))
}

func activationRule(_ *differentiable, n *node, in []operand) (*gorgonia.Node, error) {
	return autodiff.LeakyReLU(in[0].node, n.act.slope, 1)
}

func maxPoolRule(_ *differentiable, n *node, in []operand) (*gorgonia.Node, error) {
	w := n.poolWindow()
	p, err := w.planeOn(in[0].shape(), 1)
	if err != nil {
		return nil, err
	}
	return autodiff.MaxPool2D(in[0].node, [2]int(w.kernel), p)
}

// averageRule is a depthwise convolution with ones, times one over the number of elements each window holds.
func averageRule(d *differentiable, n *node, in []operand) (*gorgonia.Node, error) {
	x := in[0].shape()
	if len(x) != 4 {
		return nil, fmt.Errorf("input of shape %v is not a batch of images", x)
	}
	w := window{kernel: x[2:], auto: "NOTSET"}
	if n.op == "AveragePool" {
		w = n.poolWindow()
	}
	p, err := w.planeOn(x, x[1])
	if err != nil {
		return nil, err
	}
	ones := func(shape ...int) *compute.Tensor {
		t := compute.New(shape...)
		for i := range t.Data {
			t.Data[i] = 1
		}
		return t
	}
	kernel := ones(x[1], 1, w.kernel[0], w.kernel[1])
	sum, err := autodiff.Conv2D(in[0].node, d.constant(n.name+" window", kernel), p)
	if err != nil {
		return nil, err
	}
	var counts *compute.Tensor
	if n.flag("count_include_pad") || p.Pad == [4]int{} {
		counts = ones(sum.Shape()...)
		compute.Scale(counts.Data, 1/float32(w.kernel[0]*w.kernel[1]))
	} else {
		counts = compute.Conv2D(ones(x...), kernel, nil, p)
		for i, c := range counts.Data {
			counts.Data[i] = 1 / c
		}
	}
	return autodiff.Mul(sum, d.constant(n.name+" count", counts))
}

func pairRule(op func(a, b *gorgonia.Node) (*gorgonia.Node, error)) rule {
	return func(d *differentiable, n *node, in []operand) (*gorgonia.Node, error) {
		shape, err := broadcastShape(in[0].shape(), in[1].shape())
		if err != nil {
			return nil, err
		}
		a, err := d.lift(in[0], n.inputs[0], shape)
		if err != nil {
			return nil, err
		}
		b, err := d.lift(in[1], n.inputs[1], shape)
		if err != nil {
			return nil, err
		}
		return op(a, b)
	}
}

// divRule: dividing by a constant is multiplying by its inverse.
func divRule(d *differentiable, n *node, in []operand) (*gorgonia.Node, error) {
	if in[1].value == nil || in[1].value.Type != Float32 {
		return nil, errors.New("division by anything but a constant has no differentiable form")
	}
	inverse := in[1].value.Clone()
	for i, x := range inverse.F32 {
		inverse.F32[i] = 1 / x
	}
	return pairRule(autodiff.Mul)(d, n, []operand{in[0], {value: inverse}})
}

func squareRule(_ *differentiable, _ *node, in []operand) (*gorgonia.Node, error) {
	if in[1].value != nil {
		if e, err := in[1].value.scalar(); err == nil && e == 2 {
			return autodiff.Mul(in[0].node, in[0].node)
		}
	}
	return nil, errors.New("any exponent but the constant 2 has no differentiable form")
}

// reshapeRule asks the operator itself for the new shape, on a value without elements of its own.
func reshapeRule(_ *differentiable, n *node, in []operand) (*gorgonia.Node, error) {
	if in[0].node == nil {
		return nil, errors.New("a variable shape has no differentiable form")
	}
	values := make([]*Value, len(in))
	for i, o := range in {
		values[i] = o.value
	}
	shape := in[0].shape()
	values[0] = &Value{Type: Float32, Shape: shape, F32: make([]float32, product(shape))}
	out, err := n.run(&frame{ws: newWorkspace()}, values)
	if err != nil {
		return nil, err
	}
	if slices.Equal(out[0].Shape, shape) {
		return in[0].node, nil
	}
	return autodiff.Reshape(in[0].node, out[0].Shape...)
}
