package compute

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The check vectors of spec: metrics 11.1.
func TestResizesGiveTheCheckVectors(t *testing.T) {
	row := From([]float32{0, 10, 20}, 1, 1, 1, 3)
	for _, c := range []struct {
		name string
		got  *Tensor
		want []float32
	}{
		{"half pixel", ResizeBilinear(row, 1, 8, HalfPixel), []float32{0, 0.625, 4.375, 8.125, 11.875, 15.625, 19.375, 20}},
		{"align corners", ResizeBilinear(row, 1, 8, AlignCorners), []float32{0, 2.857143, 5.714286, 8.571429, 11.428572, 14.285715, 17.142859, 20}},
		{"asymmetric", ResizeBilinear(row, 1, 8, Asymmetric), []float32{0, 3.75, 7.5, 11.25, 15, 18.75, 20, 20}},
		{"nearest", ResizeNearest(row, 1, 8), []float32{0, 0, 0, 10, 10, 10, 20, 20}},
	} {
		near(t, c.name, c.got.Data, func(i int) float64 { return float64(c.want[i]) }, elementTolerance)
		column := c.got
		switch c.name {
		case "nearest":
			column = ResizeNearest(row.Reshape(1, 1, 3, 1), 8, 1)
		case "half pixel":
			column = ResizeBilinear(row.Reshape(1, 1, 3, 1), 8, 1, HalfPixel)
		}
		near(t, c.name+" of a column", column.Data, func(i int) float64 { return float64(c.want[i]) }, elementTolerance)
	}
}

func TestResizeBilinearGradIsTheAdjoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := func(name string) int { return rapid.IntRange(1, 12).Draw(t, name) }
		x := random(1, 1, 2, in("h"), in("w"))
		h, w := in("out h"), in("out w")
		for c := HalfPixel; c <= Asymmetric; c++ {
			y := ResizeBilinear(x, h, w, c)
			dy := random(2, y.Shape...)
			adjoint(t, "ResizeBilinearGrad", x, y, dy, ResizeBilinearGrad(dy, x.Shape[2], x.Shape[3], c))
		}
	})
}

func TestPoolsFollowTheirDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := func(lo, hi int, name string) int { return rapid.IntRange(lo, hi).Draw(t, name) }
		k := [2]int{in(1, 3, "kh"), in(1, 3, "kw")}
		p := Params{Stride: [2]int{in(1, 3, "sy"), in(1, 3, "sx")}, Pad: [4]int{in(0, 1, "top"), in(0, 1, "left"), in(0, 1, "bottom"), in(0, 1, "right")}}
		for i := range 2 { // a window wholly in the padding has no maximum
			p.Pad[i], p.Pad[i+2] = min(p.Pad[i], k[i]-1), min(p.Pad[i+2], k[i]-1)
		}
		x := random(1, 2, 3, in(3, 9, "h"), in(3, 20, "w"))
		oh, ow := p.OutSize(x.Shape[2], x.Shape[3], k[0], k[1])
		largest, sum, n := make([]float64, 6*oh*ow), make([]float64, 6*oh*ow), make([]float64, 6*oh*ow)
		for i := range largest {
			largest[i] = math.Inf(-1)
		}
		for c := range 6 {
			naive([]int{1, 1, x.Shape[2], x.Shape[3]}, []int{1, 1, k[0], k[1]}, p, func(y, i, _ int) {
				v := float64(x.Data[c*x.Shape[2]*x.Shape[3]+i])
				y += c * oh * ow
				largest[y], sum[y], n[y] = max(largest[y], v), sum[y]+v, n[y]+1
			})
		}
		y := MaxPool2D(x, k, p)
		near(t, "maximum", y.Data, func(i int) float64 { return largest[i] }, 0)
		near(t, "average", AvgPool2D(x, k, p, false).Data, func(i int) float64 { return sum[i] / n[i] }, elementTolerance)
		near(t, "average with padding", AvgPool2D(x, k, p, true).Data, func(i int) float64 { return sum[i] / float64(k[0]*k[1]) }, elementTolerance)
		// The maximum is linear where its choice does not change, so Euler's identity holds.
		if g := MaxPool2DGrad(x, y, k, p); math.Abs(dot64(g, x)-dot64(y, y)) > 1e-5*dot64(y, y) {
			t.Errorf("gradient of the maximum: %v, want %v", dot64(g, x), dot64(y, y))
		}
	})
}
