package compute

import (
	"fmt"
	"testing"
)

func TestATransposedConvolutionWhoseTapsLieApartMultipliesEachElement(t *testing.T) {
	const n, c, h, w = 2, 5, 7, 19
	tiers(t, func(t *testing.T) {
		for _, k := range [][2]int{{2, 1}, {1, 2}, {2, 2}, {3, 2}, {3, 1}, {1, 1}} {
			t.Run(fmt.Sprint(k), func(t *testing.T) {
				x, taps := random(1, n, c, h, w), random(2, c, 1, k[0], k[1])
				p := Params{Stride: k, Dilation: [2]int{1, 1}, Groups: c}
				if !tapsApart(p.normal(), k[0], k[1]) {
					t.Fatal("the taps are not taken to lie apart")
				}
				y := ConvTranspose2D(x, taps, nil, p, [2]int{})
				oh, ow := h*k[0], w*k[1]
				for i, got := range y.Data {
					plane, row, col := i/(oh*ow), i/ow%oh, i%ow
					want := x.Data[(plane*h+row/k[0])*w+col/k[1]] * taps.Data[(plane%c*k[0]+row%k[0])*k[1]+col%k[1]]
					if got != want {
						t.Fatalf("plane %d, row %d, column %d is %g, want %g", plane, row, col, got, want)
					}
				}
			})
		}
	})
}
