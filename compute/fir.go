package compute

import (
	"fmt"
	"slices"

	"rewriting/compute/internal/kernel"
)

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
	BlurInto(y, x, pad0, pad1)
	return y
}

// BlurInto is Blur with the result in y, which has its shape and arbitrary contents.
func BlurInto(y, x *Tensor, pad0, pad1 int) {
	n, c, h, w := dims4("Blur", x)
	oh, ow := h+pad0+pad1-3, w+pad0+pad1-3
	if oh < 1 || ow < 1 || !slices.Equal(y.Shape, []int{n, c, oh, ow}) {
		panic(fmt.Sprintf("compute: Blur of %v with padding %d,%d into %v", x.Shape, pad0, pad1, y.Shape))
	}
	Split(n*c, 1+passGrain/(2*oh*ow), func(lo, hi int) { blurPlanes(y.Data, x.Data, lo, hi, h, w, oh, ow, pad0) })
}

// blurPlanes filters planes from to to-1, one at a time, so that everything stays in the first two caches: the padded
// image is filtered along its rows as one long row (the last three results of each row are of no use), then down its
// columns.
func blurPlanes(y, x []float32, from, to, h, w, oh, ow, pad0 int) {
	cols := ow + 3
	buf, release := borrow(2 * (oh + 3) * cols)
	defer release()
	padded, mid := buf[:(oh+3)*cols], buf[(oh+3)*cols:]
	clear(padded)
	first, last := max(0, pad0), min(h+pad0, oh+3)
	along := len(padded) - 3
	for i := from; i < to; i++ {
		in, out := x[i*h*w:][:h*w], y[i*oh*ow:][:oh*ow]
		for r := first; r < last; r++ {
			padRow(padded[r*cols:][:cols], in[(r-pad0)*w:][:w], pad0)
		}
		kernel.FIR4(mid[:along], padded, padded[1:], padded[2:], padded[3:], firOuter, firInner)
		for r := range oh {
			m := mid[r*cols:]
			kernel.FIR4(out[r*ow:][:ow], m, m[cols:], m[2*cols:], m[3*cols:], firOuter, firInner)
		}
	}
}

// BlurGrad is the adjoint of Blur: dy [N,C,h+pad0+pad1-3,w+pad0+pad1-3] becomes [N,C,h,w].
func BlurGrad(dy *Tensor, pad0, pad1 int) *Tensor { return Blur(dy, 3-pad0, 3-pad1) }

// BlurGradInto is BlurGrad with the result in dx, which has its shape and arbitrary contents.
func BlurGradInto(dx, dy *Tensor, pad0, pad1 int) { BlurInto(dx, dy, 3-pad0, 3-pad1) }

// Upsample2x is StyleGAN2's up_rgb: zero insertion by two and the same filter with padding (2,1), per axis
// out[2i] = .25 x[i-1] + .75 x[i] and out[2i+1] = .75 x[i] + .25 x[i+1]. [N,C,H,W] becomes [N,C,2H,2W].
func Upsample2x(x *Tensor) *Tensor {
	n, c, h, w := dims4("Upsample2x", x)
	y := New(n, c, 2*h, 2*w)
	Split(n*c, 1+passGrain/max(8*h*w, 1), func(lo, hi int) { upsamplePlanes(y.Data, x.Data, lo, hi, h, w) })
	return y
}

func upsamplePlanes(y, x []float32, from, to, h, w int) {
	// Rows first: wide holds the rows of one channel stretched, between two rows of zeros.
	wide, release := borrow((h + 2) * 2 * w)
	defer release()
	clear(wide[:2*w])
	clear(wide[(h+1)*2*w:])
	halves, releaseHalves := borrow(4*w + 2)
	defer releaseHalves()
	padded, even, odd := halves[:w+2], halves[w+2:][:w], halves[2*w+2:][:w]
	for i := from; i < to; i++ {
		for r := range h {
			padRow(padded, x[(i*h+r)*w:][:w], 1)
			kernel.Blend(even, padded[1:], padded, firInner, firOuter)
			kernel.Blend(odd, padded[1:], padded[2:], firInner, firOuter)
			kernel.Interleave(wide[(r+1)*2*w:][:2*w], even, odd)
		}
		out := y[i*4*h*w:][:4*h*w]
		for r := range h {
			above, here, below := wide[r*2*w:], wide[(r+1)*2*w:], wide[(r+2)*2*w:]
			kernel.Blend(out[2*r*2*w:][:2*w], here, above, firInner, firOuter)
			kernel.Blend(out[(2*r+1)*2*w:][:2*w], here, below, firInner, firOuter)
		}
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
	Split(n*c, 1+passGrain/max(2*h*w, 1), func(lo, hi int) {
		odd, release := borrow(w)
		defer release()
		for j := lo * h; j < hi*h; j++ {
			kernel.Deinterleave(y.Data[j*w:][:w], odd, full.Data[2*j*w2:][:w2])
		}
	})
	return y
}

func dims4(what string, x *Tensor) (n, c, h, w int) {
	if len(x.Shape) != 4 {
		panic(fmt.Sprintf("compute: %s of %v needs four axes", what, x.Shape))
	}
	return x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]
}
