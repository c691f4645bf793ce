package compute

import "math"

// MaxPool2D takes the maximum over windows of kernel = {kh, kw}; padding counts as minus infinity and
// groups are ignored. [N,C,H,W] becomes [N,C,OH,OW] with the sizes of OutSize.
func MaxPool2D(x *Tensor, kernel [2]int, p Params) *Tensor {
	p = p.normal()
	n, c, h, w := dims4("MaxPool2D", x)
	oh, ow := p.OutSize(h, w, kernel[0], kernel[1])
	y := New(n, c, oh, ow)
	for i := range y.Data {
		y.Data[i] = float32(math.Inf(-1))
	}
	for i := range n * c {
		in, out := x.Data[i*h*w:][:h*w], y.Data[i*oh*ow:][:oh*ow]
		eachTap(kernel[0], kernel[1], h, w, oh, ow, p, func(_, iAt, oAt, n int) {
			for j := range n {
				out[oAt+j] = max(out[oAt+j], in[iAt+j*p.Stride[1]])
			}
		})
	}
	return y
}

// MaxPool2DGrad is the gradient of MaxPool2D at x for dy [N,C,OH,OW]: each value goes to the first maximum of
// its window.
func MaxPool2DGrad(x, dy *Tensor, kernel [2]int, p Params) *Tensor {
	p = p.normal()
	n, c, h, w := dims4("MaxPool2DGrad", x)
	oh, ow := dy.Shape[2], dy.Shape[3]
	dx := New(n, c, h, w)
	best := make([]float32, oh*ow)
	from := make([]int, oh*ow)
	for i := range n * c {
		in := x.Data[i*h*w:][:h*w]
		for j := range best {
			best[j], from[j] = float32(math.Inf(-1)), -1
		}
		eachTap(kernel[0], kernel[1], h, w, oh, ow, p, func(_, iAt, oAt, n int) {
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
	return dx
}

// AvgPool2D averages over windows of kernel = {kh, kw}; groups are ignored. Padding counts as zeros when
// countIncludePad is set and is left out of the average otherwise.
func AvgPool2D(x *Tensor, kernel [2]int, p Params, countIncludePad bool) *Tensor {
	p = p.normal()
	n, c, h, w := dims4("AvgPool2D", x)
	oh, ow := p.OutSize(h, w, kernel[0], kernel[1])
	weight := make([]float32, oh*ow)
	eachTap(kernel[0], kernel[1], h, w, oh, ow, p, func(_, _, oAt, n int) {
		for j := range n {
			weight[oAt+j]++
		}
	})
	for i, v := range weight {
		switch {
		case countIncludePad:
			weight[i] = 1 / float32(kernel[0]*kernel[1])
		case v > 0:
			weight[i] = 1 / v
		}
	}
	y := New(n, c, oh, ow)
	for i := range n * c {
		in, out := x.Data[i*h*w:][:h*w], y.Data[i*oh*ow:][:oh*ow]
		eachTap(kernel[0], kernel[1], h, w, oh, ow, p, func(_, iAt, oAt, n int) {
			for j := range n {
				out[oAt+j] += in[iAt+j*p.Stride[1]]
			}
		})
		Mul(out, out, weight)
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

// eachTap calls f for every kernel tap t and output row: n outputs from oAt on read inputs from iAt on,
// one horizontal stride apart.
func eachTap(kh, kw, h, wd, oh, ow int, p Params, f func(t, iAt, oAt, n int)) {
	for ky := range kh {
		y0, y1, iy := tapRange(ky, p.Stride[0], p.Pad[0], p.Dilation[0], h, oh)
		for kx := range kw {
			x0, x1, ix := tapRange(kx, p.Stride[1], p.Pad[1], p.Dilation[1], wd, ow)
			if x1 == x0 {
				continue
			}
			for y := y0; y < y1; y++ {
				f(ky*kw+kx, (iy+(y-y0)*p.Stride[0])*wd+ix, y*ow+x0, x1-x0)
			}
		}
	}
}

// tapRange says, for tap k of one axis, which outputs lo..hi-1 read an input pixel and which one the first reads.
func tapRange(k, stride, pad, dilation, in, out int) (lo, hi, first int) {
	start := k*dilation - pad
	if start < 0 {
		lo = (-start + stride - 1) / stride
	}
	if last := in - 1 - start; last >= 0 {
		hi = min(out, last/stride+1)
	}
	return lo, max(hi, lo), start + lo*stride
}
