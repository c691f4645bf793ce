package compute

import (
	"slices"
	"testing"
)

// Every element is one chain of fused multiplications and additions over all pixels, wherever a strip ends.
func TestStripsOfAWeightGradientChangeNoBit(t *testing.T) {
	whole := stripNumbers
	defer func() { stripNumbers = whole }()
	tiers(t, func(t *testing.T) {
		for _, p := range []Params{Same3x3, {Stride: [2]int{2, 1}, Pad: [4]int{1, 0, 2, 1}}, {Dilation: [2]int{2, 3}, Pad: [4]int{2, 3, 2, 3}, Groups: 2}} {
			x, w := random(1, 2, 6, 37, 21), random(2, 10, 6/p.normal().Groups, 3, 3)
			dy := Conv2D(x, w, nil, p)
			k, u := random(3, 2, 5, 19, 11), random(4, 2, 9, 39, 23)
			stripNumbers = whole
			want, wantUp := Conv2DGradWeight(x, dy, 3, 3, p), UpConvGradWeight(k, u)
			for _, stripNumbers = range []int{1, 2000, 3000, 7000} {
				if !slices.Equal(Conv2DGradWeight(x, dy, 3, 3, p).Data, want.Data) {
					t.Errorf("%+v in strips of %d numbers", p, stripNumbers)
				}
				if !slices.Equal(UpConvGradWeight(k, u).Data, wantUp.Data) {
					t.Errorf("up-convolution in strips of %d numbers", stripNumbers)
				}
			}
		}
	})
}
