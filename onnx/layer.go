package onnx

import (
	"errors"
	"fmt"
	"slices"

	"rewriting/compute"
)

// Layer is a node with weights of its own: Conv, ConvTranspose or Gemm.
type Layer struct {
	Node, Op      string
	Input, Output string // values
	Weight, Bias  string // initialisers; Bias is empty where there is none
	Convolution   compute.Params
	OutPad        [2]int // of ConvTranspose
	NotEditable   error  // why the node cannot be cut out as a convolution; nil where it can
}

// Layers lists the convolutions and fully connected layers whose weight is a float32 initialiser and that the named
// outputs depend on, in the order of execution.
func (m *Model) Layers(outputs []string) ([]Layer, error) {
	if _, err := m.planFor(outputs); err != nil {
		return nil, err
	}
	readers := map[string]int{}
	for _, n := range m.nodes {
		for _, name := range n.inputs {
			readers[name]++
		}
	}
	var layers []Layer
	for _, n := range m.required(outputs) {
		if !slices.Contains([]string{"Conv", "ConvTranspose", "Gemm"}, n.op) || !m.isWeight(n.inputs[1]) {
			continue
		}
		l := Layer{Node: n.name, Op: n.op, Input: n.inputs[0], Output: n.outputs[0], Weight: n.inputs[1]}
		if n.has(2) && m.isWeight(n.inputs[2]) {
			l.Bias = n.inputs[2]
		}
		switch {
		case n.op == "Gemm":
			l.NotEditable = errors.New("it is no convolution")
		case readers[l.Weight] > 1:
			l.NotEditable = errors.New("its weight is used by several nodes")
		case n.has(2) && l.Bias == "":
			l.NotEditable = errors.New("its bias is no initialiser")
		default:
			l.NotEditable = l.describe(n, m.consts[l.Weight].Shape)
		}
		layers = append(layers, l)
	}
	return layers, nil
}

func (m *Model) isWeight(name string) bool {
	return m.stored[name] && m.consts[name].Type == Float32
}

// anySize is an input size to resolve automatic padding with, where that does not depend on the size.
const anySize = 1 << 12

// describe fills in the parameters of a convolution in two dimensions.
func (l *Layer) describe(shared *node, weight []int) error {
	if len(weight) != 4 {
		return fmt.Errorf("its weight has shape %v; only images are edited", weight)
	}
	n := *shared // reading attributes marks them; the model's own node stays as it is
	n.used = map[string]bool{}
	if g := n.intAttr("group", 1); g != 1 {
		return fmt.Errorf("it has %d groups", g)
	}
	w := n.window()
	w.kernel = weight[2:]
	w, err := w.complete(2)
	if err != nil {
		return err
	}
	size := []int{anySize, anySize}
	if l.Op == "Conv" {
		if w.auto != "NOTSET" && w.auto != "VALID" && !slices.Equal(w.strides, []int{1, 1}) {
			return errors.New("its automatic padding depends on the size of the map")
		}
		pads, _, err := w.place(size)
		if err != nil {
			return err
		}
		l.Convolution = w.plane(pads, 1)
		return nil
	}
	if n.intsAttr("output_shape") != nil {
		return errors.New("its output_shape fixes the size of the map")
	}
	pads, extra, _, err := w.unplace(size, n.intsAttr("output_padding"), nil)
	if err != nil {
		return err
	}
	l.Convolution, l.OutPad = w.plane(pads, 1), [2]int(extra)
	return nil
}

// Operator is the kind of node that makes a value, empty where none does.
func (m *Model) Operator(value string) string {
	if i, made := m.maker[value]; made {
		return m.nodes[i].op
	}
	return ""
}
