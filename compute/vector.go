package compute

import "rewriting/compute/internal/kernel"

// The element-wise passes work on slices of equal length; a destination may be one of the sources.

// passGrain is how many elements a processor gets at least of a pass over memory: some ten microseconds. It is a
// multiple of every vector, so that an element is computed by the same instructions wherever parts begin.
const passGrain = 1 << 15

// pass divides n elements among idle processors.
func pass(n int, f func(lo, hi int)) {
	Split((n+passGrain-1)/passGrain, 1, func(lo, hi int) { f(lo*passGrain, min(hi*passGrain, n)) })
}

// total adds up the sums of runs of passGrain elements, in their order whoever computes them.
func total(a, b []float32, sum func(a, b []float32) float64) float64 {
	if len(a) <= passGrain {
		return sum(a, b)
	}
	parts := make([]float64, (len(a)+passGrain-1)/passGrain)
	Split(len(parts), 1, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			from, to := i*passGrain, min((i+1)*passGrain, len(a))
			parts[i] = sum(a[from:to], b[from:to])
		}
	})
	var s float64
	for _, v := range parts {
		s += v
	}
	return s
}

// Add writes a + b to dst.
func Add(dst, a, b []float32) {
	pass(len(dst), func(lo, hi int) { kernel.Add(dst[lo:hi], a[lo:hi], b[lo:hi]) })
}

// Sub writes a - b to dst.
func Sub(dst, a, b []float32) {
	pass(len(dst), func(lo, hi int) { kernel.Sub(dst[lo:hi], a[lo:hi], b[lo:hi]) })
}

// Mul writes the element-wise product of a and b to dst.
func Mul(dst, a, b []float32) {
	pass(len(dst), func(lo, hi int) { kernel.Mul(dst[lo:hi], a[lo:hi], b[lo:hi]) })
}

// Scale multiplies x in place by c.
func Scale(x []float32, c float32) { Times(x, x, c) }

// Times writes c*x to dst.
func Times(dst, x []float32, c float32) {
	pass(len(dst), func(lo, hi int) { kernel.Scale(dst[lo:hi], x[lo:hi], c) })
}

// Plus writes x + c to dst.
func Plus(dst, x []float32, c float32) {
	pass(len(dst), func(lo, hi int) { kernel.Offset(dst[lo:hi], x[lo:hi], c) })
}

// Axpy adds a*x to y in place.
func Axpy(a float32, x, y []float32) {
	pass(len(x), func(lo, hi int) { kernel.Axpy(a, x[lo:hi], y[lo:hi]) })
}

// Dot is the inner product of a and b, summed in float32.
func Dot(a, b []float32) float32 { return kernel.Dot(a, b) }

// Sum adds the elements of x in float32.
func Sum(x []float32) float32 { return kernel.Sum(x) }

// L1 is the sum of the absolute differences of a and b, in float64.
func L1(a, b []float32) float64 { return total(a, b, kernel.L1) }

// L2 is the sum of the squared differences of a and b, in float64.
func L2(a, b []float32) float64 { return total(a, b, kernel.L2) }

// LeakyReLU writes gain*lrelu(x, slope) to dst, 0 <= slope <= 1; slope 0 is the ordinary ReLU.
func LeakyReLU(dst, x []float32, slope, gain float32) {
	pass(len(dst), func(lo, hi int) { kernel.Leaky(dst[lo:hi], x[lo:hi], slope, gain, 0) })
}

// LeakyReLUGrad writes the gradient of LeakyReLU to dst, from its OUTPUT y (or its input, which has the same
// signs) and the gradient dy: gain*dy where y > 0, gain*slope*dy elsewhere.
func LeakyReLUGrad(dst, y, dy []float32, slope, gain float32) {
	pass(len(dst), func(lo, hi int) { kernel.LeakyGrad(dst[lo:hi], y[lo:hi], dy[lo:hi], gain*slope, gain) })
}
