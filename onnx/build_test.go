package onnx

import (
	"encoding/binary"
	"math"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// modelBuilder writes small models in the wire format, so that cases of our own need no files.
type modelBuilder struct {
	graph, tail []byte
	opset       int
}

func newModel(opset int) *modelBuilder { return &modelBuilder{opset: opset} }

func message(num protowire.Number, body []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, num, protowire.BytesType), body)
}

func integer(num protowire.Number, v int) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, num, protowire.VarintType), uint64(v))
}

func join(parts ...[]byte) []byte {
	var out []byte
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func tensorBytes(name string, v *Value) []byte {
	var b, raw []byte
	for _, d := range v.Shape {
		b = append(b, integer(1, d)...)
	}
	for _, x := range v.F32 {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	for _, x := range v.I64 {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(x))
	}
	for _, x := range v.Bool {
		if x {
			raw = append(raw, 1)
		} else {
			raw = append(raw, 0)
		}
	}
	return join(b, integer(2, int(v.Type)), message(8, []byte(name)), message(9, raw))
}

func (m *modelBuilder) constant(name string, v *Value) *modelBuilder {
	m.graph = append(m.graph, message(5, tensorBytes(name, v))...)
	return m
}

// port declares a value; without dims its rank is left open.
func port(name string, t Type, dims ...any) []byte {
	if dims == nil {
		return join(message(1, []byte(name)), message(2, message(1, integer(1, int(t)))))
	}
	var shape []byte
	for _, d := range dims {
		switch d := d.(type) {
		case int:
			shape = append(shape, message(1, integer(1, d))...)
		case string:
			shape = append(shape, message(1, message(2, []byte(d)))...)
		}
	}
	return join(message(1, []byte(name)), message(2, message(1, join(integer(1, int(t)), message(2, shape)))))
}

func (m *modelBuilder) input(name string, t Type, dims ...any) *modelBuilder {
	m.graph = append(m.graph, message(11, port(name, t, dims...))...)
	return m
}

func (m *modelBuilder) output(name string, t Type, dims ...any) *modelBuilder {
	m.graph = append(m.graph, message(12, port(name, t, dims...))...)
	return m
}

// node adds an operator; attributes are name, value pairs of int, float32, string, []int or *Value.
func (m *modelBuilder) node(op string, inputs, outputs []string, attributes ...any) *modelBuilder {
	body := join(message(3, []byte("the "+op)), message(4, []byte(op)))
	for _, s := range inputs {
		body = append(body, message(1, []byte(s))...)
	}
	for _, s := range outputs {
		body = append(body, message(2, []byte(s))...)
	}
	for i := 0; i < len(attributes); i += 2 {
		a := message(1, []byte(attributes[i].(string)))
		switch v := attributes[i+1].(type) {
		case int:
			a = join(a, integer(3, v), integer(20, 2))
		case float32:
			f := protowire.AppendFixed32(protowire.AppendTag(nil, 2, protowire.Fixed32Type), math.Float32bits(v))
			a = join(a, f, integer(20, 1))
		case string:
			a = join(a, message(4, []byte(v)), integer(20, 3))
		case []int:
			for _, x := range v {
				a = append(a, integer(8, x)...)
			}
			a = join(a, integer(20, 7))
		case *Value:
			a = join(a, message(5, tensorBytes("", v)), integer(20, 4))
		}
		body = append(body, message(5, a)...)
	}
	m.graph = append(m.graph, message(1, body)...)
	return m
}

func (m *modelBuilder) meta(key, value string) *modelBuilder {
	m.tail = append(m.tail, message(14, join(message(1, []byte(key)), message(2, []byte(value))))...)
	return m
}

func (m *modelBuilder) bytes() []byte {
	return join(integer(1, 8), message(7, join(message(2, []byte("test")), m.graph)), message(8, integer(2, m.opset)), m.tail)
}

func (m *modelBuilder) load(t testing.TB) *Model {
	t.Helper()
	model, err := Load(m.bytes())
	if err != nil {
		t.Fatal(err)
	}
	return model
}

func floats(shape []int, data ...float32) *Value {
	return &Value{Type: Float32, Shape: shape, F32: data}
}

// wavy fills a value with numbers in (-1, 1) that do not repeat.
func wavy(seed float64, shape ...int) *Value {
	v := &Value{Type: Float32, Shape: shape, F32: make([]float32, product(shape))}
	for i := range v.F32 {
		v.F32[i] = float32(math.Sin(seed + 1.7*float64(i) + 0.01*float64(i*i)))
	}
	return v
}
