package kernel

import "slices"

// WinogradUpIn is the input transform of an up-convolution by Winograd's F(4x4,2x2) for n tiles, n a multiple of 8. Along
// either axis five numbers become five frequencies, of which the taps 0 and 2 make even pixels, and the last four
// numbers themselves, of which tap 1 makes odd ones: src[off[5r+c]+j], r and c below 5, of tile j give
// dst[(9r+c)*step+j], r and c below 9.
func WinogradUpIn(dst []float32, step int, src []float32, off *[25]int, n int) {
	if n == 0 {
		return
	}
	_ = dst[80*step+n-1]
	_ = src[slices.Max(off[:])+n-1]
	var scratch [45 * 8]float32
	if tier > Portable {
		winogradUpInAVX2(&dst[0], step, &src[0], &off[0], &scratch[0], n, 2)
		return
	}
	transformPortable(dst, step, src, off[:], n, 5, 9, 0, func(x *line) {
		a, t := x[3]-x[2], x[3]-x[1]
		*x = line{
			2*(x[0]-x[2]) + t, a - 2*x[1], 2*(x[1]-x[2]) + a, t, x[4] - x[2] - 2*t,
			x[1], x[2], x[3], x[4],
		}
	})
}

// WinogradUpOut is the output transform: src[off[9r+c]+j] of tile j become its 8x8 pixels dst[(8r+c)*step+j].
func WinogradUpOut(dst []float32, step int, src []float32, off *[81]int, n int) {
	if n == 0 {
		return
	}
	_ = dst[63*step+n-1]
	_ = src[slices.Max(off[:])+n-1]
	var scratch [72 * 8]float32
	if tier > Portable {
		winogradUpOutAVX2(&dst[0], step, &src[0], &off[0], &scratch[0], n, 2, 4, 8)
		return
	}
	transformPortable(dst, step, src, off[:], n, 9, 8, 0, func(x *line) {
		s, d := x[1]+x[2], x[1]-x[2]
		*x = line{x[0] + s + x[3], x[5], d + 2*x[3], x[6], s + 4*x[3], x[7], d + 8*x[3] + x[4], x[8]}
	})
}
