package proto

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// ReplaceInitializer returns a copy of a model in which the payload of one initialiser is
// raw (little endian, as raw_data wants it). Every other byte, known field or not, stays as it was;
// the initialiser keeps its name, type, dimensions and any field that is not payload.
func ReplaceInitializer(model []byte, name string, raw []byte) ([]byte, error) {
	found := false
	out, err := splice(model, modelGraph, func(graph []byte) ([]byte, error) {
		return splice(graph, graphInitializer, func(tensor []byte) ([]byte, error) {
			t, err := DecodeTensor(tensor)
			if err != nil || t.Name != name {
				return tensor, err
			}
			found = true
			return replacePayload(tensor, raw)
		})
	})
	if err != nil {
		return nil, fmt.Errorf("rewrite initialiser %q: %w", name, err)
	}
	if !found {
		return nil, fmt.Errorf("rewrite initialiser %q: the model has none of this name", name)
	}
	return out, nil
}

// splice copies a message, passing every occurrence of one length-delimited field through edit.
func splice(b []byte, field protowire.Number, edit func([]byte) ([]byte, error)) ([]byte, error) {
	out := make([]byte, 0, len(b))
	s := scanner{rest: b}
	for s.next() {
		if s.num != field {
			out = append(out, s.raw...)
			continue
		}
		body, err := edit(s.bytes())
		if s.fail(err); s.err != nil {
			break
		}
		out = protowire.AppendTag(out, field, protowire.BytesType)
		out = protowire.AppendBytes(out, body)
	}
	return out, s.err
}

// replacePayload drops the typed lists and the raw bytes of a TensorProto and appends raw.
func replacePayload(tensor, raw []byte) ([]byte, error) {
	out := make([]byte, 0, len(raw)+64)
	s := scanner{rest: tensor}
	for s.next() {
		switch s.num {
		case tensorFloats, tensorInt32s, tensorStrings, tensorInt64s, tensorRaw, tensorDoubles, tensorUint64s:
		default:
			out = append(out, s.raw...)
		}
	}
	out = protowire.AppendTag(out, tensorRaw, protowire.BytesType)
	return protowire.AppendBytes(out, raw), s.err
}
