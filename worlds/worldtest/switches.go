package worldtest

import (
	"math"
	"slices"
	"testing"

	"rewriting/worlds"
)

// Frequencies checks how often each switch is on.
func Frequencies(t *testing.T, w worlds.World, want map[string]float64) {
	t.Helper()
	const n = 20000
	count := map[string]float64{}
	for _, z := range Latents(n, w.LatentDim(), 3) {
		for name := range want {
			if truth(t, w, z, name) {
				count[name]++
			}
		}
	}
	for name, p := range want {
		// Four standard errors, and 0.003 as coordinates are only almost normal.
		limit := 4*math.Sqrt(p*(1-p)/n) + 0.003
		if got := count[name] / n; math.Abs(got-p) > limit {
			t.Errorf("%s: in %.3f of scenes, want %.3f +- %.3f", name, got, p, limit)
		}
	}
}

// Shown checks, on n pictures, that a label occurs exactly where its switch is
// on. Scenes that are not sharp, for being within a soft band, are left out.
func Shown(t *testing.T, w worlds.World, n int, sharp func(z []float32) bool, switchOf map[string]string) {
	t.Helper()
	for _, z := range Latents(n, w.LatentDim(), 6) {
		if !sharp(z) {
			continue
		}
		p := w.Render(z)
		for label, name := range switchOf {
			on, there := truth(t, w, z, name), Count(w, p, label)
			if on != (there > 0) {
				t.Fatalf("%s is %v, but %d pixels are labelled %s", name, on, there, label)
			}
		}
	}
}

// Count is the number of pixels of a label.
func Count(w worlds.World, p worlds.Picture, label string) int {
	n, value := 0, uint8(slices.Index(w.Labels(), label))
	for _, l := range p.Label {
		if l == value {
			n++
		}
	}
	return n
}

func truth(t *testing.T, w worlds.World, z []float32, name string) bool {
	t.Helper()
	on, err := w.Truth(z, name)
	if err != nil {
		t.Fatal(err)
	}
	return on
}
