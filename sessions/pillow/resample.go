package pillow

import (
	"fmt"
	"math"
)

// precision is the number of fractional bits of a quantised weight.
const precision = 32 - 8 - 2

// kernel is a symmetric resampling filter that is zero beyond its support.
type kernel struct {
	support float64
	at      func(x float64) float64
}

var triangle = kernel{1, func(x float64) float64 { return max(0, 1-math.Abs(x)) }}

// cubic is the Keys kernel with a = -0.5.
var cubic = kernel{2, func(x float64) float64 {
	const a = -0.5
	switch x = math.Abs(x); {
	case x < 1:
		return ((a+2)*x-(a+3))*x*x + 1
	case x < 2:
		return (((x-5)*x+8)*x - 4) * a
	}
	return 0
}}

// Bilinear resizes with the antialiased triangle filter. pix holds h*w*channels interleaved bytes;
// the result outH*outW*channels. It panics when pix has another length or a size is not positive.
func Bilinear(pix []uint8, w, h, channels, outW, outH int) []uint8 {
	return resample(pix, w, h, channels, outW, outH, triangle)
}

// Bicubic resizes with the antialiased cubic filter (a = -0.5); arguments as in Bilinear.
func Bicubic(pix []uint8, w, h, channels, outW, outH int) []uint8 {
	return resample(pix, w, h, channels, outW, outH, cubic)
}

func check(pix []uint8, w, h, channels, outW, outH int) {
	if w <= 0 || h <= 0 || channels <= 0 || outW <= 0 || outH <= 0 || len(pix) != w*h*channels {
		panic(fmt.Sprintf("pillow: %d bytes for %dx%d pixels of %d channels, wanted size %dx%d",
			len(pix), w, h, channels, outW, outH))
	}
}

func resample(pix []uint8, w, h, channels, outW, outH int, k kernel) []uint8 {
	check(pix, w, h, channels, outW, outH)
	out := append([]uint8(nil), pix...)
	if outW != w { // a pass is skipped when its size does not change
		out = horizontal(out, w, h, channels, outW, taps(k, w, outW))
	}
	if outH != h {
		out = vertical(out, outW*channels, outH, taps(k, h, outH))
	}
	return out
}

// tap is one output position: quantised weights of the inputs first, first+1, ...
type tap struct {
	first  int
	weight []int32
}

// taps computes the weights for resizing n inputs to out outputs.
func taps(k kernel, n, out int) []tap {
	scale := float64(n) / float64(out)
	stretch := max(scale, 1) // shrinking widens the kernel: antialiasing
	support := k.support * stretch
	inverse := 1 / stretch
	all := make([]tap, out)
	for o := range all {
		centre := (float64(o) + 0.5) * scale
		first := max(0, int(centre-support+0.5))
		last := min(n, int(centre+support+0.5))
		weight := make([]float64, last-first)
		sum := 0.0
		for j := range weight {
			weight[j] = k.at((float64(j+first) - centre + 0.5) * inverse)
			sum += weight[j]
		}
		fixed := make([]int32, len(weight))
		for j, v := range weight {
			if sum != 0 {
				v /= sum
			}
			fixed[j] = int32(v*(1<<precision) + math.Copysign(0.5, v))
		}
		all[o] = tap{first, fixed}
	}
	return all
}

func clip(sum int32) uint8 { return uint8(min(max(sum>>precision, 0), 255)) }

const half = int32(1) << (precision - 1)

func horizontal(pix []uint8, w, h, channels, outW int, taps []tap) []uint8 {
	out := make([]uint8, outW*h*channels)
	for y := range h {
		row := pix[y*w*channels : (y+1)*w*channels]
		to := out[y*outW*channels:]
		for x, t := range taps {
			for c := range channels {
				sum := half
				for j, q := range t.weight {
					sum += q * int32(row[(t.first+j)*channels+c])
				}
				to[x*channels+c] = clip(sum)
			}
		}
	}
	return out
}

func vertical(pix []uint8, stride, outH int, taps []tap) []uint8 {
	out := make([]uint8, stride*outH)
	sum := make([]int32, stride)
	for y, t := range taps {
		for x := range sum {
			sum[x] = half
		}
		for j, q := range t.weight {
			row := pix[(t.first+j)*stride:][:stride]
			for x, p := range row {
				sum[x] += q * int32(p)
			}
		}
		for x, s := range sum {
			out[y*stride+x] = clip(s)
		}
	}
	return out
}
