package onnx

import (
	"context"
	"fmt"

	"rewriting/compute"
)

// Run computes the declared outputs. Inputs are named and must match the declared types and shapes.
// Large operators use idle cores; several calls at once use one each. The results share no memory with the
// model, the inputs or other runs.
func (m *Model) Run(ctx context.Context, inputs map[string]*Value) (map[string]*Value, error) {
	return m.run(ctx, m.main, inputs)
}

// RunOutputs computes any named values of the graph, intermediates included, and only what they need.
func (m *Model) RunOutputs(ctx context.Context, inputs map[string]*Value, names []string) (map[string]*Value, error) {
	p, err := m.planFor(names)
	if err != nil {
		return nil, err
	}
	return m.run(ctx, p, inputs)
}

// Float runs a model of one float32 input and returns its first output.
func (m *Model) Float(x *compute.Tensor) (*compute.Tensor, error) {
	if len(m.inputs) != 1 || len(m.outputs) == 0 {
		return nil, m.errorf("has %d inputs and %d outputs; Float needs one input", len(m.inputs), len(m.outputs))
	}
	out, err := m.Run(context.Background(), map[string]*Value{m.inputs[0].Name: FromTensor(x)})
	if err != nil {
		return nil, err
	}
	t, err := out[m.outputs[0].Name].Tensor()
	if err != nil {
		return nil, m.errorf("output %q: %w", m.outputs[0].Name, err)
	}
	return t, nil
}

func (m *Model) run(ctx context.Context, p *plan, inputs map[string]*Value) (map[string]*Value, error) {
	env := make([]*Value, p.slots)
	if err := m.bind(p, inputs, env); err != nil {
		return nil, err
	}
	for s, v := range p.consts {
		env[s] = v
	}
	f := &frame{ctx: ctx, ws: m.spaces.Get().(*workspace)}
	for i := range p.steps {
		if err := ctx.Err(); err != nil {
			return nil, m.errorf("%w", err)
		}
		if err := p.steps[i].exec(f, env); err != nil {
			return nil, err // the workspace goes with it: its counts are no longer sure
		}
	}
	out := make(map[string]*Value, len(p.outputs))
	for i, s := range p.outputs {
		v := env[s]
		if v.buf == nil || v.buf.refs > 1 {
			v = v.Clone()
		}
		out[p.names[i]] = &Value{Type: v.Type, Shape: v.Shape, F32: v.F32, F64: v.F64, I64: v.I64, I32: v.I32, U8: v.U8, Bool: v.Bool}
		if v.buf != nil && v.buf.pooled { // it leaves the workspace for good
			f.ws.total -= len(v.buf.data)
		}
	}
	if f.ws.total <= maxPooled {
		m.spaces.Put(f.ws)
	}
	return out, nil
}

func (s *step) exec(f *frame, env []*Value) error {
	in := make([]*Value, len(s.in))
	for i, slot := range s.in {
		if slot >= 0 {
			in[i] = env[slot]
		}
	}
	for _, slot := range s.frees {
		if v := env[slot]; v != nil && v.buf != nil {
			v.dies = true
		}
	}
	out, err := s.run(f, in)
	if err != nil {
		return s.node.wrap(err)
	}
	if len(out) < len(s.out) {
		return s.node.wrap(fmt.Errorf("has %d outputs, the operator makes %d", len(s.out), len(out)))
	}
	for i, slot := range s.out {
		if slot >= 0 {
			env[slot] = out[i]
		}
	}
	for _, slot := range s.frees {
		f.ws.put(env[slot].buf)
		env[slot] = nil
	}
	return nil
}

// bind checks the inputs against their declarations and puts them into their slots.
func (m *Model) bind(p *plan, inputs map[string]*Value, env []*Value) error {
	for name := range inputs {
		if !m.isInput(name) {
			return m.errorf("has no input %q", name)
		}
	}
	symbols := map[string]int{}
	for _, port := range m.inputs {
		slot, needed := p.inputs[port.Name]
		v, given := inputs[port.Name]
		if !given {
			if needed {
				return m.errorf("input %q is missing", port.Name)
			}
			continue
		}
		if err := v.check(); err != nil {
			return m.errorf("input %q %w", port.Name, err)
		}
		if err := port.accept(v, symbols); err != nil {
			return m.errorf("input %q: %w", port.Name, err)
		}
		if needed {
			bound := *v
			bound.buf, bound.dies = nil, false
			env[slot] = &bound
		}
	}
	return nil
}

// accept checks a value against the declaration; symbols collects the lengths of named dimensions.
func (p Port) accept(v *Value, symbols map[string]int) error {
	if v.Type != p.Type && p.Type != 0 { // inputs of a part have no declared type
		return fmt.Errorf("is %v, wants %v", v, p.Type)
	}
	if p.Dims == nil {
		return nil
	}
	if len(v.Shape) != len(p.Dims) {
		return fmt.Errorf("is %v, wants rank %d", v, len(p.Dims))
	}
	for i, d := range p.Dims {
		if d >= 0 && v.Shape[i] != d {
			return fmt.Errorf("is %v, wants %d for dimension %d", v, d, i)
		}
		name := p.Symbols[i]
		if d >= 0 || name == "" {
			continue
		}
		if n, seen := symbols[name]; seen && n != v.Shape[i] {
			return fmt.Errorf("is %v, but dimension %q is %d in another input", v, name, n)
		}
		symbols[name] = v.Shape[i]
	}
	return nil
}
