package compute

import "rewriting/compute/internal/kernel"

// tapsApart reports whether the taps of a transposed convolution write next to each other, each its own elements, and
// spreadTaps writes them. Wavelet synthesis is made of such ones.
func tapsApart(p Params, kh, kw int) bool {
	return kw <= 2 && p.Stride == [2]int{kh, kw} && p.Pad == [4]int{} && p.Dilation == [2]int{1, 1}
}

// spreadTaps writes the kh x kw multiples of every element of one channel, rows of length width, to dst.
func spreadTaps(dst, x, taps []float32, width, kh, kw int) {
	scaled, release := borrow(kw * width)
	defer release()
	for y := range len(x) / width {
		row := x[y*width:][:width]
		for ky := range kh {
			to := dst[(y*kh+ky)*kw*width:][:kw*width]
			if kw == 1 {
				kernel.Scale(to, row, taps[ky])
				continue
			}
			kernel.Scale(scaled[:width], row, taps[2*ky])
			kernel.Scale(scaled[width:], row, taps[2*ky+1])
			kernel.Interleave(to, scaled[:width], scaled[width:])
		}
	}
}
