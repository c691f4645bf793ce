package kernel

// SquaredTaps writes the sum of squares of every group of taps elements of w to dst.
func SquaredTaps(dst, w []float32, taps int) {
	w = w[:len(dst)*taps]
	i := 0
	if taps == 9 {
		i = vectorised(len(dst), 8, func(lo, n int) { squaredTaps9AVX2(&dst[lo], &w[9*lo], n) })
	}
	for ; i < len(dst); i++ {
		var sum float32
		for _, v := range w[i*taps:][:taps] {
			sum += v * v
		}
		dst[i] = sum
	}
}

// AddScaledTaps adds every group i of taps elements of w times f[i] to dst.
func AddScaledTaps(dst, w, f []float32, taps int) {
	dst, w = dst[:len(f)*taps], w[:len(f)*taps]
	i := 0
	if taps == 9 {
		i = vectorised(len(f), 1, func(lo, n int) { addScaledTaps9AVX2(&dst[9*lo], &w[9*lo], &f[lo], n) })
	}
	for ; i < len(f); i++ {
		for t := i * taps; t < (i+1)*taps; t++ {
			dst[t] += f[i] * w[t]
		}
	}
}
