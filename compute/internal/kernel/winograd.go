package kernel

import "slices"

// WinogradIn is the input transform of Winograd's F(4x4,3x3) for n tiles, n a multiple of 8: the 36 numbers
// src[off[6r+c]+j], r and c below 6, of tile j become the 36 frequencies dst[(6r+c)*step+j].
func WinogradIn(dst []float32, step int, src []float32, off *[36]int, n int) {
	if n == 0 {
		return
	}
	_ = dst[35*step+n-1]
	_ = src[slices.Max(off[:])+n-1]
	var scratch [36 * 8]float32
	if tier > Portable {
		winogradInAVX2(&dst[0], step, &src[0], &off[0], &scratch[0], n, 4, 5, 2)
		return
	}
	transformPortable(dst, step, src, off[:], n, 6, 6, 0, func(x *line) {
		a, b := x[4]-4*x[2], x[3]-4*x[1]
		c, e := x[4]-x[2], 2*(x[3]-x[1])
		*x = line{4*x[0] - 5*x[2] + x[4], a + b, a - b, c + e, c - e, 4*x[1] - 5*x[3] + x[5]}
	})
}

// WinogradOut is the output transform: the 36 frequencies src[off[6r+c]+j] of tile j become its 4x4 pixels
// dst[(4r+c)*step+j], to which bias is added.
func WinogradOut(dst []float32, step int, src []float32, off *[36]int, n int, bias float32) {
	if n == 0 {
		return
	}
	_ = dst[15*step+n-1]
	_ = src[slices.Max(off[:])+n-1]
	var scratch [36 * 8]float32
	if tier > Portable {
		winogradOutAVX2(&dst[0], step, &src[0], &off[0], &scratch[0], n, 4, 8, 2, bias)
		return
	}
	transformPortable(dst, step, src, off[:], n, 6, 4, bias, func(x *line) {
		s, d, t, e := x[1]+x[2], x[1]-x[2], x[3]+x[4], x[3]-x[4]
		*x = line{x[0] + s + t, d + 2*e, s + 4*t, d + 8*e + x[5]}
	})
}

// line is one line of a tile, as long as any transform needs it.
type line [9]float32

// transformPortable applies transform to the columns and then to the rows of every tile of in by in numbers.
func transformPortable(dst []float32, step int, src []float32, off []int, n, in, out int, bias float32, transform func(*line)) {
	for j := range n {
		var tile [len(line{})]line // of columns
		for c := range in {
			for r := range in {
				tile[c][r] = src[off[in*r+c]+j]
			}
			transform(&tile[c])
		}
		for r := range out {
			var row line
			for c := range in {
				row[c] = tile[c][r]
			}
			transform(&row)
			for c := range out {
				dst[(out*r+c)*step+j] = row[c] + bias
			}
		}
	}
}
