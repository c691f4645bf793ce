package rewrite

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/mat"

	"rewriting/compute"
	"rewriting/gan"
)

// Moment is the uncentred second moment of a layer's keys, C = E[k kᵀ], over all pixels of many
// samples. Its fields are plain data so that it can be stored.
type Moment struct {
	In   int       // channels of the keys
	Rows int64     // number of keys averaged
	C    []float64 // In*In, symmetric, row-major

	once       sync.Once
	eigen      mat.EigenSym
	eigenvalue []float64
	failure    error
}

// Measure averages k kᵀ over every pixel of every latent of the table in the order of the table (spec: method 2).
// Runs of some hundred pixels are summed in float32, all else in float64: the error is about 1e-7 of the
// diagonal, that of the keys themselves.
func Measure(ctx context.Context, cut gan.Cut, table *compute.Tensor, progress Progress) (*Moment, error) {
	in := cut.Layer().In
	m := &Moment{In: in, C: make([]float64, in*in)}
	type part struct {
		sum  []float64
		rows int
	}
	err := scan(ctx, cut, table, progress,
		func(_ int, keys *compute.Tensor) part {
			sum := make([]float64, in*in)
			compute.AddGram(sum, keys)
			return part{sum, keys.Len() / in}
		},
		func(p part) {
			m.Rows += int64(p.rows)
			for i, v := range p.sum {
				m.C[i] += v
			}
		})
	if err != nil {
		return nil, fmt.Errorf("second moment of %s: %w", cut.Layer().Name, err)
	}
	for i := range in {
		for j := i; j < in; j++ {
			m.C[i*in+j] /= float64(m.Rows) // the upper triangle counts: exactly symmetric
			m.C[j*in+i] = m.C[i*in+j]
		}
	}
	for _, v := range m.C {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("second moment of %s: the keys are not finite; check the generator's weights", cut.Layer().Name)
		}
	}
	return m, nil
}

// spectrum decomposes C = U diag(e) Uᵀ once. Eigenvalues that rounding made negative are raised to zero
// and all to the size of rounding, so that no direction is magnified without bound (spec: method 2 has
// the original's 1e-20, which turns rounding into keys).
func (m *Moment) spectrum() (u *mat.Dense, e []float64, err error) {
	m.once.Do(func() {
		if len(m.C) != m.In*m.In || m.In == 0 {
			m.failure = fmt.Errorf("second moment has %d numbers for %d channels", len(m.C), m.In)
			return
		}
		if !m.eigen.Factorize(mat.NewSymDense(m.In, m.C), true) {
			m.failure = errors.New("the eigenvalues of the second moment do not converge")
			return
		}
		m.eigenvalue = m.eigen.Values(nil)
		largest := m.eigenvalue[m.In-1]
		if largest <= 0 {
			m.failure = errors.New("the keys of the layer are all zero")
			return
		}
		for i, v := range m.eigenvalue {
			m.eigenvalue[i] = max(v, largest*float64(m.In)*0x1p-52)
		}
	})
	if m.failure != nil {
		return nil, nil, m.failure
	}
	u = new(mat.Dense)
	m.eigen.VectorsTo(u)
	return u, m.eigenvalue, nil
}

// power is the symmetric matrix C to the power p.
func (m *Moment) power(p float64) (*mat.Dense, error) {
	u, e, err := m.spectrum()
	if err != nil {
		return nil, err
	}
	scaled := mat.DenseCopyOf(u)
	scaled.Apply(func(_, j int, v float64) float64 { return v * math.Pow(e[j], p) }, scaled)
	out := new(mat.Dense)
	out.Mul(scaled, u.T())
	return out, nil
}

// Whitening is the ZCA matrix Z = C^(-1/2), In x In: the keys Z k have the identity as second moment (App. D).
func (m *Moment) Whitening() (*mat.Dense, error) { return m.power(-0.5) }

// Inverse is C⁻¹, In x In.
func (m *Moment) Inverse() (*mat.Dense, error) { return m.power(-1) }
