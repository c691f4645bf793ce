package compute

import "rewriting/compute/internal/kernel"

// The element-wise passes work on slices of equal length; a destination may be one of the sources.

// Add writes a + b to dst.
func Add(dst, a, b []float32) { kernel.Add(dst, a, b) }

// Sub writes a - b to dst.
func Sub(dst, a, b []float32) { kernel.Sub(dst, a, b) }

// Mul writes the element-wise product of a and b to dst.
func Mul(dst, a, b []float32) { kernel.Mul(dst, a, b) }

// Scale multiplies x in place by c.
func Scale(x []float32, c float32) { kernel.Scale(x, x, c) }

// Axpy adds a*x to y in place.
func Axpy(a float32, x, y []float32) { kernel.Axpy(a, x, y) }

// Dot is the inner product of a and b, summed in float32.
func Dot(a, b []float32) float32 { return kernel.Dot(a, b) }

// Sum adds the elements of x in float32.
func Sum(x []float32) float32 { return kernel.Sum(x) }

// L1 is the sum of the absolute differences of a and b, in float64.
func L1(a, b []float32) float64 { return kernel.L1(a, b) }

// L2 is the sum of the squared differences of a and b, in float64.
func L2(a, b []float32) float64 { return kernel.L2(a, b) }

// LeakyReLU writes gain*lrelu(x, slope) to dst, 0 <= slope <= 1; slope 0 is the ordinary ReLU.
func LeakyReLU(dst, x []float32, slope, gain float32) { kernel.Leaky(dst, x, slope, gain, 0) }

// LeakyReLUGrad writes the gradient of LeakyReLU to dst, from its OUTPUT y (or its input, which has the same
// signs) and the gradient dy: gain*dy where y > 0, gain*slope*dy elsewhere.
func LeakyReLUGrad(dst, y, dy []float32, slope, gain float32) {
	kernel.LeakyGrad(dst, y, dy, gain*slope, gain)
}

// ScaleTaps multiplies every group i of taps consecutive elements of w by f[i], into dst: the gradient of
// SquaredTaps is ScaleTaps of twice the gradient.
func ScaleTaps(dst, w, f []float32, taps int) { kernel.ScaleTaps(dst, w, f, taps) }
