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

// Measure averages k kᵀ over every pixel of every latent of the table, in float64 and in the order
// of the table (spec: method 2).
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
			return part{sum, outer(sum, keys)}
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
			m.C[i*in+j] /= float64(m.Rows)
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

// panel is the number of pixels of all channels that outer keeps in cache.
const panel = 256

// outer adds the sum of k kᵀ over all pixels of keys [N,In,h,w] to the upper triangle of sum and returns
// the number of pixels.
func outer(sum []float64, keys *compute.Tensor) int {
	n, in := keys.Dim(0), keys.Dim(1)
	pixels := keys.Len() / (n * in)
	wide := make([]float64, in*panel)
	for b := range n {
		image := keys.Data[b*in*pixels : (b+1)*in*pixels]
		for start := 0; start < pixels; start += panel {
			count := min(panel, pixels-start)
			for c := range in {
				for p, v := range image[c*pixels+start:][:count] {
					wide[c*panel+p] = float64(v)
				}
			}
			gram(sum, wide, in, count)
		}
	}
	return n * pixels
}

// gram adds the products of the rows of wide (stride panel, count entries) in 4x4 tiles.
func gram(sum, wide []float64, in, count int) {
	row := func(i int) []float64 { return wide[i*panel:][:count] }
	i := 0
	for ; i+4 <= in; i += 4 {
		a0, a1, a2, a3 := row(i), row(i+1), row(i+2), row(i+3)
		j := i
		for ; j+2 <= in; j += 2 {
			b0, b1 := row(j), row(j+1)
			var s00, s01, s10, s11, s20, s21, s30, s31 float64
			for p, x := range b0 {
				y := b1[p]
				s00 += a0[p] * x
				s01 += a0[p] * y
				s10 += a1[p] * x
				s11 += a1[p] * y
				s20 += a2[p] * x
				s21 += a2[p] * y
				s30 += a3[p] * x
				s31 += a3[p] * y
			}
			for r, s := range [4][2]float64{{s00, s01}, {s10, s11}, {s20, s21}, {s30, s31}} {
				sum[(i+r)*in+j] += s[0]
				sum[(i+r)*in+j+1] += s[1]
			}
		}
		for ; j < in; j++ {
			for r, a := range [4][]float64{a0, a1, a2, a3} {
				sum[(i+r)*in+j] += dot(a, row(j))
			}
		}
	}
	for ; i < in; i++ {
		for j := i; j < in; j++ {
			sum[i*in+j] += dot(row(i), row(j))
		}
	}
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += v * b[i]
	}
	return s
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
