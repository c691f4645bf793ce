package reflections

import (
	"errors"

	"gonum.org/v1/gonum/mat"

	"rewriting/compute"
)

// limitRank replaces the change w - start, as a matrix of input channels by all else, by its best approximation of the given rank
// (Eckart-Young). With U the leading left singular vectors of the change D, that is U Uᵀ D; they are eigenvectors of D Dᵀ,
// which is as small as the number of channels and is summed in float64.
func limitRank(w, start *compute.Tensor, rank int) error {
	out, in, taps := w.Dim(0), w.Dim(1), w.Dim(2)*w.Dim(3)
	if rank >= in {
		return nil
	}
	change := mat.NewDense(in, out*taps, nil)
	for o := range out {
		for i := range in {
			row := change.RawRowView(i)[o*taps:][:taps]
			at := (o*in + i) * taps
			for t := range row {
				row[t] = float64(w.Data[at+t]) - float64(start.Data[at+t])
			}
		}
	}
	gram := mat.NewSymDense(in, nil)
	gram.SymOuterK(1, change)
	var eigen mat.EigenSym
	if !eigen.Factorize(gram, true) {
		return errors.New("the singular vectors of the change do not converge")
	}
	var all mat.Dense
	eigen.VectorsTo(&all)
	u := all.Slice(0, in, in-rank, in) // eigenvalues ascend
	var along, limited mat.Dense
	along.Mul(u.T(), change)
	limited.Mul(u, &along)
	for o := range out {
		for i := range in {
			row := limited.RawRowView(i)[o*taps:][:taps]
			at := (o*in + i) * taps
			for t, v := range row {
				w.Data[at+t] = float32(float64(start.Data[at+t]) + v)
			}
		}
	}
	return nil
}
