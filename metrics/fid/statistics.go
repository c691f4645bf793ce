package fid

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Statistics are what the distance needs of a set of feature vectors.
type Statistics struct {
	N     int       // vectors
	Sum   []float64 // Σx [D]
	Outer []float64 // Σxxᵀ [D,D]; the upper triangle is filled
}

// New is the empty set of vectors of dim numbers.
func New(dim int) *Statistics {
	return &Statistics{Sum: make([]float64, dim), Outer: make([]float64, dim*dim)}
}

// Dim is the length of the vectors.
func (s *Statistics) Dim() int { return len(s.Sum) }

// Add takes in one vector. The products of float32 numbers are exact in float64; only the sums round.
func (s *Statistics) Add(x []float32) {
	d := len(s.Sum)
	if len(x) != d {
		panic(fmt.Sprintf("fid: a vector of %d numbers for statistics of %d", len(x), d))
	}
	s.N++
	for i, v := range x {
		a := float64(v)
		s.Sum[i] += a
		row := s.Outer[i*d+i : (i+1)*d]
		for j, w := range x[i:] {
			row[j] += a * float64(w)
		}
	}
}

// Merge takes in all vectors of o.
func (s *Statistics) Merge(o *Statistics) {
	if len(s.Sum) != len(o.Sum) {
		panic(fmt.Sprintf("fid: statistics of %d numbers merged with those of %d", len(s.Sum), len(o.Sum)))
	}
	s.N += o.N
	for i, v := range o.Sum {
		s.Sum[i] += v
	}
	for i, v := range o.Outer {
		s.Outer[i] += v
	}
}

// Mean is μ [D].
func (s *Statistics) Mean() []float64 {
	mean := make([]float64, len(s.Sum))
	for i, v := range s.Sum {
		mean[i] = v / float64(s.N)
	}
	return mean
}

// Covariance is Σ with the divisor n-1.
func (s *Statistics) Covariance() *mat.SymDense {
	d := len(s.Sum)
	out := mat.NewSymDense(d, nil)
	mean := s.Mean()
	for i := range d {
		for j := i; j < d; j++ {
			out.SetSym(i, j, (s.Outer[i*d+j]-s.Sum[i]*mean[j])/float64(s.N-1))
		}
	}
	return out
}
