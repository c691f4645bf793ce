package onnx

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"sync"

	"rewriting/onnx/internal/proto"
)

// The opsets whose semantics are implemented. Operators that changed between them follow the version that the model imports.
const (
	minOpset = 1
	maxOpset = 25
)

// Model is a loaded network. It is immutable and safe for concurrent use.
type Model struct {
	name     string
	source   []byte
	metadata map[string]string
	inputs   []Port
	outputs  []Port
	nodes    []*node           // in execution order
	maker    map[string]int    // value name to the node that makes it
	consts   map[string]*Value // initialisers and all that was folded
	stored   map[string]bool   // initialisers of the file
	changed  []string          // initialisers whose values differ from source, sorted
	main     *plan             // for the declared outputs
	plans    sync.Map          // other sets of outputs: key to *plan
	spaces   sync.Pool         // *workspace
}

// Port describes one input or output of a model. Dims holds lengths, or -1 where the length is free;
// Symbols names free dimensions that must agree ("" where they need not). Dims is nil when no rank is declared. An
// output may leave its Type open (0).
type Port struct {
	Name    string
	Type    Type
	Dims    []int
	Symbols []string
}

// Load decodes a model, checks it, folds every part that depends on initialisers only, packs the
// weights and plans the execution. b is kept and must not be changed afterwards.
func Load(b []byte) (*Model, error) {
	p, err := proto.Decode(b)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	m := &Model{name: p.Graph.Name, source: b, metadata: p.Metadata, maker: map[string]int{}, consts: map[string]*Value{}, stored: map[string]bool{}}
	m.spaces.New = newSpace
	if err := m.read(p); err != nil {
		return nil, err
	}
	if err := m.fold(); err != nil {
		return nil, err
	}
	m.main, err = m.plan(m.outputNames())
	return m, err
}

func newSpace() any { return newWorkspace() }

func (m *Model) outputNames() []string {
	names := make([]string, len(m.outputs))
	for i, o := range m.outputs {
		names[i] = o.Name
	}
	return names
}

func (m *Model) errorf(format string, args ...any) error {
	return fmt.Errorf("onnx: model %q: %w", m.name, fmt.Errorf(format, args...))
}

// read takes over ports, initialisers and nodes.
func (m *Model) read(p *proto.Model) error {
	opset, ok := p.Opsets[""]
	if !ok || opset < minOpset || opset > maxOpset {
		return m.errorf("imports opset %d; %d to %d are supported", opset, minOpset, maxOpset)
	}
	if p.Graph.Sparse {
		return m.errorf("sparse initialisers are not supported")
	}
	for _, t := range p.Graph.Initializers {
		v, err := fromProto(t)
		if err != nil {
			return m.errorf("initialiser %q: %w", t.Name, err)
		}
		if m.consts[t.Name] != nil || t.Name == "" {
			return m.errorf("initialiser %q appears twice or has no name", t.Name)
		}
		m.consts[t.Name], m.stored[t.Name] = v, true
	}
	for _, i := range p.Graph.Inputs {
		if m.consts[i.Name] != nil {
			continue // before IR version 4 initialisers had to be listed as inputs too
		}
		port, err := newPort(i)
		if err == nil && port.Type == 0 {
			err = errors.New("is not a dense tensor")
		}
		if err != nil {
			return m.errorf("input %q: %w", i.Name, err)
		}
		m.inputs = append(m.inputs, port)
	}
	for _, o := range p.Graph.Outputs {
		port, err := newPort(o)
		if err != nil {
			return m.errorf("output %q: %w", o.Name, err)
		}
		m.outputs = append(m.outputs, port)
	}
	nodes := make([]*node, len(p.Graph.Nodes))
	for i, n := range p.Graph.Nodes {
		nodes[i] = m.newNode(n, i, int(opset))
		if n.Domain != "" {
			return nodes[i].wrap(fmt.Errorf("operators of domain %q are not supported", n.Domain))
		}
	}
	return m.order(nodes)
}

func (m *Model) newNode(p *proto.Node, index, opset int) *node {
	n := &node{model: m.name, name: p.Name, op: p.Op, opset: opset, inputs: p.Inputs, outputs: p.Outputs,
		attrs: map[string]*proto.Attribute{}, used: map[string]bool{}}
	if n.name == "" {
		n.name = fmt.Sprintf("#%d", index)
	}
	for _, a := range p.Attributes {
		n.attrs[a.Name] = a
	}
	return n
}

func newPort(v *proto.ValueInfo) (Port, error) {
	p := Port{Name: v.Name, Type: Type(v.Type)}
	if v.Name == "" {
		return p, errors.New("has no name")
	}
	if v.Type != 0 && p.Type.storage() == noStorage {
		return p, fmt.Errorf("element %v is not supported", p.Type)
	}
	if v.Ranked {
		p.Dims, p.Symbols = []int{}, []string{}
	}
	for _, d := range v.Dims {
		if d.Size < -1 || d.Size > math.MaxInt32 {
			return p, fmt.Errorf("dimension %d is out of range", d.Size)
		}
		p.Dims, p.Symbols = append(p.Dims, int(d.Size)), append(p.Symbols, d.Symbol)
	}
	return p, nil
}

// Name is the name of the graph.
func (m *Model) Name() string { return m.name }

// Inputs are the values that Run needs, in file order.
func (m *Model) Inputs() []Port { return m.inputs }

// Outputs are the values that Run returns, in file order.
func (m *Model) Outputs() []Port { return m.outputs }

// Metadata returns a copy of the model's metadata properties.
func (m *Model) Metadata() map[string]string { return maps.Clone(m.metadata) }

// Initializer returns a copy of a named initialiser, or nil if the model has none of that name.
// Values folded on loading can be had in the same way.
func (m *Model) Initializer(name string) *Value {
	if v := m.consts[name]; v != nil {
		return v.Clone()
	}
	return nil
}
