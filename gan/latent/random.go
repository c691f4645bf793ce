package latent

import (
	"math"

	"gonum.org/v1/gonum/mathext/prng"
)

// RandomState is numpy.random.RandomState for an integer seed: the same stream of normals.
// It is not safe for concurrent use.
type RandomState struct {
	bits   prng.MT19937
	cached float64 // second normal of the last accepted pair
	has    bool
}

// NewRandomState starts the stream of a seed, as RandomState(seed) does for a scalar seed.
func NewRandomState(seed uint32) *RandomState {
	r := new(RandomState)
	r.bits.Seed(uint64(seed))
	return r
}

// Uniform returns the next double in [0,1): 27 bits of one output and 26 of the next.
func (r *RandomState) Uniform() float64 {
	high, low := r.bits.Uint32()>>5, r.bits.Uint32()>>6
	return float64(uint64(high)<<26|uint64(low)) / (1 << 53)
}

// Normal returns the next standard normal, as randn and standard_normal do. The polar method
// makes pairs: the second coordinate is returned first and the other one kept for the next call.
func (r *RandomState) Normal() float64 {
	if r.has {
		r.has = false
		return r.cached
	}
	for {
		x1 := 2*r.Uniform() - 1
		x2 := 2*r.Uniform() - 1
		// The conversions forbid fused multiply-adds, which round differently from NumPy's code.
		q := float64(x1*x1) + float64(x2*x2)
		if q >= 1 || q == 0 {
			continue
		}
		f := math.Sqrt(-2 * math.Log(q) / q)
		r.cached, r.has = f*x1, true
		return f * x2
	}
}

// Normals returns the next n normals rounded to float32.
func (r *RandomState) Normals(n int) []float32 {
	out := make([]float32, n)
	r.fill(out)
	return out
}

func (r *RandomState) fill(out []float32) {
	for i := range out {
		out[i] = float32(r.Normal())
	}
}
