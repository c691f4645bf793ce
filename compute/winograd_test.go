package compute

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// winogradTolerance is the promised error of a filter for rendering, relative to the largest result.
const winogradTolerance = 1e-4

func TestARenderFilterAgreesWithTheDirectConvolution(t *testing.T) {
	tiers(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			n, ci, co := rapid.IntRange(1, 2).Draw(t, "n"), rapid.IntRange(1, 50).Draw(t, "ci"), rapid.IntRange(1, 50).Draw(t, "co")
			h, w := rapid.IntRange(1, 49).Draw(t, "h"), rapid.IntRange(1, 49).Draw(t, "w")
			x, weight := random(1, n, ci, h, w), random(2, co, ci, 3, 3)
			var bias []float32
			if rapid.Bool().Draw(t, "bias") {
				bias = random(3, co).Data
			}
			want := Conv2D(x, weight, bias, Same3x3)
			got := New(n, co, h, w)
			for b := range n { // below the size from which the filter itself chooses this way, too
				newWinograd(weight).image(got.Data[b*co*h*w:], x.Data[b*ci*h*w:], h, w, bias)
			}
			nearLargest(t, got, want)
			nearLargest(t, NewRenderFilter(weight, Same3x3).Conv(x, bias), want)
		})
	})
}

func nearLargest(t rapid.TB, got, want *Tensor) {
	t.Helper()
	var largest, worst float64
	for i, v := range want.Data {
		largest = max(largest, math.Abs(float64(v)))
		worst = max(worst, math.Abs(float64(v-got.Data[i])))
	}
	if !(worst <= winogradTolerance*largest) {
		t.Fatalf("off by %g where the largest result is %g", worst, largest)
	}
}

func TestMapsThatDoNotFillVectorsAreConvolvedDirectly(t *testing.T) {
	x, w := random(1, 1, 40, 5, 17), random(2, 40, 40, 3, 3) // 10 tiles: on no tier do they fill their vectors
	got, want := NewRenderFilter(w, Same3x3).Conv(x, nil), NewFilter(w, Same3x3).Conv(x, nil)
	for i, v := range want.Data {
		if got.Data[i] != v {
			t.Fatal("not the direct convolution")
		}
	}
}

// BenchmarkRenderFilter compares both ways at the shapes of the published networks and of a world's.
func BenchmarkRenderFilter(b *testing.B) {
	for _, s := range []struct {
		name      string
		c, o, res int
	}{
		{"512at16", 512, 512, 16}, {"512at32", 512, 512, 32}, {"512at64", 512, 512, 64}, {"256at128", 256, 256, 128},
		{"128at256", 128, 128, 256}, {"64at512", 64, 64, 512}, {"32at1024", 32, 32, 1024},
		{"128at16", 128, 128, 16}, {"80at32", 80, 80, 32}, {"32at64", 32, 32, 64},
	} {
		x, w := random(1, 1, s.c, s.res, s.res), random(2, s.o, s.c, 3, 3)
		y := New(1, s.o, s.res, s.res)
		direct, fast := NewFilter(w, Same3x3), newWinograd(w)
		flop := 18 * float64(s.c*s.o*s.res*s.res)
		run := func(name string, f func()) {
			b.Run(s.name+"/"+name, func(b *testing.B) {
				for b.Loop() {
					f()
				}
				b.ReportMetric(flop*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
		run("direct", func() { direct.ConvInto(y, x, nil) })
		run("winograd", func() { fast.image(y.Data, x.Data, s.res, s.res, nil) })
	}
}
