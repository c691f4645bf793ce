package compute

import (
	"slices"
	"testing"
)

// A map with one row and one column more has the same windows, and takes the general way. Small whole numbers make ties.
func TestTheGradientOfHalvingIsThatOfAnyMaximum(t *testing.T) {
	const h, w = 6, 8
	p := Params{Stride: [2]int{2, 2}}
	x, wide := random(3, 2, 3, h, w), New(2, 3, h+1, w+1)
	for i, v := range x.Data {
		x.Data[i] = float32(int(2 * v))
		wide.Data[i/(h*w)*(h+1)*(w+1)+i%(h*w)/w*(w+1)+i%w] = x.Data[i]
	}
	dy := random(4, 2, 3, h/2, w/2)
	got, want := MaxPool2DGrad(x, dy, [2]int{2, 2}, p), MaxPool2DGrad(wide, dy, [2]int{2, 2}, p)
	for plane := range 6 {
		for row := range h {
			if g, m := got.Data[(plane*h+row)*w:][:w], want.Data[(plane*(h+1)+row)*(w+1):][:w]; !slices.Equal(g, m) {
				t.Fatalf("plane %d, row %d: %v, want %v", plane, row, g, m)
			}
		}
	}
}
