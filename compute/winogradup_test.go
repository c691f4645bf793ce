package compute

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rewriting/compute/internal/kernel"
)

func TestARenderUpFilterAgreesWithTheDirectUpConvolution(t *testing.T) {
	tiers(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			n, ci, co := rapid.IntRange(1, 2).Draw(t, "n"), rapid.IntRange(1, 50).Draw(t, "ci"), rapid.IntRange(1, 50).Draw(t, "co")
			h, w := rapid.IntRange(1, 37).Draw(t, "h"), rapid.IntRange(1, 37).Draw(t, "w")
			k, weight := random(1, n, ci, h, w), random(2, co, ci, 3, 3)
			want := UpConv(k, weight)
			got := New(want.Shape...)
			size := want.Len() / n
			for b := range n { // below the size from which the filter itself chooses this way, too
				newWinogradUp(weight).image(got.Data[b*size:], k.Data[b*ci*h*w:], h, w)
			}
			nearLargest(t, got, want)
			nearLargest(t, NewRenderUpFilter(weight).Conv(k), want)
		})
	})
}

func TestLargeMapsAreUpConvolvedByWinogradAndSmallOnesDirectly(t *testing.T) {
	tiers(t, func(t *testing.T) {
		if kernel.Current() == kernel.AMX {
			t.Skip("products of bfloat16 come first")
		}
		for _, c := range []struct {
			ci, co, h, w int
			fast         bool
		}{{70, 33, 33, 44, true}, {64, 32, 32, 32, true}, {64, 64, 16, 16, false}, {64, 16, 32, 32, false}} {
			k, w := random(1, 1, c.ci, c.h, c.w), random(2, c.co, c.ci, 3, 3)
			got, want := NewRenderUpFilter(w).Conv(k), NewUpFilter(w).Conv(k)
			if fast := !slices.Equal(got.Data, want.Data); fast != (c.fast && kernel.Current() > kernel.Portable) {
				t.Errorf("%+v: by Winograd is %v", c, fast)
			}
			nearLargest(t, got, want)
		}
	})
}

// BenchmarkRenderUpFilter compares both ways at the shapes of the published networks and of a world's.
func BenchmarkRenderUpFilter(b *testing.B) {
	for _, s := range []struct{ ci, co, res int }{
		{512, 512, 8}, {512, 512, 16}, {512, 512, 32}, {512, 256, 64}, {256, 128, 128}, {128, 64, 256}, {64, 32, 512},
		{128, 128, 8}, {128, 80, 16}, {80, 32, 32},
	} {
		k, w := random(1, 1, s.ci, s.res, s.res), random(2, s.co, s.ci, 3, 3)
		u := New(1, s.co, 2*s.res+1, 2*s.res+1)
		direct, fast := NewUpFilter(w), newWinogradUp(w)
		flop := 18 * float64(s.ci*s.co*s.res*s.res)
		run := func(name string, f func()) {
			b.Run(fmt.Sprintf("%d>%d@%d/%s", s.ci, s.co, s.res, name), func(b *testing.B) {
				f()
				for b.Loop() {
					f()
				}
				b.ReportMetric(flop*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
		run("direct", func() { direct.ConvInto(u, k) })
		run("winograd", func() { fast.image(u.Data, k.Data, s.res, s.res) })
	}
}
