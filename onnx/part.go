package onnx

import "slices"

// After returns the part of the model between an intermediate value and some outputs, as a model of its own. Its first
// input is that value; the others are whatever else is needed that does not depend on it, in the order
// of use. RunOutputs of the whole model computes all of them. Nodes and packed weights are shared.
func (m *Model) After(value string, outputs []string) (*Model, error) {
	if _, made := m.maker[value]; !made || m.consts[value] != nil {
		return nil, m.errorf("has no intermediate value %q", value)
	}
	inputs, nodes := []Port{{Name: value}}, []*node(nil)
	later := map[string]bool{value: true}
	for _, n := range m.required(outputs) {
		if slices.Contains(n.outputs, value) || !slices.ContainsFunc(n.inputs, func(name string) bool { return later[name] }) {
			continue
		}
		for _, name := range n.inputs {
			isInput := func(p Port) bool { return p.Name == name }
			if name != "" && !later[name] && m.consts[name] == nil && !slices.ContainsFunc(inputs, isInput) {
				inputs = append(inputs, Port{Name: name})
			}
		}
		for _, name := range n.outputs {
			if name != "" {
				later[name] = true
			}
		}
		nodes = append(nodes, n)
	}
	for _, name := range outputs {
		if !later[name] {
			return nil, m.errorf("output %q does not depend on value %q", name, value)
		}
	}
	return m.portion(inputs, nodes, outputs)
}

// portion is the model of some nodes, in execution order. Inputs have no declared type.
func (m *Model) portion(inputs []Port, nodes []*node, outputs []string) (*Model, error) {
	part := &Model{name: m.name, source: m.source, metadata: m.metadata, maker: map[string]int{},
		consts: m.consts, stored: m.stored, changed: m.changed, inputs: inputs, nodes: nodes}
	part.spaces.New = newSpace
	for i, n := range nodes {
		for _, name := range n.outputs {
			if name != "" {
				part.maker[name] = i
			}
		}
	}
	for _, name := range outputs {
		part.outputs = append(part.outputs, Port{Name: name})
	}
	var err error
	part.main, err = part.plan(outputs)
	return part, err
}
