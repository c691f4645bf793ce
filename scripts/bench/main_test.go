package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestSamplesAreEvenlySpread(t *testing.T) {
	x := make([]float32, 127)
	for i := range x {
		x[i] = float32(i)
	}
	got := sample(x)
	if len(got) != 64 || got[0] != 0 || got[1] != 2 || got[63] != 126 {
		t.Errorf("%v", got)
	}
	if got := sample([]float64{7}); !slices.Equal(got, []float64{7}) {
		t.Errorf("of one number: %v", got)
	}
}

func TestArraysAreReadInTheirShape(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "z.f32"), []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0}, 0o600); err != nil {
		t.Fatal(err)
	}
	z, err := folder(dir).array("z", 1, 2)
	if err != nil || !slices.Equal(z.Data, []float32{1, -2}) {
		t.Errorf("%v, %v", z, err)
	}
	if _, err := folder(dir).array("z", 3); err == nil {
		t.Error("eight bytes were read as three numbers")
	}
}
