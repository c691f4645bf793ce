package compute

import "rewriting/compute/internal/kernel"

// Packed weights are panels of eight rows, [rows/8][k][8], the last one filled up with zero rows: the order in
// which the tile kernel reads them.

// panelLen is the size of the packed form of a rows x k matrix.
func panelLen(rows, k int) int { return (rows + kernel.Rows - 1) / kernel.Rows * kernel.Rows * k }

// packGrain is how many panels of k columns a processor packs at least.
func packGrain(k int) int { return max(1, 1<<14/(kernel.Rows*max(k, 1))) }

// packRows packs a matrix of rows x k whose rows are lds elements apart.
func packRows(dst, src []float32, rows, k, lds int) {
	Split((rows+kernel.Rows-1)/kernel.Rows, packGrain(k), func(lo, hi int) {
		packPanels(dst, src, lo*kernel.Rows, min(hi*kernel.Rows, rows), rows, k, lds)
	})
}

// packPanels packs the panels that begin with rows from, from+8, ... below to.
func packPanels(dst, src []float32, from, to, rows, k, lds int) {
	for r := from; r < to; r += kernel.Rows {
		panel := dst[r*k:][:kernel.Rows*k]
		if rows-r < kernel.Rows || k < 8 {
			clear(panel)
			for i := range min(kernel.Rows, rows-r) {
				for j, v := range src[(r+i)*lds:][:k] {
					panel[j*kernel.Rows+i] = v
				}
			}
			continue
		}
		b := kernel.Block8{LDD: kernel.Rows, DstStep: 8 * kernel.Rows, LDS: lds, SrcStep: 8, Count: k / 8}
		b.Transpose(panel, src[r*lds:])
		if k%8 != 0 { // the last block overlaps its neighbour
			b.Count = 1
			b.Transpose(panel[(k-8)*kernel.Rows:], src[r*lds+k-8:])
		}
	}
}

// packSwapped packs the transposed weight of a convolution: w [outer][inner][taps] becomes the panels of a matrix
// with inner rows and outer*taps columns. Consecutive outer entries are step elements apart.
func packSwapped(dst, w []float32, outer, inner, taps, step int) {
	k := outer * taps
	Split((inner+kernel.Rows-1)/kernel.Rows, packGrain(k), func(lo, hi int) {
		packSwappedPanels(dst, w, lo*kernel.Rows, min(hi*kernel.Rows, inner), outer, inner, taps, step)
	})
}

// packSwappedPanels packs the panels that begin with rows from, from+8, ... below to.
func packSwappedPanels(dst, w []float32, from, to, outer, inner, taps, step int) {
	k := outer * taps
	for r := from; r < to; r += kernel.Rows {
		panel := dst[r*k:][:kernel.Rows*k]
		if inner-r < kernel.Rows || taps < 8 {
			clear(panel)
			for o := range outer {
				for i := range min(kernel.Rows, inner-r) {
					for t, v := range w[o*step+(r+i)*taps:][:taps] {
						panel[(o*taps+t)*kernel.Rows+i] = v
					}
				}
			}
			continue
		}
		b := kernel.Block8{LDD: kernel.Rows, DstStep: taps * kernel.Rows, LDS: taps, SrcStep: step, Count: outer}
		for t := 0; t < taps; t += 8 {
			at := min(t, taps-8) // the last block overlaps its neighbour
			b.Transpose(panel[at*kernel.Rows:], w[r*taps+at:])
		}
	}
}

// selectTaps copies from packed panels of rows x (channels*taps) the columns of some taps only.
func selectTaps(dst, src []float32, rows, channels, taps int, chosen []int) {
	Split((rows+kernel.Rows-1)/kernel.Rows, packGrain(channels*len(chosen)), func(lo, hi int) {
		for r := lo * kernel.Rows; r < min(hi*kernel.Rows, rows); r += kernel.Rows {
			from := src[r*channels*taps:]
			to := dst[r*channels*len(chosen):]
			for c := range channels {
				for j, t := range chosen {
					*(*[kernel.Rows]float32)(to[(c*len(chosen)+j)*kernel.Rows:]) =
						*(*[kernel.Rows]float32)(from[(c*taps+t)*kernel.Rows:])
				}
			}
		}
	})
}
