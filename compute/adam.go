package compute

import (
	"math"

	"rewriting/compute/internal/kernel"
)

// Adam are the constants of the Adam optimiser without weight decay.
type Adam struct {
	Rate         float64 // step size
	Beta1, Beta2 float64 // decay of the first and second moment
	Epsilon      float64
}

// DefaultAdam has the usual constants: beta 0.9 and 0.999, epsilon 1e-8.
func DefaultAdam(rate float64) Adam {
	return Adam{Rate: rate, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}
}

// Step performs step t = 1, 2, ... on the weights w with gradient g, updating the moments m and v (zero before
// the first step), all of one length (spec: method 4):
//
//	m = beta1 m + (1-beta1) g;  v = beta2 v + (1-beta2) g^2
//	w -= rate/(1-beta1^t) * m / (sqrt(v)/sqrt(1-beta2^t) + epsilon)
func (a Adam) Step(t int, w, g, m, v []float32) {
	step := kernel.AdamStep{
		B1: float32(a.Beta1), C1: float32(1 - a.Beta1),
		B2: float32(a.Beta2), C2: float32(1 - a.Beta2),
		Rate: float32(a.Rate / (1 - math.Pow(a.Beta1, float64(t)))),
		Norm: float32(1 / math.Sqrt(1-math.Pow(a.Beta2, float64(t)))),
		Eps:  float32(a.Epsilon),
	}
	pass(len(w), func(lo, hi int) { step.Run(w[lo:hi], g[lo:hi], m[lo:hi], v[lo:hi]) })
}
