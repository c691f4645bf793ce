package compute

import "fmt"

// StyleGAN2's low-pass filter is outer([1,3,3,1])/64 with gain 4 (spec: generators 2); per axis that is
// [.25,.75,.75,.25]. It is symmetric, so its adjoint is the same filter with other padding.
const (
	firOuter float32 = 0.25
	firInner float32 = 0.75
)

// Blur filters every channel with outer([.25,.75,.75,.25]) after padding both axes with pad0 zeros before
// and pad1 zeros after: [N,C,H,W] becomes [N,C,H+pad0+pad1-3,W+pad0+pad1-3]. With (1,1) it takes the
// 2r+1 pixels of an up-convolution to 2r.
func Blur(x *Tensor, pad0, pad1 int) *Tensor {
	n, c, h, w := dims4("Blur", x)
	oh, ow := h+pad0+pad1-3, w+pad0+pad1-3
	if oh < 1 || ow < 1 {
		panic(fmt.Sprintf("compute: Blur of %v with padding %d,%d leaves nothing", x.Shape, pad0, pad1))
	}
	y := New(n, c, oh, ow)
	row := make([]float32, h*ow)
	for i := range n * c {
		blurRows(row, x.Data[i*h*w:][:h*w], h, w, ow, pad0)
		blurColumns(y.Data[i*oh*ow:][:oh*ow], row, h, oh, ow, pad0)
	}
	return y
}

// BlurGrad is the adjoint of Blur: dy [N,C,h+pad0+pad1-3,w+pad0+pad1-3] becomes [N,C,h,w].
func BlurGrad(dy *Tensor, pad0, pad1 int) *Tensor { return Blur(dy, 3-pad0, 3-pad1) }

func blurRows(dst, src []float32, h, w, ow, pad int) {
	at := func(row []float32, i int) float32 {
		if i < 0 || i >= w {
			return 0
		}
		return row[i]
	}
	for y := range h {
		in, out := src[y*w:][:w], dst[y*ow:][:ow]
		for x := range out {
			j := x - pad
			out[x] = firOuter*(at(in, j)+at(in, j+3)) + firInner*(at(in, j+1)+at(in, j+2))
		}
	}
}

func blurColumns(dst, src []float32, h, oh, w, pad int) {
	zero := make([]float32, w)
	at := func(y int) []float32 {
		if y < 0 || y >= h {
			return zero
		}
		return src[y*w:][:w]
	}
	for y := range oh {
		j := y - pad
		a, b, c, d := at(j), at(j+1), at(j+2), at(j+3)
		out := dst[y*w:][:w]
		for x := range out {
			out[x] = firOuter*(a[x]+d[x]) + firInner*(b[x]+c[x])
		}
	}
}

// Upsample2x is StyleGAN2's up_rgb: zero insertion by two and the same filter with padding (2,1), per axis
// out[2i] = .25 x[i-1] + .75 x[i] and out[2i+1] = .75 x[i] + .25 x[i+1]. [N,C,H,W] becomes [N,C,2H,2W].
func Upsample2x(x *Tensor) *Tensor {
	n, c, h, w := dims4("Upsample2x", x)
	y := New(n, c, 2*h, 2*w)
	row := make([]float32, h*2*w)
	for i := range n * c {
		for j := range h {
			upsampleRow(row[j*2*w:][:2*w], x.Data[(i*h+j)*w:][:w])
		}
		out := y.Data[i*4*h*w:][:4*h*w]
		for j := range h {
			mid := row[j*2*w:][:2*w]
			blend(out[2*j*2*w:][:2*w], mid, row, (j-1)*2*w)
			blend(out[(2*j+1)*2*w:][:2*w], mid, row, (j+1)*2*w)
		}
	}
	return y
}

// blend writes .75 mid + .25 of the row that starts at src[at], or of zeros where that lies outside.
func blend(dst, mid, src []float32, at int) {
	if at < 0 || at >= len(src) {
		for i, v := range mid {
			dst[i] = firInner * v
		}
		return
	}
	far := src[at:][:len(mid)]
	for i, v := range mid {
		dst[i] = firInner*v + firOuter*far[i]
	}
}

func upsampleRow(dst, src []float32) {
	var left float32
	for i, v := range src {
		var right float32
		if i+1 < len(src) {
			right = src[i+1]
		}
		dst[2*i] = firInner*v + firOuter*left
		dst[2*i+1] = firInner*v + firOuter*right
		left = v
	}
}

// Upsample2xGrad is the adjoint of Upsample2x: dy [N,C,2H,2W] becomes [N,C,H,W].
func Upsample2xGrad(dy *Tensor) *Tensor {
	n, c, h2, w2 := dims4("Upsample2xGrad", dy)
	if h2%2 != 0 || w2%2 != 0 {
		panic(fmt.Sprintf("compute: Upsample2xGrad of odd size %v", dy.Shape))
	}
	h, w := h2/2, w2/2
	// The filter at every second position: out[i] = sum of dy[2i-1..2i+2] with [.25,.75,.75,.25].
	full := Blur(dy, 1, 2)
	y := New(n, c, h, w)
	for i := range n * c {
		for j := range h {
			src, dst := full.Data[(i*h2+2*j)*w2:][:w2], y.Data[(i*h+j)*w:][:w]
			for k := range dst {
				dst[k] = src[2*k]
			}
		}
	}
	return y
}

func dims4(what string, x *Tensor) (n, c, h, w int) {
	if len(x.Shape) != 4 {
		panic(fmt.Sprintf("compute: %s of %v needs four axes", what, x.Shape))
	}
	return x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]
}
