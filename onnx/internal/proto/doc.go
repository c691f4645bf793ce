// Package proto reads and rewrites the protocol-buffer form of ONNX models.
//
// Only the fields that an executor needs are decoded; the field numbers are those of
// onnx.proto3 (IR versions 3 to 13). Decode never allocates more than a small multiple of
// the bytes it was given: every length is checked against what is left before anything is
// made. Tensors keep their payload as found (raw bytes or typed lists); package onnx turns
// them into values and checks them against their shapes there.
//
//	m, err := proto.Decode(bytes)
//	for _, n := range m.Graph.Nodes {
//		fmt.Println(n.Op, n.Inputs, n.Outputs)
//	}
//	edited, err := proto.ReplaceInitializer(bytes, "conv1.weight", replacement)
package proto
