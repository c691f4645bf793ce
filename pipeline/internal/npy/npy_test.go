package npy

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWrittenArraysReadBackExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "shape")
		data := rapid.SliceOfN(rapid.Float32(), volume(shape), volume(shape)).Draw(t, "data")
		file := Float32(shape, data)
		gotShape, got, err := ReadFloat32(append(file, "trailing"...))
		if err != nil {
			t.Fatal(err)
		}
		if volume(gotShape) != volume(shape) || len(gotShape) != len(shape) || !cmp.Equal(data, got) {
			t.Fatalf("wrote %v %v, read %v %v", shape, data, gotShape, got)
		}
	})
}

// The expected bytes are what numpy.save writes for numpy.float32([[1, 2, 3]]).
func TestTheHeaderIsNumPys(t *testing.T) {
	file := Float32([]int{1, 3}, []float32{1, 2, 3})
	want := "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }"
	if !bytes.HasPrefix(file, []byte(want)) {
		t.Errorf("header is %q", file[:80])
	}
	if len(file) != 128+12 || file[127] != '\n' {
		t.Errorf("data does not start at 128: %d bytes in all", len(file))
	}
}

func TestBytesReadBack(t *testing.T) {
	shape, data, err := ReadBytes(Bytes([]int{2, 3}, []byte("abcdef")))
	if err != nil || !cmp.Equal(shape, []int{2, 3}) || string(data) != "abcdef" {
		t.Errorf("read %v %q %v", shape, data, err)
	}
}

func FuzzReadingNeverPanics(f *testing.F) {
	f.Add(Float32([]int{2, 2}, make([]float32, 4)))
	f.Add([]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, file []byte) {
		ReadFloat32(file)
		ReadBytes(file)
	})
}
