package onnx

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"rewriting/onnx/internal/proto"
)

// origin names a value by how it is computed from one input: values of one origin are equal for the same input,
// whatever they are called and whichever models they are in.
type origin [sha256.Size]byte

func originOf(format string, args ...any) origin {
	return sha256.Sum256(fmt.Appendf(nil, format, args...))
}

// origin of a node is what it does to which inputs, and which of its outputs it makes.
func (n *node) origin(inputs []origin) origin {
	h := sha256.New()
	fmt.Fprintf(h, "%q %d %x", n.op, n.opset, inputs)
	for _, name := range n.outputs {
		fmt.Fprint(h, " ", name == "")
	}
	for _, name := range slices.Sorted(maps.Keys(n.attrs)) {
		a, t := *n.attrs[name], proto.Tensor{}
		if a.Tensor != nil {
			t, a.Tensor = *a.Tensor, nil
		}
		fmt.Fprintf(h, " %#v %#v", a, t)
	}
	return origin(h.Sum(nil))
}

// origin of a constant is its content.
func (v *Value) origin() origin {
	h := sha256.New()
	fmt.Fprint(h, v.Type, v.Shape, " ")
	for _, elements := range []any{v.F32, v.F64, v.I64, v.I32, v.U8, v.Bool} {
		binary.Write(h, binary.LittleEndian, elements) // cannot fail
	}
	return origin(h.Sum(nil))
}
