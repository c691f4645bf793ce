package rewrite

import (
	"testing"

	"rewriting/compute"
)

// BenchmarkOuter adds the moment of one batch of keys of the size of a world's layer 7.
func BenchmarkOuter(b *testing.B) {
	keys := random(1, 10, 96, 32, 32)
	sum := make([]float64, 96*96)
	for b.Loop() {
		outer(sum, keys)
	}
	b.ReportMetric(float64(10*1024*96*97/2)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GMAC/s")
}

// BenchmarkProject is the projection of one step at the size of a world's layer 7.
func BenchmarkProject(b *testing.B) {
	w, d := random(1, 80, 128, 3, 3), orthonormalRows(2, 1, 128)
	fixed, coords := Zero(w, d, 0), compute.New(80, 1, 3, 3)
	for b.Loop() {
		coordinates(coords, w, d)
		expand(w, fixed, coords, d)
	}
}
