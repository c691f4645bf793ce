package blend

// down halves a plane of h x w: the 5-tap filter [1 4 6 4 1]/16 on both axes at even positions, mirrored at the border without
// repeating the edge. Of bytes it gives bytes: the sum is rounded once, after both axes.
func down(x []float32, h, w int, bytes bool) []float32 {
	oh, ow := (h+1)/2, (w+1)/2
	wide := make([]float32, h*ow) // sums of a row's taps, 16 times the mean
	for i := range h {
		taps(wide[i*ow:][:ow], x[i*w:][:w], 1, w)
	}
	out := make([]float32, oh*ow)
	for j := range ow {
		column := make([]float32, oh)
		taps(column, wide[j:], ow, h)
		for i, v := range column {
			if bytes { // whole numbers up to 65280: exact
				out[i*ow+j] = float32((int(v) + 128) >> 8)
			} else {
				out[i*ow+j] = v / 256
			}
		}
	}
	return out
}

// taps writes the weighted sums at even positions of n elements that lie step apart.
func taps(out, x []float32, step, n int) {
	at := func(i int) float32 { return x[mirror(i, n)*step] }
	for k := range out {
		i := 2 * k
		out[k] = at(i-2) + at(i+2) + 4*(at(i-1)+at(i+1)) + 6*at(i)
	}
}

func mirror(i, n int) int {
	if n == 1 {
		return 0
	}
	if i < 0 {
		i = -i
	}
	if i >= n {
		i = 2*(n-1) - i
	}
	return max(i, 0)
}

// up doubles a plane of h x w to oh x ow, which down would have made h x w of: even positions (x₋₁ + 6x + x₁)/8, odd ones (x + x₁)/2, the first
// neighbour mirrored at the left and the upper border, the last pixel repeated at the others.
func up(x []float32, h, w, oh, ow int) []float32 {
	wide := make([]float32, h*ow)
	for i := range h {
		between(wide[i*ow:], x[i*w:], 1, w, ow)
	}
	out := make([]float32, oh*ow)
	for j := range ow {
		between(out[j:], wide[j:], ow, h, oh)
	}
	return out
}

// between interpolates n elements to outN, both step apart.
func between(out, x []float32, step, n, outN int) {
	for k := range outN {
		i := k / 2
		v, next := x[i*step], x[min(i+1, n-1)*step]
		if k%2 == 1 {
			out[k*step] = (v + next) / 2
			continue
		}
		out[k*step] = (x[mirror(i-1, n)*step] + 6*v + next) / 8
	}
}

// Levels is the number of levels of a pyramid over n x n pixels whose coarsest has at least eight a side: six for 256.
func Levels(n int) int {
	levels := 1
	for ; n >= 16; n = (n + 1) / 2 {
		levels++
	}
	return levels
}

// gaussian is the pyramid of a plane of n x n, finest first.
func gaussian(x []float32, n, levels int, bytes bool) [][]float32 {
	out := [][]float32{x}
	for len(out) < levels {
		x = down(x, n, n, bytes)
		n = (n + 1) / 2
		out = append(out, x)
	}
	return out
}

// Laplace blends every band of the pictures with the mask of the band's resolution: all that is coarse changes slowly across the seam, all
// that is fine at once. With bytes, pictures are rounded to whole numbers at every level, as the released code's are.
func Laplace(a, b, mask []float32, levels int, bytes bool) []float32 {
	n := side(mask)
	masks := gaussian(mask, n, levels, false)
	out := make([]float32, 0, len(a))
	for at := 0; at < len(a); at += n * n {
		ga, gb := gaussian(a[at:][:n*n], n, levels, bytes), gaussian(b[at:][:n*n], n, levels, bytes)
		var sum []float32
		for k := levels - 1; k >= 0; k-- {
			size := shrunk(n, k)
			band := make([]float32, size*size)
			if k == levels-1 {
				for i := range band {
					band[i] = mix(ga[k][i], gb[k][i], masks[k][i])
				}
			} else {
				below := shrunk(n, k+1)
				ua, ub := up(ga[k+1], below, below, size, size), up(gb[k+1], below, below, size, size)
				sum = up(sum, below, below, size, size)
				for i := range band {
					band[i] = sum[i] + mix(ga[k][i]-ua[i], gb[k][i]-ub[i], masks[k][i])
				}
			}
			sum = band
		}
		out = append(out, sum...)
	}
	return out
}

// shrunk is the side of level k of a pyramid over n pixels.
func shrunk(n, k int) int {
	for range k {
		n = (n + 1) / 2
	}
	return n
}

func side(plane []float32) int {
	n := 0
	for n*n < len(plane) {
		n++
	}
	return n
}
