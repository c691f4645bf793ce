package compute

import (
	"fmt"

	"rewriting/compute/internal/kernel"
)

// gramPixels is how many pixels are summed in float32 before they join the sum in float64.
const gramPixels = 256

// AddGram adds the sum over images and pixels of k kT to sum, a C x C matrix, for x [N,C,H,W] whose pixels are the
// vectors k: the second moment of keys, not divided by their number. Runs of at most 256 pixels are summed in
// float32, which leaves an error of up to some 1e-6 of the diagonal; the runs are added in float64, in order.
func AddGram(sum []float64, x *Tensor) {
	n, c, h, w := dims4("AddGram", x)
	if len(sum) != c*c {
		panic(fmt.Sprintf("compute: AddGram of %v to %d elements", x.Shape, len(sum)))
	}
	pixels := h * w
	lanes := kernel.Lanes()
	cols := (c + lanes - 1) / lanes * lanes // pixel-major rows are whole vectors
	run := min(gramPixels, pixels)
	panels, release := borrow(panelLen(c, run))
	defer release()
	turned, releaseTurned := borrow(run*cols + kernel.Slack)
	defer releaseTurned()
	part, releasePart := borrow(c * cols)
	defer releasePart()
	clear(turned)
	vectors := make([]vector, 0, cols/lanes)
	for at := 0; at < cols; at += lanes {
		vectors = append(vectors, vector{b: at, c: at, lanes: lanes})
	}
	offsets := make([]int, run)
	for i := range offsets {
		offsets[i] = i * cols
	}
	for b := range n {
		image := x.Data[b*c*pixels:][:c*pixels]
		for from := 0; from < pixels; from += run {
			count := min(run, pixels-from)
			packRows(panels, image[from:], c, count, pixels)
			transpose(turned, image[from:], c, count, pixels, cols)
			m := product{a: panels, rows: c, off: offsets[:count], b: turned, c: part, ldc: cols}
			m.direct(vectors)
			Split(c, 1+passGrain/max(c, 1), func(lo, hi int) {
				for i := lo; i < hi; i++ {
					to := sum[i*c:][:c]
					for j, v := range part[i*cols:][:c] {
						to[j] += float64(v)
					}
				}
			})
		}
	}
}

// Transpose is the transposed matrix of a [M,N]: [N,M].
func Transpose(a *Tensor) *Tensor {
	if len(a.Shape) != 2 {
		panic(fmt.Sprintf("compute: Transpose of %v", a.Shape))
	}
	t := New(a.Shape[1], a.Shape[0])
	transpose(t.Data, a.Data, a.Shape[0], a.Shape[1], a.Shape[1], a.Shape[0])
	return t
}

// transpose writes src, rows x cols with rows lds apart, to dst with rows ldd apart.
func transpose(dst, src []float32, rows, cols, lds, ldd int) {
	whole := cols &^ 7
	r := 0
	for ; r+8 <= rows; r += 8 {
		kernel.Block8{LDD: ldd, DstStep: 8 * ldd, LDS: lds, SrcStep: 8, Count: whole / 8}.Transpose(dst[r:], src[r*lds:])
		for i := range 8 {
			for c := whole; c < cols; c++ {
				dst[c*ldd+r+i] = src[(r+i)*lds+c]
			}
		}
	}
	for ; r < rows; r++ {
		for c := range cols {
			dst[c*ldd+r] = src[r*lds+c]
		}
	}
}
