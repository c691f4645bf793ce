package kernel

import "math"

// chunk bounds the elements of one call of assembly: some twenty microseconds at the speed of main memory.
const chunk = 1 << 15

// vectorised runs f on pieces [lo,hi) of n elements whose lengths are multiples of unit, and returns where the
// rest begins. It does nothing in the portable tier.
func vectorised(n, unit int, f func(lo, n int)) int {
	if tier == Portable {
		return 0
	}
	whole := n - n%unit
	for lo := 0; lo < whole; lo += chunk {
		f(lo, min(chunk, whole-lo))
	}
	return whole
}

// Add writes a + b to dst; dst may be either of them.
func Add(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	i := vectorised(len(dst), 8, func(lo, n int) { addAVX2(&dst[lo], &a[lo], &b[lo], n) })
	for ; i < len(dst); i++ {
		dst[i] = a[i] + b[i]
	}
}

// Sub writes a - b to dst; dst may be either of them.
func Sub(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	i := vectorised(len(dst), 8, func(lo, n int) { subAVX2(&dst[lo], &a[lo], &b[lo], n) })
	for ; i < len(dst); i++ {
		dst[i] = a[i] - b[i]
	}
}

// Mul writes the element-wise product of a and b to dst; dst may be either of them.
func Mul(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	i := vectorised(len(dst), 8, func(lo, n int) { mulAVX2(&dst[lo], &a[lo], &b[lo], n) })
	for ; i < len(dst); i++ {
		dst[i] = a[i] * b[i]
	}
}

// Max writes the larger of a and b to dst; dst may be either of them. Numbers only: of a NaN and a number,
// which one is taken depends on the tier.
func Max(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	i := vectorised(len(dst), 8, func(lo, n int) { maxAVX2(&dst[lo], &a[lo], &b[lo], n) })
	for ; i < len(dst); i++ {
		dst[i] = max(a[i], b[i])
	}
}

// Scale writes c*x to dst, which may be x.
func Scale(dst, x []float32, c float32) {
	x = x[:len(dst)]
	i := vectorised(len(dst), 8, func(lo, n int) { scaleAVX2(&dst[lo], &x[lo], n, c) })
	for ; i < len(dst); i++ {
		dst[i] = x[i] * c
	}
}

// Offset writes x + c to dst, which may be x.
func Offset(dst, x []float32, c float32) {
	x = x[:len(dst)]
	i := vectorised(len(dst), 8, func(lo, n int) { offsetAVX2(&dst[lo], &x[lo], n, c) })
	for ; i < len(dst); i++ {
		dst[i] = x[i] + c
	}
}

// Axpy adds a*x to y.
func Axpy(a float32, x, y []float32) {
	y = y[:len(x)]
	i := vectorised(len(x), 8, func(lo, n int) { axpyAVX2(&y[lo], &x[lo], n, a) })
	for ; i < len(x); i++ {
		y[i] += a * x[i]
	}
}

// Blend writes near*a + far*b to dst, which may be either of them.
func Blend(dst, a, b []float32, near, far float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	i := vectorised(len(dst), 8, func(lo, n int) { blendAVX2(&dst[lo], &a[lo], &b[lo], n, near, far) })
	for ; i < len(dst); i++ {
		dst[i] = near*a[i] + far*b[i]
	}
}

// FIR4 writes outer*(a+d) + inner*(b+c) to dst: a symmetric filter of four taps.
func FIR4(dst, a, b, c, d []float32, outer, inner float32) {
	a, b, c, d = a[:len(dst)], b[:len(dst)], c[:len(dst)], d[:len(dst)]
	i := vectorised(len(dst), 8, func(lo, n int) {
		fir4AVX2(&dst[lo], &a[lo], &b[lo], &c[lo], &d[lo], n, outer, inner)
	})
	for ; i < len(dst); i++ {
		dst[i] = outer*(a[i]+d[i]) + inner*(b[i]+c[i])
	}
}

// Leaky writes gain*lrelu(x+shift, slope) to dst, which may be x; 0 <= slope <= 1.
func Leaky(dst, x []float32, slope, gain, shift float32) {
	x = x[:len(dst)]
	i := vectorised(len(dst), 8, func(lo, n int) { leakyAVX2(&dst[lo], &x[lo], n, slope, gain, shift) })
	for ; i < len(dst); i++ {
		v := x[i] + shift
		dst[i] = gain * max(v, slope*v)
	}
}

// NoiseLeaky writes gain*lrelu(x + strength*noise + shift, slope) to dst, which may be x.
func NoiseLeaky(dst, x, noise []float32, strength, slope, gain, shift float32) {
	x, noise = x[:len(dst)], noise[:len(dst)]
	i := vectorised(len(dst), 8, func(lo, n int) {
		noiseLeakyAVX2(&dst[lo], &x[lo], &noise[lo], n, slope, gain, shift, strength)
	})
	for ; i < len(dst); i++ {
		v := strength*noise[i] + x[i] + shift
		dst[i] = gain * max(v, slope*v)
	}
}

// LeakyGrad writes dy times high where y > 0 and times low elsewhere to dst, which may be dy.
func LeakyGrad(dst, y, dy []float32, low, high float32) {
	y, dy = y[:len(dst)], dy[:len(dst)]
	i := vectorised(len(dst), 8, func(lo, n int) { leakyGradAVX2(&dst[lo], &y[lo], &dy[lo], n, low, high) })
	for ; i < len(dst); i++ {
		if y[i] > 0 {
			dst[i] = dy[i] * high
		} else {
			dst[i] = dy[i] * low
		}
	}
}

// Dot is the inner product of two slices of equal length.
func Dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s float32
	i := vectorised(len(a), 32, func(lo, n int) { s += dotAVX2(&a[lo], &b[lo], n) })
	var p [4]float32
	for ; i+4 <= len(a); i += 4 {
		p[0] += a[i] * b[i]
		p[1] += a[i+1] * b[i+1]
		p[2] += a[i+2] * b[i+2]
		p[3] += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		p[0] += a[i] * b[i]
	}
	return s + (p[0] + p[1] + (p[2] + p[3]))
}

// Sum adds the elements of x.
func Sum(x []float32) float32 {
	var s float32
	i := vectorised(len(x), 32, func(lo, n int) { s += sumAVX2(&x[lo], n) })
	var p [4]float32
	for ; i+4 <= len(x); i += 4 {
		p[0] += x[i]
		p[1] += x[i+1]
		p[2] += x[i+2]
		p[3] += x[i+3]
	}
	for ; i < len(x); i++ {
		p[0] += x[i]
	}
	return s + (p[0] + p[1] + (p[2] + p[3]))
}

// L1 is the sum of the absolute differences of two slices of equal length.
func L1(a, b []float32) float64 {
	b = b[:len(a)]
	var s float64
	i := vectorised(len(a), 8, func(lo, n int) { s += l1AVX2(&a[lo], &b[lo], n) })
	for ; i < len(a); i++ {
		s += math.Abs(float64(a[i]) - float64(b[i]))
	}
	return s
}

// L2 is the sum of the squared differences of two slices of equal length.
func L2(a, b []float32) float64 {
	b = b[:len(a)]
	var s float64
	i := vectorised(len(a), 8, func(lo, n int) { s += l2AVX2(&a[lo], &b[lo], n) })
	for ; i < len(a); i++ {
		d := float64(a[i]) - float64(b[i])
		s += d * d
	}
	return s
}

// AdamStep are the constants of one step of the Adam optimiser: m = B1 m + C1 g, v = B2 v + C2 g^2,
// w -= Rate m / (sqrt(v) Norm + Eps).
type AdamStep struct{ B1, C1, B2, C2, Rate, Norm, Eps float32 }

// Run performs the step. The assembly flushes subnormal moments to zero.
func (s AdamStep) Run(w, g, m, v []float32) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	i := vectorised(len(w), 8, func(lo, n int) {
		adamAVX2(&w[lo], &g[lo], &m[lo], &v[lo], n, s.B1, s.C1, s.B2, s.C2, s.Rate, s.Norm, s.Eps)
	})
	for ; i < len(w); i++ {
		m[i] = s.B1*m[i] + s.C1*g[i]
		v[i] = s.B2*v[i] + s.C2*(g[i]*g[i])
		w[i] -= s.Rate * m[i] / (float32(math.Sqrt(float64(v[i])))*s.Norm + s.Eps)
	}
}
