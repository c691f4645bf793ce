package autodiff_test

import "math"

// array is a float64 tensor of the naive reference.
type array struct {
	shape []int
	data  []float64
}

func zeros(shape ...int) *array {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return &array{shape, make([]float64, n)}
}

func (a *array) at(i, j, k, l int) int {
	return ((i*a.shape[1]+j)*a.shape[2]+k)*a.shape[3] + l
}

func each(a *array, f func(v float64, i int) float64) *array {
	y := zeros(a.shape...)
	for i, v := range a.data {
		y.data[i] = f(v, i)
	}
	return y
}

// naiveConv is a convolution by its definition; pad is the same on all sides.
func naiveConv(x, w *array, stride, pad, groups int) *array {
	kh, kw := w.shape[2], w.shape[3]
	oh, ow := (x.shape[2]+2*pad-kh)/stride+1, (x.shape[3]+2*pad-kw)/stride+1
	y := zeros(x.shape[0], w.shape[0], oh, ow)
	for n := range y.shape[0] {
		for o := range y.shape[1] {
			for a := range oh {
				for b := range ow {
					var sum float64
					for i := range w.shape[1] {
						c := o/(w.shape[0]/groups)*w.shape[1] + i
						for ky := range kh {
							for kx := range kw {
								r, s := a*stride-pad+ky, b*stride-pad+kx
								if r >= 0 && s >= 0 && r < x.shape[2] && s < x.shape[3] {
									sum += x.data[x.at(n, c, r, s)] * w.data[w.at(o, i, ky, kx)]
								}
							}
						}
					}
					y.data[y.at(n, o, a, b)] = sum
				}
			}
		}
	}
	return y
}

func naiveUpConv(k, w *array) *array {
	r, s := k.shape[2], k.shape[3]
	y := zeros(k.shape[0], w.shape[0], 2*r+1, 2*s+1)
	for n := range y.shape[0] {
		for o := range w.shape[0] {
			for i := range w.shape[1] {
				for a := range r {
					for b := range s {
						for ky := range 3 {
							for kx := range 3 {
								y.data[y.at(n, o, 2*a+ky, 2*b+kx)] += w.data[w.at(o, i, ky, kx)] * k.data[k.at(n, i, a, b)]
							}
						}
					}
				}
			}
		}
	}
	return y
}

var firTaps = [4]float64{0.25, 0.75, 0.75, 0.25}

func naiveBlur(x *array, p0, p1 int) *array {
	y := zeros(x.shape[0], x.shape[1], x.shape[2]+p0+p1-3, x.shape[3]+p0+p1-3)
	for n := range y.shape[0] {
		for c := range y.shape[1] {
			for a := range y.shape[2] {
				for b := range y.shape[3] {
					for i, f := range firTaps {
						for j, g := range firTaps {
							r, s := a+i-p0, b+j-p0
							if r >= 0 && s >= 0 && r < x.shape[2] && s < x.shape[3] {
								y.data[y.at(n, c, a, b)] += f * g * x.data[x.at(n, c, r, s)]
							}
						}
					}
				}
			}
		}
	}
	return y
}

func naiveUpsample(x *array) *array {
	wide := zeros(x.shape[0], x.shape[1], 2*x.shape[2], 2*x.shape[3])
	for n := range x.shape[0] {
		for c := range x.shape[1] {
			for a := range x.shape[2] {
				for b := range x.shape[3] {
					wide.data[wide.at(n, c, 2*a, 2*b)] = x.data[x.at(n, c, a, b)]
				}
			}
		}
	}
	return naiveBlur(wide, 2, 1)
}

// naiveModulated multiplies the maps of u by sigma times the demodulation.
func naiveModulated(u, w, s *array, sigma float64) *array {
	c, size := naiveDemodulate(w, s, sigma), u.shape[2]*u.shape[3]
	return each(u, func(v float64, i int) float64 { return v * sigma * c.data[i/size] })
}

func naiveDemodulate(w, s *array, sigma float64) *array {
	c := zeros(s.shape[0], w.shape[0])
	taps := w.shape[2] * w.shape[3]
	for n := range s.shape[0] {
		for o := range w.shape[0] {
			sum := 1e-8
			for i := range w.shape[1] {
				for t := range taps {
					v := sigma * w.data[(o*w.shape[1]+i)*taps+t] * s.data[n*w.shape[1]+i]
					sum += v * v
				}
			}
			c.data[n*w.shape[0]+o] = 1 / math.Sqrt(sum)
		}
	}
	return c
}

// naiveExpand is w + lambda d on the input channels of w.
func naiveExpand(w, lambda, d *array) *array {
	taps, ci, rank := w.shape[2]*w.shape[3], w.shape[1], d.shape[0]
	return each(w, func(v float64, at int) float64 {
		o, i, t := at/taps/ci, at/taps%ci, at%taps
		for r := range rank {
			v += lambda.data[(o*rank+r)*taps+t] * d.data[r*ci+i]
		}
		return v
	})
}

func naiveAct(x, noise, strength, bias *array) *array {
	size := x.shape[2] * x.shape[3]
	return each(x, func(v float64, i int) float64 {
		c, n := i/size%x.shape[1], i/size/x.shape[1]
		v += strength.data[0]*noise.data[n*size+i%size] + bias.data[c]
		return math.Sqrt2 * max(v, 0.2*v)
	})
}

func naiveLinear(x, w, b *array, ws, bs float64) *array {
	y := zeros(x.shape[0], w.shape[0])
	for n := range x.shape[0] {
		for o := range w.shape[0] {
			sum := bs * b.data[o]
			for i := range x.shape[1] {
				sum += ws * x.data[n*x.shape[1]+i] * w.data[o*x.shape[1]+i]
			}
			y.data[n*w.shape[0]+o] = sum
		}
	}
	return y
}

func naivePixelNorm(x *array) *array {
	c, size := x.shape[1], len(x.data)/x.shape[0]/x.shape[1]
	return each(x, func(v float64, i int) float64 {
		n, p := i/size/c, i%size
		var sum float64
		for j := range c {
			u := x.data[(n*c+j)*size+p]
			sum += u * u
		}
		return v / math.Sqrt(sum/float64(c)+1e-8)
	})
}

func naiveMaxPool(x *array, k int) *array {
	y := zeros(x.shape[0], x.shape[1], x.shape[2]/k, x.shape[3]/k)
	for n := range y.shape[0] {
		for c := range y.shape[1] {
			for a := range y.shape[2] {
				for b := range y.shape[3] {
					best := math.Inf(-1)
					for i := range k {
						for j := range k {
							best = max(best, x.data[x.at(n, c, k*a+i, k*b+j)])
						}
					}
					y.data[y.at(n, c, a, b)] = best
				}
			}
		}
	}
	return y
}
