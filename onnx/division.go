package onnx

import (
	"maps"
	"math/bits"
	"reflect"
	"slices"
)

// division is a model taken apart by its inputs.
type division struct {
	model    *Model
	outputs  []string
	branches []*branch // by input
	head     []*node   // that depend on several inputs
}

// branch is all of a model that depends on one of its inputs alone.
type branch struct {
	model    *Model
	input    Port
	nodes    []*node // in execution order
	features []string
	compared map[string]bool // features that the head reads; the others are outputs
	value    map[string]origin
	node     map[*node]origin
}

// divide takes a model apart, or returns nil where it has no branch for every input with the same convolutions in each.
func divide(w Wanted) *division {
	m := w.Model
	if len(m.inputs) == 0 || len(m.inputs) > bits.UintSize {
		return nil
	}
	d := &division{model: m, outputs: w.Outputs}
	sees := map[string]uint{} // which inputs a value depends on
	for i, p := range m.inputs {
		sees[p.Name] = 1 << i
		d.branches = append(d.branches, newBranch(m, p))
	}
	of := func(name string) *branch { // whose value it is; nil where it depends on no input or on several
		if bits.OnesCount(sees[name]) != 1 {
			return nil
		}
		return d.branches[bits.TrailingZeros(sees[name])]
	}
	for _, n := range m.required(w.Outputs) {
		var mask uint
		for _, name := range n.inputs {
			mask |= sees[name]
		}
		for _, name := range n.outputs {
			sees[name] = mask
		}
		sees[""] = 0
		if mask == 0 {
			return nil // not constant, and yet it depends on no input
		}
		if bits.OnesCount(mask) == 1 {
			d.branches[bits.TrailingZeros(mask)].add(n)
			continue
		}
		d.head = append(d.head, n)
		for _, name := range n.inputs {
			if b := of(name); b != nil {
				b.want(name)
				b.compared[name] = true
			}
		}
	}
	for _, name := range w.Outputs {
		if b := of(name); b != nil {
			b.want(name)
		} else if sees[name] == 0 {
			return nil
		}
	}
	for _, b := range d.branches {
		if len(b.features) == 0 || slices.Contains(b.features, b.input.Name) || !samePort(b.input, d.branches[0].input) ||
			!maps.Equal(b.convolutions(), d.branches[0].convolutions()) {
			return nil
		}
	}
	return d
}

// like reports whether a tower of the other's convolutions has all of d's and no more. Without any they are not worth a common one.
func (d *division) like(other *division) bool {
	mine, theirs := d.branches[0], other.branches[0]
	return len(mine.convolutions()) > 0 && maps.Equal(mine.convolutions(), theirs.convolutions()) && samePort(mine.input, theirs.input)
}

// samePort compares ports but for their names.
func samePort(a, b Port) bool {
	a.Name = b.Name
	return reflect.DeepEqual(a, b)
}

func newBranch(m *Model, input Port) *branch {
	return &branch{model: m, input: input, compared: map[string]bool{},
		value: map[string]origin{input.Name: originOf("input"), "": originOf("absent")}, node: map[*node]origin{}}
}

func (b *branch) want(value string) {
	if !slices.Contains(b.features, value) {
		b.features = append(b.features, value)
	}
}

// add takes a node into the branch and names it and what it makes.
func (b *branch) add(n *node) {
	b.nodes = append(b.nodes, n)
	inputs := make([]origin, len(n.inputs))
	for i, name := range n.inputs {
		if _, known := b.value[name]; !known {
			b.value[name] = b.model.consts[name].origin()
		}
		inputs[i] = b.value[name]
	}
	b.node[n] = n.origin(inputs)
	for i, name := range n.outputs {
		if name != "" {
			b.value[name] = originOf("%x output %d", b.node[n], i)
		}
	}
}

// convolutions are what costs time in the branch.
func (b *branch) convolutions() map[origin]bool {
	all := map[origin]bool{}
	for _, n := range b.nodes {
		if n.op == "Conv" || n.op == "ConvTranspose" {
			all[b.node[n]] = true
		}
	}
	return all
}
