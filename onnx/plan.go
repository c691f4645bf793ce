package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// plan is the execution of the nodes that a set of outputs needs. Values live in numbered slots.
type plan struct {
	slots   int
	inputs  map[string]int // model inputs that are needed
	consts  map[int]*Value
	steps   []step
	outputs []int // slots, in the order asked for
	names   []string
}

type step struct {
	node    *node
	run     kernel
	in, out []int // slots; -1 where absent
	frees   []int // slots read here for the last time (or never read at all)
}

// order sorts nodes so that every value is made before it is read, and checks that each is made once.
func (m *Model) order(nodes []*node) error {
	source := map[string]*node{}
	for _, p := range m.inputs {
		if _, twice := source[p.Name]; twice {
			return m.errorf("input %q is declared twice", p.Name)
		}
		source[p.Name] = nil
	}
	for name := range m.consts {
		source[name] = nil
	}
	for _, n := range nodes {
		for _, name := range n.outputs {
			if name == "" {
				continue
			}
			if _, twice := source[name]; twice {
				return n.wrap(fmt.Errorf("value %q is made twice", name))
			}
			source[name] = n
		}
	}
	waiting := map[*node]int{}
	readers := map[*node][]*node{}
	for _, n := range nodes {
		for _, name := range n.inputs {
			from, known := source[name]
			switch {
			case name == "":
			case !known:
				return n.wrap(fmt.Errorf("input %q is made by no node", name))
			case from != nil:
				waiting[n]++
				readers[from] = append(readers[from], n)
			}
		}
	}
	// Kahn's algorithm, taking nodes in file order, which is nearly always already an order.
	var ready []*node
	for _, n := range nodes {
		if waiting[n] == 0 {
			ready = append(ready, n)
		}
	}
	for len(ready) > 0 {
		n := ready[0]
		ready = ready[1:]
		for _, name := range n.outputs {
			if name != "" {
				m.maker[name] = len(m.nodes)
			}
		}
		m.nodes = append(m.nodes, n)
		for _, r := range readers[n] {
			if waiting[r]--; waiting[r] == 0 {
				ready = append(ready, r)
			}
		}
	}
	if len(m.nodes) != len(nodes) {
		for _, n := range nodes {
			if waiting[n] > 0 {
				return n.wrap(errors.New("is part of a cycle"))
			}
		}
	}
	return nil
}

// fold makes the kernels, and runs those whose inputs are all known.
func (m *Model) fold() error {
	ws := newWorkspace()
	for _, n := range m.nodes {
		if _, err := m.foldNode(n, ws); err != nil {
			return err
		}
	}
	return nil
}

// foldNode makes one kernel and runs it if its inputs are all known, which is reported.
func (m *Model) foldNode(n *node, ws *workspace) (folded bool, err error) {
	known := true
	n.consts = make([]*Value, len(n.inputs))
	for i, name := range n.inputs {
		if name != "" {
			n.consts[i] = m.consts[name]
			known = known && n.consts[i] != nil
		}
	}
	if err := n.prepare(); err != nil || !known {
		return false, err
	}
	out, err := n.run(&frame{ws: ws}, n.consts)
	if err != nil {
		return false, n.wrap(err)
	}
	for i, name := range n.outputs {
		if name != "" && i < len(out) {
			m.consts[name] = out[i].Clone()
		}
	}
	return true, nil
}

// plan selects the nodes that the named values need, fuses what can be fused without losing one of
// them, and finds out when every intermediate is read for the last time.
func (m *Model) plan(names []string) (*plan, error) {
	p := &plan{inputs: map[string]int{}, consts: map[int]*Value{}, names: names}
	for _, name := range names {
		if _, made := m.maker[name]; !made && m.consts[name] == nil && !m.isInput(name) {
			return nil, m.errorf("has no value %q", name)
		}
	}
	slots := map[string]int{}
	slot := func(name string) int {
		if name == "" {
			return -1
		}
		s, ok := slots[name]
		if !ok {
			s = p.slots
			p.slots++
			slots[name] = s
			if c := m.consts[name]; c != nil {
				p.consts[s] = c
			} else if m.isInput(name) {
				p.inputs[name] = s
			}
		}
		return s
	}
	for _, n := range fuse(m.required(names), names) {
		s := step{node: n.node, run: n.run}
		for _, name := range n.inputs {
			s.in = append(s.in, slot(name))
		}
		for _, name := range n.outputs {
			s.out = append(s.out, slot(name))
		}
		p.steps = append(p.steps, s)
	}
	for _, name := range names {
		p.outputs = append(p.outputs, slot(name))
	}
	p.schedule()
	p.lastUses()
	return p, nil
}

// required lists the nodes that some values need and that were not folded, in execution order.
func (m *Model) required(names []string) []*node {
	needed := make([]bool, len(m.nodes))
	need := func(names []string) {
		for _, name := range names {
			if i, made := m.maker[name]; made && m.consts[name] == nil {
				needed[i] = true
			}
		}
	}
	need(names)
	var nodes []*node
	for i := len(m.nodes) - 1; i >= 0; i-- { // readers come after makers, so one sweep suffices
		if needed[i] {
			need(m.nodes[i].inputs)
			nodes = append(nodes, m.nodes[i])
		}
	}
	slices.Reverse(nodes)
	return nodes
}

func (p *plan) lastUses() {
	seen := map[int]bool{}
	for _, s := range p.outputs {
		seen[s] = true
	}
	for i := len(p.steps) - 1; i >= 0; i-- {
		st := &p.steps[i]
		for _, s := range slices.Concat(st.in, st.out) {
			if s >= 0 && !seen[s] {
				seen[s] = true
				st.frees = append(st.frees, s)
			}
		}
	}
}

func (m *Model) isInput(name string) bool {
	return slices.ContainsFunc(m.inputs, func(p Port) bool { return p.Name == name })
}

// planFor returns the plan for any set of values, made on first use.
func (m *Model) planFor(names []string) (*plan, error) {
	if slices.Equal(names, m.main.names) {
		return m.main, nil
	}
	key := strings.Join(names, "\x00")
	if p, ok := m.plans.Load(key); ok {
		return p.(*plan), nil
	}
	p, err := m.plan(slices.Clone(names))
	if err != nil {
		return nil, err
	}
	m.plans.Store(key, p)
	return p, nil
}
