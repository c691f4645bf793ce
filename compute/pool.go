package compute

import (
	"math"

	"rewriting/compute/internal/kernel"
)

// MaxPool2D takes the maximum over windows of size = {kh, kw}; padding counts as minus infinity and
// groups are ignored. [N,C,H,W] becomes [N,C,OH,OW] with the sizes of OutSize.
func MaxPool2D(x *Tensor, size [2]int, p Params) *Tensor {
	y := newWindows("MaxPool2D", x, size, p)
	MaxPool2DInto(y, x, size, p)
	return y
}

// MaxPool2DInto is MaxPool2D with the result in y, which has its shape and arbitrary contents.
func MaxPool2DInto(y, x *Tensor, size [2]int, p Params) {
	windows("MaxPool2D", y, x, size, p, float32(math.Inf(-1)), kernel.Max)
}

// SumPool2DInto writes the sums over windows of size = {kh, kw} to y [N,C,OH,OW]; padding counts as zeros and groups are
// ignored.
func SumPool2DInto(y, x *Tensor, size [2]int, p Params) {
	windows("SumPool2D", y, x, size, p, 0, kernel.Add)
}

func newWindows(what string, x *Tensor, size [2]int, p Params) *Tensor {
	n, c, h, w := dims4(what, x)
	oh, ow := p.OutSize(h, w, size[0], size[1])
	return New(n, c, oh, ow)
}

// MaxPool2DGrad is the gradient of MaxPool2D at x for dy [N,C,OH,OW]: each value goes to the first maximum of
// its window.
func MaxPool2DGrad(x, dy *Tensor, size [2]int, p Params) *Tensor {
	dx := New(x.Shape...)
	MaxPool2DGradInto(dx, x, dy, size, p)
	return dx
}

// MaxPool2DGradInto is MaxPool2DGrad with the result in dx, which has the shape of x and arbitrary contents.
func MaxPool2DGradInto(dx, x, dy *Tensor, size [2]int, p Params) {
	p = p.normal()
	n, c, h, w := dims4("MaxPool2DGrad", x)
	oh, ow := dy.Shape[2], dy.Shape[3]
	clear(dx.Data)
	if size == [2]int{2, 2} && p.Stride == [2]int{2, 2} && p.Dilation == [2]int{1, 1} && p.Pad == [4]int{} && h == 2*oh && w == 2*ow {
		halvedGrad(dx.Data, x.Data, dy.Data, ow)
		return
	}
	best := make([]float32, oh*ow)
	from := make([]int, oh*ow)
	for i := range n * c {
		in := x.Data[i*h*w:][:h*w]
		for j := range best {
			best[j], from[j] = float32(math.Inf(-1)), -1
		}
		eachTap(size[0], size[1], h, w, oh, ow, p, func(_, iAt, oAt, n int) {
			for j := range n {
				if v := in[iAt+j*p.Stride[1]]; from[oAt+j] < 0 || v > best[oAt+j] {
					best[oAt+j], from[oAt+j] = v, iAt+j*p.Stride[1]
				}
			}
		})
		for j, at := range from {
			if at >= 0 {
				dx.Data[i*h*w+at] += dy.Data[i*oh*ow+j]
			}
		}
	}
}

// halvedGrad is MaxPool2DGrad for windows of 2x2 that cover the map side by side, as networks have them; ow is the width
// of dy, and dx is zero.
func halvedGrad(dx, x, dy []float32, ow int) {
	for row := 0; row < len(dy); row += ow {
		upper := x[4*row:][:2*ow]
		lower := x[4*row+2*ow:][:2*ow]
		for j, g := range dy[row:][:ow] {
			best, at := upper[2*j], 2*j
			if v := upper[2*j+1]; v > best {
				best, at = v, 2*j+1
			}
			if v := lower[2*j]; v > best {
				best, at = v, 2*ow+2*j
			}
			if lower[2*j+1] > best {
				at = 2*ow + 2*j + 1
			}
			dx[4*row+at] = g
		}
	}
}

// AvgPool2D averages over windows of size = {kh, kw}; groups are ignored. Padding counts as zeros when
// countIncludePad is set and is left out of the average otherwise.
func AvgPool2D(x *Tensor, size [2]int, p Params, countIncludePad bool) *Tensor {
	p = p.normal()
	n, c, h, w := dims4("AvgPool2D", x)
	oh, ow := p.OutSize(h, w, size[0], size[1])
	weight := make([]float32, oh*ow)
	eachTap(size[0], size[1], h, w, oh, ow, p, func(_, _, oAt, n int) {
		for j := range n {
			weight[oAt+j]++
		}
	})
	for i, v := range weight {
		switch {
		case countIncludePad:
			weight[i] = 1 / float32(size[0]*size[1])
		case v > 0:
			weight[i] = 1 / v
		}
	}
	y := New(n, c, oh, ow)
	SumPool2DInto(y, x, size, p)
	for i := range n * c {
		out := y.Data[i*oh*ow:][:oh*ow]
		kernel.Mul(out, out, weight)
	}
	return y
}

// GlobalAvgPool averages each channel over all pixels: [N,C,H,W] becomes [N,C,1,1].
func GlobalAvgPool(x *Tensor) *Tensor {
	n, c, h, w := dims4("GlobalAvgPool", x)
	y := New(n, c, 1, 1)
	for i := range y.Data {
		y.Data[i] = Sum(x.Data[i*h*w:][:h*w]) / float32(h*w)
	}
	return y
}
