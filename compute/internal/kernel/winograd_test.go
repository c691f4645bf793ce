package kernel

import (
	"math"
	"testing"
)

// The transforms of all tiers agree with the portable one and write nothing but their results.
func TestWinogradTransformsAreThePortableOnes(t *testing.T) {
	const n, gap = 24, 5
	var off [81]int
	for i := range off {
		off[i] = (i * 7 % 81) * (n + 3)
	}
	src := numbers(1, 81*(n+3))
	for _, f := range []struct {
		name string
		out  int
		run  func(dst []float32)
	}{
		{"in", 36, func(dst []float32) { WinogradIn(dst, n+gap, src, (*[36]int)(off[:]), n) }},
		{"out", 16, func(dst []float32) { WinogradOut(dst, n+gap, src, (*[36]int)(off[:]), n, 0.5) }},
		{"up in", 81, func(dst []float32) { WinogradUpIn(dst, n+gap, src, (*[25]int)(off[:]), n) }},
		{"up out", 64, func(dst []float32) { WinogradUpOut(dst, n+gap, src, &off, n) }},
	} {
		restore := Use(Portable)
		want, _ := fenced(f.out * (n + gap))
		f.run(want)
		restore()
		tiers(t, func(t *testing.T) {
			got, intact := fenced(f.out * (n + gap))
			f.run(got)
			for i, v := range got {
				// at most a hundred terms of order one with factors up to 64
				if math.Abs(float64(v-want[i])) > 1e-4 || (i%(n+gap) >= n && v != canary) {
					t.Fatalf("%s: number %d is %g, portable %g", f.name, i, v, want[i])
				}
			}
			if !intact() {
				t.Errorf("%s wrote outside its result", f.name)
			}
		})
	}
}
