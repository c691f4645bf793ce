package rewrite

import (
	"fmt"

	"rewriting/compute"
)

// coordinates sets c [Out,S,kh,kw] to the coordinates of w [Out,In,kh,kw] along the rows of d [S,In]:
// c[o,s,y,x] = Σ_i w[o,i,y,x] d[s,i]. Sums are float64.
func coordinates(c, w, d *compute.Tensor) {
	out, in, taps := w.Dim(0), w.Dim(1), w.Dim(2)*w.Dim(3)
	rank := d.Dim(0)
	sum := make([]float64, taps)
	for o := range out {
		for s := range rank {
			clear(sum)
			row := d.Data[s*in:][:in]
			for i, along := range row {
				if along == 0 { // one-hot directions
					continue
				}
				a := float64(along)
				for t, v := range w.Data[(o*in+i)*taps:][:taps] {
					sum[t] += a * float64(v)
				}
			}
			to := c.Data[(o*rank+s)*taps:][:taps]
			for t, v := range sum {
				to[t] = float32(v)
			}
		}
	}
}

// expand sets w [Out,In,kh,kw] to base + c D: w[o,i,y,x] = base[o,i,y,x] + Σ_s c[o,s,y,x] d[s,i].
// A nil base is zero; base may be w itself.
func expand(w, base, c, d *compute.Tensor) {
	out, in, taps := w.Dim(0), w.Dim(1), w.Dim(2)*w.Dim(3)
	rank := d.Dim(0)
	if base == nil {
		clear(w.Data)
	} else if base != w {
		copy(w.Data, base.Data)
	}
	for o := range out {
		for s := range rank {
			from := c.Data[(o*rank+s)*taps:][:taps]
			for i, along := range d.Data[s*in:][:in] {
				if along == 0 {
					continue
				}
				to := w.Data[(o*in+i)*taps:][:taps]
				for t, v := range from {
					to[t] += along * v
				}
			}
		}
	}
}

// Project is P_D(w) = w Dᵀ D on the input channels of w [Out,In,kh,kw], for orthonormal rows d [S,In].
func Project(w, d *compute.Tensor) *compute.Tensor {
	mustFit(w, d)
	c := compute.New(w.Dim(0), d.Dim(0), w.Dim(2), w.Dim(3))
	p := compute.New(w.Shape...)
	coordinates(c, w, d)
	expand(p, nil, c, d)
	return p
}

// Zero removes the directions from a weight: W - P_D(W) + amount P_D(1). With one-hot directions it deletes
// input units; amount is 0 in the published experiments. In StyleGAN2 the demodulation changes too, because
// the removed weights leave its sum (spec: method 9).
func Zero(w, d *compute.Tensor, amount float64) *compute.Tensor {
	mustFit(w, d)
	p := Project(w, d)
	out := w.Clone()
	compute.Sub(out.Data, w.Data, p.Data)
	if amount != 0 {
		ones := compute.New(w.Shape...)
		for i := range ones.Data {
			ones.Data[i] = 1
		}
		compute.Axpy(float32(amount), Project(ones, d).Data, out.Data)
	}
	return out
}

func mustFit(w, d *compute.Tensor) {
	if len(w.Shape) != 4 || len(d.Shape) != 2 || d.Dim(1) != w.Dim(1) {
		panic(fmt.Sprintf("rewrite: directions %v for a weight %v", d.Shape, w.Shape))
	}
}
