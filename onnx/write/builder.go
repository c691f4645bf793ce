package write

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"rewriting/compute"
)

const opset = 13

// Builder writes a model in ONNX's wire format.
type Builder struct {
	graph    []byte
	value    string // the value that Node made last
	metadata []byte
	outputs  []byte // besides the last value
}

// New starts a model with one float32 input of these sizes.
func New(input string, shape ...int) *Builder {
	b := &Builder{value: input}
	b.graph = append(b.graph, message(11, port(input, shape))...)
	return b
}

// Weight adds a float32 initialiser.
func (b *Builder) Weight(name string, t *compute.Tensor) string {
	raw := make([]byte, 0, 4*len(t.Data))
	for _, v := range t.Data {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return b.initializer(name, 1, t.Shape, raw)
}

// Ints adds a vector of int64 as an initialiser.
func (b *Builder) Ints(name string, values ...int) string {
	var raw []byte
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	return b.initializer(name, 7, []int{len(values)}, raw)
}

func (b *Builder) initializer(name string, kind int, shape []int, raw []byte) string {
	var t []byte
	for _, d := range shape {
		t = append(t, integer(1, d)...)
	}
	t = append(t, integer(2, kind)...)
	t = append(t, message(8, []byte(name))...)
	t = append(t, message(9, raw)...)
	b.graph = append(b.graph, message(5, t)...)
	return name
}

// Node adds an operator on the last value and others, and returns the name of its result. Attributes are
// name and value pairs of int, []int, float32 or string.
func (b *Builder) Node(name, op string, others []string, attributes ...any) string {
	return b.NodeOf(name, op, append([]string{b.value}, others...), attributes...)
}

// NodeOf is Node with all inputs given.
func (b *Builder) NodeOf(name, op string, inputs []string, attributes ...any) string {
	var n []byte
	for _, in := range inputs {
		n = append(n, message(1, []byte(in))...)
	}
	b.value = name + "_out"
	n = append(n, message(2, []byte(b.value))...)
	n = append(n, message(3, []byte(name))...)
	n = append(n, message(4, []byte(op))...)
	for i := 0; i < len(attributes); i += 2 {
		a := message(1, []byte(attributes[i].(string)))
		switch v := attributes[i+1].(type) {
		case int:
			a = append(append(a, integer(3, v)...), integer(20, 2)...)
		case []int:
			for _, x := range v {
				a = append(a, integer(8, x)...)
			}
			a = append(a, integer(20, 7)...)
		case float32:
			a = protowire.AppendTag(a, 2, protowire.Fixed32Type)
			a = append(protowire.AppendFixed32(a, math.Float32bits(v)), integer(20, 1)...)
		case string:
			a = append(append(a, message(4, []byte(v))...), integer(20, 3)...)
		}
		n = append(n, message(5, a)...)
	}
	b.graph = append(b.graph, message(1, n)...)
	return b.value
}

// Value is the name of the value that was made last.
func (b *Builder) Value() string { return b.value }

// Metadata adds an entry to what the model says about itself.
func (b *Builder) Metadata(key, value string) {
	entry := append(message(1, []byte(key)), message(2, []byte(value))...)
	b.metadata = append(b.metadata, message(14, entry)...)
}

// Output declares a value as an output, before the last.
func (b *Builder) Output(name string) { b.outputs = append(b.outputs, message(12, port(name, nil))...) }

// Bytes ends the model: the last value is its output.
func (b *Builder) Bytes() []byte {
	graph := append(message(2, []byte("generator")), b.graph...)
	graph = append(graph, b.outputs...)
	graph = append(graph, message(12, port(b.value, nil))...)
	out := append(integer(1, 7), message(7, graph)...)
	return append(append(out, message(8, integer(2, opset))...), b.metadata...)
}

func port(name string, shape []int) []byte {
	kind := integer(1, 1)
	if shape != nil {
		var dims []byte
		for _, d := range shape {
			dims = append(dims, message(1, integer(1, d))...)
		}
		kind = append(kind, message(2, dims)...)
	}
	return append(message(1, []byte(name)), message(2, message(1, kind))...)
}

func message(num protowire.Number, body []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, num, protowire.BytesType), body)
}

func integer(num protowire.Number, v int) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, num, protowire.VarintType), uint64(v))
}
