package compute

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestAddGramAddsTheProductsOfAllPixels(t *testing.T) {
	tiers(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			in := func(lo, hi int, name string) int { return rapid.IntRange(lo, hi).Draw(t, name) }
			x := random(1, in(1, 2, "n"), in(1, 20, "c"), in(1, 30, "h"), in(1, 40, "w"))
			c, pixels := x.Shape[1], x.Shape[2]*x.Shape[3]
			sum := make([]float64, c*c)
			for i := range sum {
				sum[i] = 1
			}
			AddGram(sum, x)
			scale := 1 + dot64(x, x)/float64(c)
			for i := range sum {
				want := 1.0
				for b := range x.Shape[0] {
					for p := range pixels {
						want += float64(x.Data[(b*c+i/c)*pixels+p]) * float64(x.Data[(b*c+i%c)*pixels+p])
					}
				}
				// Roundings of up to 2^-24 of the sum, as in a random walk of 256 steps, are 1e-6 at one deviation
				// if all were the largest.
				if math.Abs(sum[i]-want) > directTolerance*scale {
					t.Fatalf("element %d is %v, want %v", i, sum[i], want)
				}
			}
		})
	})
}

func TestTransposeSwapsRowsAndColumns(t *testing.T) {
	tiers(t, func(t *testing.T) {
		for m := 1; m < 20; m += 3 {
			for n := 1; n < 20; n++ {
				a := random(1, m, n)
				b := Transpose(a)
				near(t, "transposed", b.Data, func(i int) float64 { return float64(a.Data[i%m*n+i/m]) }, 0)
			}
		}
	})
}
