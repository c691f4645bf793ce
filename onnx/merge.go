package onnx

import (
	"fmt"
	"slices"
)

// towerInput is what the input of a tower is called; all other names there have a number in front.
const towerInput = "picture"

// merge makes a model of one input out of branches, in which values of one origin are computed once. names tells for every
// branch what its features are called there. Nodes keep their kernels and packed weights.
func merge(branches []*branch) (tower *Model, names []map[string]string, err error) {
	input := branches[0].input
	input.Name = towerInput
	tower = &Model{name: branches[0].model.name, maker: map[string]int{}, consts: map[string]*Value{}, inputs: []Port{input}}
	tower.spaces.New = newSpace
	known := map[origin]*node{}
	for i, b := range branches {
		own := map[string]string{b.input.Name: towerInput, "": ""} // names of the branch to those of the tower
		for _, n := range b.nodes {
			same := known[b.node[n]]
			if same == nil {
				same = tower.take(n, b, own, fmt.Sprintf("%d ", i))
				known[b.node[n]] = same
			}
			for k, name := range n.outputs {
				own[name] = same.outputs[k] // of one origin, the same are absent
			}
		}
		features := map[string]string{}
		for _, name := range b.features {
			features[name] = own[name]
			if !slices.ContainsFunc(tower.outputs, func(p Port) bool { return p.Name == own[name] }) {
				tower.outputs = append(tower.outputs, Port{Name: own[name]})
			}
		}
		names = append(names, features)
	}
	tower.main, err = tower.plan(tower.outputNames())
	return tower, names, err
}

// take adds a node of a branch under new names, with the constants that it reads.
func (m *Model) take(n *node, b *branch, own map[string]string, prefix string) *node {
	taken := *n
	taken.inputs, taken.outputs = make([]string, len(n.inputs)), make([]string, len(n.outputs))
	for k, name := range n.inputs {
		if _, ok := own[name]; !ok {
			own[name] = prefix + name
			m.consts[own[name]] = b.model.consts[name]
		}
		taken.inputs[k] = own[name]
	}
	for k, name := range n.outputs {
		if name != "" {
			taken.outputs[k] = prefix + name
			m.maker[taken.outputs[k]] = len(m.nodes)
		}
	}
	m.nodes = append(m.nodes, &taken)
	return &taken
}
