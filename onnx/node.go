package onnx

import (
	"errors"
	"fmt"
	"slices"

	"rewriting/onnx/internal/proto"
)

// node is one operator of the graph, with what is known about it when the model is loaded.
type node struct {
	model   string
	name    string
	op      string
	opset   int
	inputs  []string
	outputs []string
	attrs   map[string]*proto.Attribute
	consts  []*Value // per input: its value if it depends on initialisers only, else nil

	run   kernel
	conv  *convolution // set by Conv, so that the planner can fuse what follows
	act   *activation  // set by the element-wise activations that a convolution can absorb
	norm  *affine      // set by BatchNormalization with constant statistics
	used  map[string]bool
	fault error // first attribute that could not be read
}

// kernel computes the outputs of a node. Absent optional inputs are nil. Kernels are shared by
// concurrent runs: they keep nothing between calls.
type kernel func(f *frame, in []*Value) ([]*Value, error)

// operator is an entry of the table of operators: how to make its kernel and how many inputs it takes.
type operator struct {
	build    func(n *node) (kernel, error)
	min, max int // max < 0 means any number
}

// wrap names model, node and operator, so that an error can be traced in the exporter's graph.
func (n *node) wrap(err error) error {
	return fmt.Errorf("onnx: model %q: node %q (%s): %w", n.model, n.name, n.op, err)
}

// prepare makes the node's kernel. An attribute that the operator does not read is an error:
// it would change the result in a way that we do not know.
func (n *node) prepare() error {
	op, ok := operators[n.op]
	if !ok {
		return n.wrap(errors.New("operator is not supported"))
	}
	if len(n.inputs) < op.min || op.max >= 0 && len(n.inputs) > op.max {
		return n.wrap(fmt.Errorf("has %d inputs, wants %d to %d", len(n.inputs), op.min, op.max))
	}
	for i := range op.min {
		if n.inputs[i] == "" {
			return n.wrap(fmt.Errorf("input %d is missing", i))
		}
	}
	run, err := op.build(n)
	if err = errors.Join(n.fault, err); err != nil {
		return n.wrap(err)
	}
	for name := range n.attrs {
		if !n.used[name] {
			return n.wrap(fmt.Errorf("attribute %q is not supported at opset %d", name, n.opset))
		}
	}
	n.run = run
	return nil
}

func (n *node) attr(name string, want proto.AttributeType) *proto.Attribute {
	n.used[name] = true
	a := n.attrs[name]
	if a != nil && a.Type != want {
		if n.fault == nil {
			n.fault = fmt.Errorf("attribute %q has type %d, wants %d", name, a.Type, want)
		}
		return nil
	}
	return a
}

func (n *node) intAttr(name string, missing int) int {
	if a := n.attr(name, proto.AttributeInt); a != nil {
		return int(a.Int)
	}
	return missing
}

func (n *node) flag(name string) bool { return n.intAttr(name, 0) != 0 }

func (n *node) floatAttr(name string, missing float32) float32 {
	if a := n.attr(name, proto.AttributeFloat); a != nil {
		return a.Float
	}
	return missing
}

func (n *node) textAttr(name, missing string) string {
	if a := n.attr(name, proto.AttributeString); a != nil {
		return a.String
	}
	return missing
}

// intsAttr is nil when the attribute is absent.
func (n *node) intsAttr(name string) []int {
	a := n.attr(name, proto.AttributeInts)
	if a == nil {
		return nil
	}
	out := make([]int, len(a.Ints))
	for i, x := range a.Ints {
		out[i] = int(x)
	}
	return out
}

// ignore accepts attributes that do not change the result of inference.
func (n *node) ignore(names ...string) {
	for _, name := range names {
		n.used[name] = true
	}
}

// constant is the known value of input i, or nil.
func (n *node) constant(i int) *Value {
	if i >= len(n.consts) {
		return nil
	}
	return n.consts[i]
}

// has reports whether the node is given input i.
func (n *node) has(i int) bool { return i < len(n.inputs) && n.inputs[i] != "" }

// oneOf checks a text attribute against the values that are implemented.
func (n *node) oneOf(name, missing string, allowed ...string) string {
	s := n.textAttr(name, missing)
	if !slices.Contains(allowed, s) && n.fault == nil {
		n.fault = fmt.Errorf("%s %q is not supported (only %q)", name, s, allowed)
	}
	return s
}

// optional is in[i], or nil when the node has fewer inputs.
func optional(in []*Value, i int) *Value {
	if i < len(in) {
		return in[i]
	}
	return nil
}

// axisOf resolves a possibly negative axis against a rank.
func axisOf(axis, rank int) (int, error) {
	a := axis
	if a < 0 {
		a += rank
	}
	if a < 0 || a >= rank {
		return 0, fmt.Errorf("axis %d of a value of rank %d", axis, rank)
	}
	return a, nil
}

// axesOf resolves axes and refuses repetitions.
func axesOf(axes []int, rank int) ([]int, error) {
	out := make([]int, len(axes))
	for i, axis := range axes {
		a, err := axisOf(axis, rank)
		if err != nil {
			return nil, err
		}
		if slices.Contains(out[:i], a) {
			return nil, fmt.Errorf("axis %d twice in %v", a, axes)
		}
		out[i] = a
	}
	return out, nil
}

func one(v *Value) []*Value { return []*Value{v} }
