package rewrite

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"rewriting/compute"
)

// whitened finds the directions of App. D as the released code has them: rows a·(Z k), their top right
// singular vectors E, R = Z E, orthonormalised column by column, each with the sign that agrees with the
// summed rows. Rank 1 and one cell give C⁻¹k*, the paper's d.
func (b *Basis) whitened(keys *contextKeys, moment *Moment, rank int) error {
	z, err := moment.Whitening()
	if err != nil {
		return err
	}
	rows := keys.weighted(z)
	e, singular, err := rightSingular(rows)
	if err != nil {
		return err
	}
	cells, channels := rows.Dims()
	rank = b.limit(rank, cells, channels)
	mapped := new(mat.Dense)
	mapped.Mul(z, e.Slice(0, channels, 0, rank))
	q := b.orthonormal(mapped)
	total := sumRows(rows)
	for _, column := range q {
		// the whitened sum against the unwhitened direction: what the released code compares
		if dot(column, total) < 0 {
			negate(column)
		}
	}
	b.set(q, singular)
	return nil
}

// unwhitened is the code's older method: singular vectors of the columns C⁻¹(a·k); only the first has a
// defined sign, that of their mean.
func (b *Basis) unwhitened(keys *contextKeys, moment *Moment, rank int) error {
	inverse, err := moment.Inverse()
	if err != nil {
		return err
	}
	rows := keys.weighted(inverse)
	e, singular, err := rightSingular(rows)
	if err != nil {
		return err
	}
	cells, channels := rows.Dims()
	rank = b.limit(rank, cells, channels)
	q := make([][]float64, rank)
	for s := range q {
		q[s] = mat.Col(nil, s, e)
	}
	if dot(q[0], sumRows(rows)) < 0 {
		negate(q[0])
	}
	b.set(q, singular)
	return nil
}

// mean is Eqn. 16 averaged over the context: one direction.
func (b *Basis) mean(keys *contextKeys, moment *Moment, rank int) error {
	if rank > 1 {
		b.Warnings = append(b.Warnings, fmt.Sprintf("rank %d reduced to 1: the key method %q has one direction", rank, Mean))
	}
	inverse, err := moment.Inverse()
	if err != nil {
		return err
	}
	sum := sumRows(keys.weighted(inverse))
	norm := math.Sqrt(dot(sum, sum))
	if norm == 0 {
		return errZeroContext
	}
	for i := range sum {
		sum[i] /= norm
	}
	b.set([][]float64{sum}, []float64{norm})
	return nil
}

var errZeroContext = errors.New("all keys of the context are zero: nothing to tell it from the rest")

// rightSingular returns the right singular vectors (columns) of the rows and the singular values.
func rightSingular(rows *mat.Dense) (*mat.Dense, []float64, error) {
	var svd mat.SVD
	if !svd.Factorize(rows, mat.SVDThinV) {
		return nil, nil, errors.New("the singular values of the context keys do not converge")
	}
	v := new(mat.Dense)
	svd.VTo(v)
	values := svd.Values(nil)
	if values[0] == 0 {
		return nil, nil, errZeroContext
	}
	return v, values, nil
}

// orthonormal is the Q of a QR decomposition up to signs, as a list of columns: Gram-Schmidt, twice per
// column for accuracy. A column that depends on earlier ones is left out with a warning.
func (b *Basis) orthonormal(a *mat.Dense) [][]float64 {
	_, n := a.Dims()
	var q [][]float64
	for j := range n {
		column := mat.Col(nil, j, a)
		before := math.Sqrt(dot(column, column))
		for range 2 {
			for _, p := range q {
				along := dot(p, column)
				for i := range column {
					column[i] -= along * p[i]
				}
			}
		}
		norm := math.Sqrt(dot(column, column))
		if norm <= before*1e-12 {
			b.Warnings = append(b.Warnings, fmt.Sprintf("direction %d depends on the earlier ones and is left out", j))
			continue
		}
		for i := range column {
			column[i] /= norm
		}
		q = append(q, column)
	}
	return q
}

func negate(x []float64) {
	for i := range x {
		x[i] = -x[i]
	}
}

// set stores the directions as rows of D, with their scores.
func (b *Basis) set(q [][]float64, scores []float64) {
	b.D = compute.New(len(q), len(q[0]))
	for s, row := range q {
		for i, v := range row {
			b.D.Data[s*len(row)+i] = float32(v)
		}
	}
	b.Scores = append([]float64(nil), scores[:len(q)]...)
}
