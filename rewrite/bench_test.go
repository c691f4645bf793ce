package rewrite

import (
	"testing"

	"rewriting/compute"
	"rewriting/gan"
)

// BenchmarkProject is the projection of one step at the size of a world's layer 7.
func BenchmarkProject(b *testing.B) {
	w, d := random(1, 80, 128, 3, 3), orthonormalRows(2, 1, 128)
	fixed, coords := Zero(w, d, 0), compute.New(80, 1, 3, 3)
	for b.Loop() {
		coordinates(coords, w, d)
		expand(w, fixed, coords, d)
	}
}

// BenchmarkInsert is one step of an insertion at the size of a world's layer 7: 128 -> 80 channels on a crop of
// 6x10 cells, a bare convolution.
func BenchmarkInsert(b *testing.B) {
	cut := newLinearCut(128, 80, 16, 3)
	goal := &Goal{Keys: &gan.State{Key: random(1, 1, 128, 6, 10)}, Values: random(2, 1, 80, 6, 10)}
	o := DefaultInsert()
	o.Steps = b.N
	b.ReportAllocs()
	if _, err := Insert(b.Context(), cut, goal, orthonormalRows(2, 1, 128), o); err != nil {
		b.Fatal(err)
	}
}
