package fid

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Result is a distance between two sets.
type Result struct {
	Value float64 // d², never negative
	Means float64 // |μ1-μ2|², the part of it that the means make
	Ranks [2]int  // numerical ranks of the covariances
}

// Distance is the Fréchet distance between two sets of the same dimension, each of at least two vectors.
func Distance(a, b *Statistics) (Result, error) {
	p, err := Prepare(a)
	if err != nil {
		return Result{}, err
	}
	return p.To(b)
}

// Prepared is one set with the root of its covariance: for distances to several others.
type Prepared struct {
	mean  []float64
	root  *mat.SymDense // Σ^½
	trace float64
	rank  int
}

// Prepare computes the root of a set's covariance.
func Prepare(s *Statistics) (*Prepared, error) {
	sigma, err := s.check()
	if err != nil {
		return nil, err
	}
	var e mat.EigenSym
	if !e.Factorize(sigma, true) {
		return nil, errors.New("fid: the eigenvalues of the covariance do not converge")
	}
	values := e.Values(nil)
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	d := len(values)
	scaled := mat.NewDense(d, d, nil)
	for j, v := range values {
		r := math.Sqrt(math.Sqrt(max(v, 0)))
		for i := range d {
			scaled.Set(i, j, vectors.At(i, j)*r)
		}
	}
	root := mat.NewSymDense(d, nil)
	root.SymOuterK(1, scaled)
	return &Prepared{mean: s.Mean(), root: root, trace: mat.Trace(sigma), rank: rank(values)}, nil
}

// To is the distance to another set.
func (p *Prepared) To(s *Statistics) (Result, error) {
	if len(p.mean) != s.Dim() {
		return Result{}, fmt.Errorf("fid: sets of %d and %d features", len(p.mean), s.Dim())
	}
	sigma, err := s.check()
	if err != nil {
		return Result{}, err
	}
	var own, e mat.EigenSym
	if !own.Factorize(sigma, false) || !e.Factorize(sandwich(p.root, sigma), false) {
		return Result{}, errors.New("fid: the eigenvalues of the covariances do not converge")
	}
	r := Result{Ranks: [2]int{p.rank, rank(own.Values(nil))}}
	for i, m := range s.Mean() {
		r.Means += (p.mean[i] - m) * (p.mean[i] - m)
	}
	root := 0.0
	for _, v := range e.Values(nil) {
		root += math.Sqrt(max(v, 0))
	}
	r.Value = max(r.Means+p.trace+mat.Trace(sigma)-2*root, 0)
	return r, nil
}

// sandwich is R S R for symmetric R and S, made symmetric against rounding.
func sandwich(r, s *mat.SymDense) *mat.SymDense {
	var left, product mat.Dense
	left.Mul(r, s)
	product.Mul(&left, r)
	d := r.SymmetricDim()
	out := mat.NewSymDense(d, nil)
	for i := range d {
		for j := i; j < d; j++ {
			out.SetSym(i, j, (product.At(i, j)+product.At(j, i))/2)
		}
	}
	return out
}

// rank counts eigenvalues above rounding, as numpy.linalg.matrix_rank does: D times the spacing of numbers at the largest.
func rank(values []float64) int {
	largest := 0.0
	for _, v := range values {
		largest = max(largest, math.Abs(v))
	}
	n := 0
	for _, v := range values {
		if math.Abs(v) > largest*float64(len(values))*0x1p-52 {
			n++
		}
	}
	return n
}

func (s *Statistics) check() (*mat.SymDense, error) {
	if s.N < 2 {
		return nil, fmt.Errorf("fid: a set of %d images has no covariance", s.N)
	}
	sigma := s.Covariance()
	for _, v := range sigma.RawSymmetric().Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, errors.New("fid: features are not finite")
		}
	}
	return sigma, nil
}
