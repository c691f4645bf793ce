package onnx

import "slices"

// After returns the part of the model between an intermediate value and some outputs, as a model of its own. Its first
// input is that value; the others are whatever else is needed that does not depend on it, in the order
// of use. RunOutputs of the whole model computes all of them. Nodes and packed weights are shared.
func (m *Model) After(value string, outputs []string) (*Model, error) {
	if _, made := m.maker[value]; !made || m.consts[value] != nil {
		return nil, m.errorf("has no intermediate value %q", value)
	}
	part := &Model{name: m.name, source: m.source, metadata: m.metadata, maker: map[string]int{},
		consts: m.consts, stored: m.stored, changed: m.changed, inputs: []Port{{Name: value}}}
	part.spaces.New = newSpace
	later := map[string]bool{value: true}
	for _, n := range m.required(outputs) {
		if slices.Contains(n.outputs, value) || !slices.ContainsFunc(n.inputs, func(name string) bool { return later[name] }) {
			continue
		}
		for _, name := range n.inputs {
			if name != "" && !later[name] && m.consts[name] == nil && !part.isInput(name) {
				part.inputs = append(part.inputs, Port{Name: name})
			}
		}
		for _, name := range n.outputs {
			if name != "" {
				later[name] = true
				part.maker[name] = len(part.nodes)
			}
		}
		part.nodes = append(part.nodes, n)
	}
	for _, name := range outputs {
		if !later[name] {
			return nil, m.errorf("output %q does not depend on value %q", name, value)
		}
		part.outputs = append(part.outputs, Port{Name: name})
	}
	var err error
	part.main, err = part.plan(outputs)
	return part, err
}
