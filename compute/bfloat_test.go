package compute

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"rewriting/compute/internal/kernel"
)

// splitTolerance bounds the relative root-mean-square error of products of split bfloat16, measured at 2 to 3e-6.
const splitTolerance = 1e-5

// Packing, splitting and the walk over an image are the same with and without AMX, whose product alone the portable tier
// stands in for.
func TestAConvolutionOfSplitNumbersAgreesWithTheDirectOne(t *testing.T) {
	tiers(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			in := func(lo, hi int, name string) int { return rapid.IntRange(lo, hi).Draw(t, name) }
			n, ci, co := in(1, 2, "n"), in(1, 70, "ci"), in(1, 70, "co")
			kh, kw := in(1, 3, "kh"), in(1, 3, "kw")
			p := Params{
				Stride:   [2]int{in(1, 3, "stride y"), in(1, 3, "stride x")},
				Pad:      [4]int{in(0, 2, "top"), in(0, 2, "left"), in(0, 2, "bottom"), in(0, 2, "right")},
				Dilation: [2]int{in(1, 2, "dilation y"), in(1, 2, "dilation x")},
			}
			x, w := random(1, n, ci, in(5, 20, "h"), in(5, 40, "w")), random(2, co, ci, kh, kw)
			var bias []float32
			if rapid.Bool().Draw(t, "bias") {
				bias = random(3, co).Data
			}
			f, want := NewRenderFilter(w, p), Conv2D(x, w, bias, p)
			got := New(want.Shape...)
			f.convSplit(got.Data, x.Data, bias, n, x.Shape[2], x.Shape[3])
			nearSum(t, got, want, w, bias)
			nearLargest(t, f.Conv(x, bias), want)
		})
	})
}

// nearSum compares with what products of uniform numbers in (-1,1) and their sums are in size.
func nearSum(t *rapid.T, got, want, w *Tensor, bias []float32) {
	t.Helper()
	var d float64
	for i, v := range want.Data {
		d += math.Pow(float64(got.Data[i]-v), 2)
	}
	size := math.Sqrt(float64(w.Len()/w.Shape[0]) / 9)
	if bias != nil {
		size += 1
	}
	if d = math.Sqrt(d / float64(want.Len())); !(d <= splitTolerance*size+1e-6) {
		t.Fatalf("off by %g, results being of about %g", d, size)
	}
}

func TestAnUpConvolutionOfSplitNumbersAgreesWithTheDirectOne(t *testing.T) {
	tiers(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			in := func(lo, hi int, name string) int { return rapid.IntRange(lo, hi).Draw(t, name) }
			ci, co, r, s := in(1, 70, "ci"), in(1, 70, "co"), in(1, 12, "r"), in(1, 36, "s")
			k, w := random(1, 1, ci, r, s), random(2, co, ci, 3, 3)
			want := UpConv(k, w)
			got := New(want.Shape...)
			splitUp(w).image(got.Data, k.Data, 2*r+1, 2*s+1, r, s)
			nearSum(t, got, want, w, nil)
			nearLargest(t, NewRenderUpFilter(w).Conv(k), want)
		})
	})
}

// The sums of a pixel do not depend on how the work is divided.
func TestAConvolutionOfSplitNumbersDoesNotDependOnTheProcessors(t *testing.T) {
	if kernel.Best() < kernel.AMX && testing.Short() {
		t.Skip("slow without AMX")
	}
	x, w := random(1, 1, 64, 40, 40), random(2, 96, 64, 3, 3)
	f := NewRenderFilter(w, Same3x3)
	one, two := New(1, 96, 40, 40), New(1, 96, 40, 40)
	release := Occupy()
	defer release()
	f.convSplit(one.Data, x.Data, nil, 1, 40, 40)
	release2 := Occupy()
	f.convSplit(two.Data, x.Data, nil, 1, 40, 40)
	release2()
	for i, v := range one.Data {
		if two.Data[i] != v {
			t.Fatal("other bits with fewer processors")
		}
	}
}

// Memory that is lent again holds what was there before: it must not reach results, not even as zero times a NaN.
func TestChannelsThatFillABlockAddNothing(t *testing.T) {
	x, w := random(1, 1, 3, 6, 18), random(2, 5, 3, 3, 3)
	l := stagingFor(Same3x3.normal(), 3, 3, 6, 18)
	buf, release := borrow(2 * (kernel.BlockChannels/2*l.plane + readBeyond))
	fill(buf, float32(math.NaN()))
	release()
	got := New(1, 5, 6, 18)
	NewRenderFilter(w, Same3x3).convSplit(got.Data, x.Data, nil, 1, 6, 18)
	for i, v := range got.Data {
		if v != v {
			t.Fatalf("pixel %d is no number", i)
		}
	}
}
