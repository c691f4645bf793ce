package proto

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

func field(num protowire.Number, body ...byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, num, protowire.BytesType), body)
}

func number(num protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, num, protowire.VarintType), v)
}

func single(num protowire.Number, f float32) []byte {
	return protowire.AppendFixed32(protowire.AppendTag(nil, num, protowire.Fixed32Type), math.Float32bits(f))
}

func sample() []byte {
	attribute := slices.Concat(field(1, []byte("pads")...), field(8, 1, 2, 3), number(8, 4), number(20, 7))
	node := slices.Concat(field(1, 'x'), field(1), field(2, 'y'), field(3, 'n'), field(4, []byte("Pad")...), field(5, attribute...))
	tensor := slices.Concat(number(1, 2), number(2, 1), field(4, 0, 0, 128, 63), single(4, 2), field(8, 'w'), field(77, 'k'))
	dims := slices.Concat(field(1, field(2, 'N')...), field(1, number(1, 3)...))
	value := slices.Concat(field(1, 'x'), field(2, field(1, slices.Concat(number(1, 1), field(2, dims...))...)...))
	graph := slices.Concat(field(2, 'g'), field(1, node...), field(5, tensor...), field(11, value...))
	entry := slices.Concat(field(1, 'k'), field(2, 'v'))
	return slices.Concat(number(1, 8), field(7, graph...), field(8, number(2, 17)...), field(14, entry...), field(99, 1, 2))
}

func TestDecodeReadsWhatWasWritten(t *testing.T) {
	m, err := Decode(sample())
	if err != nil {
		t.Fatal(err)
	}
	n, w, x := m.Graph.Nodes[0], m.Graph.Initializers[0], m.Graph.Inputs[0]
	if m.IR != 8 || m.Opsets[""] != 17 || m.Metadata["k"] != "v" || m.Graph.Name != "g" {
		t.Errorf("model %+v", m)
	}
	if n.Op != "Pad" || n.Name != "n" || !slices.Equal(n.Inputs, []string{"x", ""}) || !slices.Equal(n.Outputs, []string{"y"}) {
		t.Errorf("node %+v", n)
	}
	if a := n.Attributes[0]; a.Name != "pads" || a.Type != AttributeInts || !slices.Equal(a.Ints, []int64{1, 2, 3, 4}) {
		t.Errorf("attribute %+v: packed and single numbers belong to one list", a)
	}
	if w.Name != "w" || !slices.Equal(w.Dims, []int64{2}) || !slices.Equal(w.Floats, []float32{1, 2}) {
		t.Errorf("tensor %+v", w)
	}
	if x.Type != 1 || !x.Ranked || !slices.Equal(x.Dims, []Dim{{-1, "N"}, {3, ""}}) {
		t.Errorf("input %+v", x)
	}
}

func TestReplaceInitializerKeepsEveryOtherByte(t *testing.T) {
	b, err := ReplaceInitializer(sample(), "w", []byte{0, 0, 0, 64, 0, 0, 128, 63})
	if err != nil {
		t.Fatal(err)
	}
	m, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	w := m.Graph.Initializers[0]
	if w.Floats != nil || !bytes.Equal(w.Raw, []byte{0, 0, 0, 64, 0, 0, 128, 63}) || w.Type != 1 {
		t.Errorf("tensor %+v", w)
	}
	for _, unknown := range [][]byte{field(99, 1, 2), field(77, 'k')} {
		if !bytes.Contains(b, unknown) {
			t.Errorf("unknown field % x was lost", unknown)
		}
	}
	if _, err := ReplaceInitializer(sample(), "v", nil); err == nil || !strings.Contains(err.Error(), `"v"`) {
		t.Errorf("unknown initialiser: %v", err)
	}
}

func TestDamagedModelsAreErrors(t *testing.T) {
	whole := sample()
	for name, b := range map[string][]byte{
		"empty":              nil,
		"truncated":          whole[:len(whole)/2],
		"no opset":           field(7, field(2, 'g')...),
		"no graph":           field(8, number(2, 17)...),
		"two graphs":         slices.Concat(whole, field(7, field(2, 'h')...)),
		"graph as a number":  number(7, 1),
		"length past end":    {0x3a, 0xff, 0xff, 0xff, 0xff, 0x07},
		"half a packed list": slices.Concat(field(7, field(5, field(4, 1, 2, 3)...)...), field(8, number(2, 17)...)),
	} {
		if _, err := Decode(b); err == nil || !strings.Contains(err.Error(), "not a readable ONNX model") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(sample())
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Decode(b)
		if err != nil {
			return
		}
		for _, w := range m.Graph.Initializers {
			if len(w.Floats)+len(w.Int64s)+len(w.Doubles)+len(w.Dims) > len(b) {
				t.Fatal("more elements than bytes")
			}
			if _, err := ReplaceInitializer(b, w.Name, nil); err != nil {
				t.Fatalf("a decodable model could not be rewritten: %v", err)
			}
		}
	})
}
