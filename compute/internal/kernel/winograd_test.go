package kernel

import (
	"math"
	"testing"
)

// The transforms of all tiers agree with the portable one and write nothing but their results.
func TestWinogradTransformsAreThePortableOnes(t *testing.T) {
	const n, gap = 24, 5
	var off [36]int
	for i := range off {
		off[i] = (i * 7 % 36) * (n + 3)
	}
	src := numbers(1, 36*(n+3))
	for _, f := range []struct {
		name string
		out  int
		run  func(dst []float32)
	}{
		{"in", 36, func(dst []float32) { WinogradIn(dst, n+gap, src, &off, n) }},
		{"out", 16, func(dst []float32) { WinogradOut(dst, n+gap, src, &off, n, 0.5) }},
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
