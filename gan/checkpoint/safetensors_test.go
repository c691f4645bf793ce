package checkpoint

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"rewriting/compute"
)

// safetensorsFile joins a header and data.
func safetensorsFile(header string, data ...byte) []byte {
	return slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), []byte(header), data)
}

func readBytes(b []byte) (*File, error) { return ReadFrom(bytes.NewReader(b), int64(len(b))) }

func TestSafetensorsReadBackAsWritten(t *testing.T) {
	d := NewDict()
	d.Set("b.weight", compute.From([]float32{1, -2, 3.5, 0, 5, 6}, 2, 3))
	d.Set(`a "quoted" name`, compute.From([]float32{7}))
	d.Set("empty", compute.New(0, 4))
	var out bytes.Buffer
	if err := WriteSafetensors(&out, d); err != nil {
		t.Fatal(err)
	}
	f, err := readBytes(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if f.Format != Safetensors {
		t.Errorf("format %d", f.Format)
	}
	s, err := f.State()
	if err != nil {
		t.Fatal(err)
	}
	if want := d.Keys(); !slices.Equal(s.Names(), want) {
		t.Errorf("names %q, want %q", s.Names(), want)
	}
	for _, name := range d.Keys() {
		v, _ := d.Get(name)
		want := v.(*compute.Tensor)
		got, err := s.Take(name, want.Shape...)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Data, want.Data) {
			t.Errorf("%s is %v, want %v", name, got.Data, want.Data)
		}
	}
	if err := s.Finish(); err != nil {
		t.Error(err)
	}
}

func TestSafetensorsElementTypesBecomeFloat32(t *testing.T) {
	f, err := readBytes(safetensorsFile(`{"__metadata__":{"format":"pt"},"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},`+
		`"b":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]},"i":{"dtype":"I8","shape":[],"data_offsets":[6,7]}}`,
		0x00, 0x3c, 0x00, 0xc0, 0x49, 0x40, 0xfd))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]float32{"h": {1, -2}, "b": {3.140625}, "i": {-3}} {
		v, _ := f.Root.(*Dict).Get(name)
		got, err := v.(*Tensor).Float32()
		if err != nil || !slices.Equal(got.Data, want) {
			t.Errorf("%s is %v (%v), want %v", name, got, err, want)
		}
	}
}

func TestDamagedSafetensorsAreOneLineEach(t *testing.T) {
	one := `{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`
	eight := make([]byte, 8)
	for _, c := range []struct{ name, header, want string }{
		{"no object", `{"w":3}`, `tensor "w": `},
		{"no JSON", `{"w":{"dtype"`, "header: "},
		{"unknown type", `{"w":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}`, `elements of type "F8_E4M3"`},
		{"twice", `{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, "occurs twice"},
		{"beyond the end", `{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`, "bytes 0 to 16 of 8"},
		{"backwards", `{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}`, "bytes 8 to 0"},
		{"negative", `{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}`, "does not fit"},
		{"huge", `{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}`, "does not fit"},
		{"wrong size", `{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}`, "needs 4 bytes, has 8"},
		{"a gap", `{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, "begins at byte 4"},
		{"an overlap", `{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"v":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, "begins at byte 4"},
		{"left over", `{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "8 bytes of data, the tensors take 4"},
	} {
		_, err := readBytes(safetensorsFile(c.header, eight...))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	whole := safetensorsFile(one, eight...)
	for n := range whole {
		if _, err := readBytes(whole[:n]); err == nil {
			t.Errorf("the first %d of %d bytes are read without an error", n, len(whole))
		}
	}
}

func FuzzSafetensors(f *testing.F) {
	f.Add([]byte(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`), make([]byte, 8))
	f.Add([]byte(`{"__metadata__":{}}`), []byte{})
	f.Fuzz(func(t *testing.T, header, data []byte) {
		file, err := readBytes(safetensorsFile(string(header), data...))
		if err != nil {
			return
		}
		s, err := file.State()
		if err != nil {
			return
		}
		for _, name := range s.Names() {
			s.Take(name, s.Shape(name)...)
		}
	})
}

func FuzzForeignPickles(f *testing.F) {
	f.Add([]byte("\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x05G_ema\x94Ns."))
	f.Add([]byte("\x80\x03}q\x00X\x05\x00\x00\x00G_emaq\x01cdnnlib.util\nEasyDict\nq\x02)\x81q\x03s."))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := readBytes(b)
		if err != nil || file.Format != Pickle {
			return
		}
		m, err := file.Module("G_ema")
		if err != nil {
			return
		}
		s, err := m.State()
		if err != nil {
			return
		}
		for _, name := range s.Names() {
			s.Take(name, s.Shape(name)...)
		}
	})
}
