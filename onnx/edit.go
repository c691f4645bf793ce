package onnx

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"

	"rewriting/compute"
	"rewriting/onnx/internal/proto"
)

// With returns a model in which float32 initialisers have other values. It shares everything that does not
// depend on them, packed weights included; the tensors are copied. A name that is no float32 initialiser and a tensor
// of another shape are errors.
func (m *Model) With(changed map[string]*compute.Tensor) (*Model, error) {
	e := &Model{name: m.name, source: m.source, metadata: m.metadata, inputs: m.inputs, outputs: m.outputs,
		maker: m.maker, consts: maps.Clone(m.consts), stored: m.stored, changed: slices.Clone(m.changed)}
	e.spaces.New = newSpace
	stale := map[string]bool{} // values that must be made again
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		old, t := m.consts[name], changed[name]
		if !m.stored[name] || old.Type != Float32 {
			return nil, m.errorf("has no float32 initialiser %q", name)
		}
		if !slices.Equal(old.Shape, t.Shape) {
			return nil, m.errorf("initialiser %q is %v; cannot take shape %v", name, old, t.Shape)
		}
		e.consts[name] = FromTensor(t.Clone())
		stale[name] = true
		if !slices.Contains(e.changed, name) {
			e.changed = append(e.changed, name)
		}
	}
	slices.Sort(e.changed)
	e.nodes = make([]*node, len(m.nodes))
	for i, n := range m.nodes {
		if !slices.ContainsFunc(n.inputs, func(name string) bool { return stale[name] }) {
			e.nodes[i] = n
			continue
		}
		fresh := *n
		fresh.used, fresh.run, fresh.conv, fresh.act, fresh.norm = map[string]bool{}, nil, nil, nil, nil
		e.nodes[i] = &fresh
		folded, err := e.foldNode(&fresh, newWorkspace())
		if err != nil {
			return nil, err
		}
		for _, name := range n.outputs {
			stale[name] = stale[name] || folded && name != ""
		}
	}
	var err error
	e.main, err = e.plan(e.outputNames())
	return e, err
}

// Bytes is the model file: the one that was loaded, with the values of changed initialisers replaced. All
// other bytes, including fields this package does not know, stay.
func (m *Model) Bytes() ([]byte, error) {
	b := m.source
	for _, name := range m.changed {
		values := m.consts[name].F32
		raw := make([]byte, 0, 4*len(values))
		for _, x := range values {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
		}
		var err error
		if b, err = proto.ReplaceInitializer(b, name, raw); err != nil {
			return nil, m.errorf("%w", err)
		}
	}
	return b, nil
}

// WithInitializer returns the bytes of the model with the elements of one float32 initialiser replaced.
func (m *Model) WithInitializer(name string, values []float32) ([]byte, error) {
	v := m.consts[name]
	if v == nil || v.Type != Float32 || len(v.F32) != len(values) {
		return nil, m.errorf("initialiser %q is %v; cannot take %d float32 values", name, v, len(values))
	}
	e, err := m.With(map[string]*compute.Tensor{name: compute.From(values, v.Shape...)})
	if err != nil {
		return nil, err
	}
	return e.Bytes()
}
