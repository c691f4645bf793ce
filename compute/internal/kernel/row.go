package kernel

// Row is the product of a single row with a few columns of A, as depthwise convolutions have it:
//
//	dst[j] = start + sum over k of a[8k] * src[off[k]+j],   j < len(dst)
//
// It needs at least Lanes elements and reads nothing behind src[max(off)+len(dst)-1].
func Row(dst, src []float32, off []int, a []float32, start float32) {
	lanes := Lanes()
	_ = a[8*(len(off)-1)]
	const atATime = 1 << 14 // elements per call of assembly
	for lo := 0; lo < len(dst); lo += atATime {
		n := min(atATime, len(dst)-lo)
		whole := n &^ (lanes - 1)
		row(dst[lo:], src[lo:], off, a, whole, start)
		if n > whole { // the last vector overlaps its neighbour
			at := lo + n - lanes
			row(dst[at:], src[at:], off, a, lanes, start)
		}
	}
}

func row(dst, src []float32, off []int, a []float32, n int, start float32) {
	switch {
	case n == 0:
	case tier >= AVX512:
		rowAVX512(&dst[0], &src[0], &off[0], len(off), &a[0], n, start)
	case tier == AVX2:
		rowAVX2(&dst[0], &src[0], &off[0], len(off), &a[0], n, start)
	default:
		dst = dst[:n]
		for j := range dst {
			dst[j] = start
		}
		for k, o := range off {
			w, x := a[8*k], src[o:][:n]
			for j, v := range x {
				dst[j] += w * v
			}
		}
	}
}
