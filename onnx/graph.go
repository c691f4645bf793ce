package onnx

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
)

// Graph rebuilds the part of the model that some of its values need as a differentiable expression:
// inputs are nodes of g by input name, the result holds one node per name in outputs. Weights become
// constants, except those that inputs names: a node may stand for an initialiser, too. The subset is that of feature
// networks and convolutional generators (Conv, ConvTranspose, BatchNormalization with constant statistics, InstanceNormalization, Relu,
// LeakyRelu, Elu, Tanh, Sigmoid, MaxPool, AveragePool, GlobalAveragePool, Add, Sub, Mul, Div, Pow 2, Clip, Gemm, doubling and
// reshapes; float32, two spatial axes); any other operator on the way is an error naming it.
func (m *Model) Graph(g *gorgonia.ExprGraph, inputs map[string]*gorgonia.Node, outputs []string) ([]*gorgonia.Node, error) {
	d := &differentiable{g: g, known: map[string]operand{}}
	for name, v := range m.consts {
		d.known[name] = operand{value: v}
	}
	for name, x := range inputs {
		if err := m.variable(name); err != nil {
			return nil, err
		}
		d.known[name] = operand{node: x}
	}
	for _, n := range m.required(outputs) {
		if err := d.add(n); err != nil {
			return nil, n.wrap(err)
		}
	}
	nodes := make([]*gorgonia.Node, len(outputs))
	for i, name := range outputs {
		if nodes[i] = d.known[name].node; nodes[i] == nil {
			return nil, m.errorf("value %q is no value of the model that depends on its inputs", name)
		}
	}
	return nodes, nil
}

// variable checks that a node may stand for the named input or initialiser. What was folded from an
// initialiser on loading would not follow its node.
func (m *Model) variable(name string) error {
	if m.isInput(name) {
		return nil
	}
	if !m.stored[name] {
		return m.errorf("has no input %q", name)
	}
	for _, n := range m.nodes {
		if len(n.outputs) > 0 && m.consts[n.outputs[0]] != nil && slices.Contains(n.inputs, name) {
			return n.wrap(fmt.Errorf("initialiser %q has no differentiable form through it", name))
		}
	}
	return nil
}

// operand is a value of the expression: a node, or a constant that no gradient is wanted for.
type operand struct {
	node  *gorgonia.Node
	value *Value
}

func (o operand) shape() []int {
	if o.node != nil {
		return o.node.Shape()
	}
	return o.value.Shape
}

// differentiable is an expression under construction.
type differentiable struct {
	g     *gorgonia.ExprGraph
	known map[string]operand
}

// add extends the expression by one node of the model.
func (d *differentiable) add(shared *node) error {
	n := *shared // attribute reading marks them as used; the model's own node stays as it is
	n.used = map[string]bool{}
	in := make([]operand, len(n.inputs))
	constant := true
	for i, name := range n.inputs {
		if name == "" {
			continue
		}
		if in[i] = d.known[name]; in[i] == (operand{}) {
			return fmt.Errorf("input %q of the model is missing", name)
		}
		constant = constant && in[i].node == nil
	}
	if n.op == "Shape" || constant {
		return d.evaluate(&n, in)
	}
	rule, ok := rules[n.op]
	if !ok {
		return errors.New("operator has no differentiable form")
	}
	y, err := rule(d, &n, in)
	if err != nil {
		return err
	}
	d.known[n.outputs[0]] = operand{node: y}
	return n.fault
}

// evaluate computes what depends on constants and shapes only.
func (d *differentiable) evaluate(n *node, in []operand) error {
	values := make([]*Value, len(in))
	for i, o := range in {
		values[i] = o.value
		if o.node != nil { // Shape looks at nothing else
			values[i] = &Value{Type: Float32, Shape: o.node.Shape()}
		}
	}
	out, err := n.run(&frame{ws: newWorkspace()}, values)
	if err != nil {
		return err
	}
	for i, name := range n.outputs {
		if name != "" && i < len(out) {
			d.known[name] = operand{value: out[i]}
		}
	}
	return nil
}

// lift makes a node of an operand in the given shape; constants are stretched to it.
func (d *differentiable) lift(o operand, name string, shape []int) (*gorgonia.Node, error) {
	if o.node != nil {
		if !slices.Equal([]int(o.node.Shape()), shape) {
			return nil, fmt.Errorf("broadcasting %v to %v has no differentiable form", o.node.Shape(), shape)
		}
		return o.node, nil
	}
	if o.value.Type != Float32 {
		return nil, fmt.Errorf("constant %v is not float32", o.value)
	}
	wide, err := (&frame{ws: newWorkspace()}).expand(o.value, shape)
	if err != nil {
		return nil, err
	}
	return d.constant(name, wide.tensor()), nil
}

func (d *differentiable) constant(name string, t *compute.Tensor) *gorgonia.Node {
	return autodiff.Constant(d.g, fmt.Sprintf("%s%v", name, t.Shape), t)
}
