package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"runtime"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// Files that want more than to be read: the contents of other files, or more memory than there is. Foreign checkpoints
// that are programs are tested beside the loader.
func TestP12AHostileNetworkOrSessionIsRefusedBeforeItCosts(t *testing.T) {
	tensor := func(dims []uint64, more ...[]byte) []byte {
		var b []byte
		for _, d := range dims {
			b = protowire.AppendVarint(protowire.AppendTag(b, 1, protowire.VarintType), d)
		}
		b = protowire.AppendVarint(protowire.AppendTag(b, 2, protowire.VarintType), 1) // float
		return append(field(b, 8, []byte("w")), bytes.Join(more, nil)...)
	}
	pair := func(key, value string) []byte { return field(field(nil, 1, []byte(key)), 2, []byte(value)) }
	elsewhere := append(field(nil, 13, pair("location", "../../../../etc/passwd")), protowire.AppendVarint(protowire.AppendTag(nil, 14, protowire.VarintType), 1)...)
	for name, test := range map[string]struct{ set, want string }{
		"a network with weights in another file": {"metric.0.network=" + keep(t, "n.onnx", network(tensor([]uint64{1}, elsewhere))), "external data is not supported"},
		"a network of 2^62 weights":              {"metric.0.network=" + keep(t, "n.onnx", network(tensor([]uint64{1 << 31, 1 << 31}))), "out of range"},
		"a generator of 2^62 weights":            {"generator.model=" + keep(t, "n.onnx", network(tensor([]uint64{1 << 31, 1 << 31}))), "out of range"},
		"a mask of 2^32 pixels":                  {"session.file=" + keep(t, "s.json", bomb(1<<16, 1<<16)), "oversized"},
		"a mask of 2^62 pixels":                  {"session.file=" + keep(t, "s.json", bomb(1<<31-1, 1<<31-1)), "dimension overflow"},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			refused(t, test.set, test.want)
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > 256<<20 {
				t.Errorf("%d MB were allocated", used>>20)
			}
		})
	}
}

func field(b []byte, n protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), content)
}

// network is a model of one node that adds its input to a weight.
func network(weight []byte) []byte {
	shape := field(field(nil, 1, nil), 1, nil)
	port := func(name string) []byte {
		tensor := append(protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 1), field(nil, 2, shape)...)
		return field(field(nil, 1, []byte(name)), 2, field(nil, 1, tensor))
	}
	node := field(field(field(field(nil, 1, []byte("x")), 1, []byte("w")), 2, []byte("y")), 4, []byte("Add"))
	graph := field(field(field(field(nil, 1, node), 5, weight), 11, port("x")), 12, port("y"))
	opset := protowire.AppendVarint(protowire.AppendTag(nil, 2, protowire.VarintType), 13)
	model := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 8)
	return field(field(model, 7, graph), 8, opset)
}

// bomb is a session whose object is painted on a picture that says it is this large.
func bomb(w, h uint32) []byte {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	chunk := append([]byte("IHDR"), append(header, 8, 6, 0, 0, 0)...)
	file := append([]byte("\x89PNG\r\n\x1a\n"), binary.BigEndian.AppendUint32(nil, 13)...)
	file = binary.BigEndian.AppendUint32(append(file, chunk...), crc32.ChecksumIEEE(chunk))
	url := "data:image/png;base64," + base64.StdEncoding.EncodeToString(file)
	return fmt.Appendf(nil, `{"object": [3, %q], "paste": [4, %q], "key": [[5, %q]]}`, url, url, url)
}
