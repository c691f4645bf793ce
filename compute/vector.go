package compute

// Dot is the inner product of two slices of equal length.
func Dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s [4]float32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s[0] += a[i] * b[i]
		s[1] += a[i+1] * b[i+1]
		s[2] += a[i+2] * b[i+2]
		s[3] += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s[0] += a[i] * b[i]
	}
	return s[0] + s[1] + (s[2] + s[3])
}

// Add writes a + b to dst; dst may be either of them.
func Add(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] + b[i]
	}
}

// Sub writes a - b to dst; dst may be either of them.
func Sub(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] - b[i]
	}
}

// Mul writes the element-wise product of a and b to dst; dst may be either of them.
func Mul(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] * b[i]
	}
}

// Scale multiplies x in place by c.
func Scale(x []float32, c float32) {
	for i := range x {
		x[i] *= c
	}
}

// Axpy adds a*x to y in place.
func Axpy(a float32, x, y []float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += a * v
	}
}

// Sum adds the elements of x.
func Sum(x []float32) float32 {
	var s [4]float32
	for i, v := range x {
		s[i%4] += v
	}
	return s[0] + s[1] + (s[2] + s[3])
}

// L1 is the sum of the absolute differences of two slices of equal length.
func L1(a, b []float32) float64 {
	b = b[:len(a)]
	var s float64
	for i, v := range a {
		d := v - b[i]
		s += float64(max(d, -d))
	}
	return s
}

// L2 is the sum of the squared differences of two slices of equal length.
func L2(a, b []float32) float64 {
	b = b[:len(a)]
	var s float64
	for i, v := range a {
		d := float64(v) - float64(b[i])
		s += d * d
	}
	return s
}

// LeakyReLU writes gain*lrelu(x, slope) to dst, 0 <= slope <= 1; slope 0 is the ordinary ReLU. dst may be x.
func LeakyReLU(dst, x []float32, slope, gain float32) {
	x = x[:len(dst)]
	for i, v := range x {
		dst[i] = gain * max(v, slope*v)
	}
}

// LeakyReLUGrad writes dy times the slope of gain*lrelu at the OUTPUT y of LeakyReLU to dst: gain where
// y > 0, gain*slope elsewhere. dst may be dy.
func LeakyReLUGrad(dst, y, dy []float32, slope, gain float32) {
	y, dy = y[:len(dst)], dy[:len(dst)]
	for i, v := range y {
		g := gain
		if v <= 0 {
			g = gain * slope
		}
		dst[i] = dy[i] * g
	}
}
