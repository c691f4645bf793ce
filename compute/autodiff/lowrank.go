package autodiff

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
)

// DemodulateLowRank is Demodulate of the weight w + ΛD with fixed styles s [N,Ci], as an expression of Λ
// [Co,S,kh,kw] alone; w [Co,Ci,kh,kw] and d [S,Ci] are fixed. The sum under the root divides into a constant, a
// linear and a quadratic part, so that a step costs S/Ci of the whole weight's:
//
//	Σ_it (W_oit s_i)² + 2 Σ_rt Λ_ort B_ort + Σ_t Σ_rq Λ_ort G_rq Λ_oqt,
//	B_ort = Σ_i W_oit d_ri s_i²,  G_rq = Σ_i d_ri d_qi s_i²
//
// Where Λ is zero the result is that of Demodulate bit for bit.
func DemodulateLowRank(lambda *gorgonia.Node, w, d, s *compute.Tensor, sigma float32) (*gorgonia.Node, error) {
	if err := ranks("DemodulateLowRank", 4, lambda); err != nil {
		return nil, err
	}
	ls := lambda.Shape()
	if len(w.Shape) != 4 || len(d.Shape) != 2 || len(s.Shape) != 2 || d.Shape[1] != w.Shape[1] || s.Shape[1] != w.Shape[1] ||
		ls[0] != w.Shape[0] || ls[1] != d.Shape[0] || ls[2] != w.Shape[2] || ls[3] != w.Shape[3] {
		return nil, fmt.Errorf("autodiff: DemodulateLowRank of %v with weight %v, directions %v and styles %v", ls, w.Shape, d.Shape, s.Shape)
	}
	n, co := s.Shape[0], w.Shape[0]
	parts := make([]*energyParts, n)
	for b := range parts {
		parts[b] = newEnergyParts(w, d, s.Data[b*s.Shape[1]:][:s.Shape[1]])
	}
	square := float64(sigma) * float64(sigma)
	// gorgonia merges operations of equal name; the parts belong to this one.
	identity := fmt.Sprintf("(%b, %p)", sigma, parts[0])
	return (&op{
		name: "DemodulateLowRank" + identity,
		out:  []int{n, co},
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			for b, p := range parts {
				for o, sum := range p.energy(in[0]) {
					out.Data[b*co+o] = float32(1 / math.Sqrt(square*sum+1e-8))
				}
			}
		},
		gradient: []gradient{func(c, dc *gorgonia.Node) (*gorgonia.Node, error) {
			return (&op{
				name: "DemodulateLowRankGrad" + identity,
				out:  ls,
				into: func(out *compute.Tensor, in []*compute.Tensor) {
					clear(out.Data)
					force := pull(in[1], in[2], sigma)
					size := len(out.Data) / co
					for b, p := range parts {
						slope := p.slope(in[0])
						for o := range co {
							compute.Axpy(float32(force[b*co+o]), slope.Data[o*size:][:size], out.Data[o*size:][:size])
						}
					}
				},
			}).apply(lambda, c, dc)
		}},
	}).apply(lambda)
}

// energyParts are the constants of one image in the sum of DemodulateLowRank.
type energyParts struct {
	constant []float64       // [Co]
	linear   *compute.Tensor // B [Co,S,kh,kw]
	gram     *compute.Tensor // G [S,S,1,1]
}

func newEnergyParts(w, d *compute.Tensor, style []float32) *energyParts {
	co, ci, taps, rank := w.Shape[0], w.Shape[1], w.Shape[2]*w.Shape[3], d.Shape[0]
	p := &energyParts{
		constant: make([]float64, co),
		linear:   compute.New(co, rank, w.Shape[2], w.Shape[3]),
		gram:     compute.New(rank, rank, 1, 1),
	}
	squares := make([]float32, ci)
	compute.Mul(squares, style, style)
	energy := compute.SquaredTaps(w)
	for o := range co {
		p.constant[o] = float64(compute.Dot(energy.Data[o*ci:][:ci], squares))
	}
	sum := make([]float64, taps)
	for r := range rank {
		row := d.Data[r*ci:][:ci]
		for q := range rank {
			var g float64
			for i, v := range row {
				g += float64(v) * float64(d.Data[q*ci+i]) * float64(squares[i])
			}
			p.gram.Data[r*rank+q] = float32(g)
		}
		for o := range co {
			clear(sum)
			for i, v := range row {
				factor := float64(v) * float64(squares[i])
				for t, x := range w.Data[(o*ci+i)*taps:][:taps] {
					sum[t] += factor * float64(x)
				}
			}
			for t, v := range sum {
				p.linear.Data[(o*rank+r)*taps+t] = float32(v)
			}
		}
	}
	return p
}

// slope is B + GΛ, half the derivative of the energy by Λ. GΛ is a pointwise convolution whose images are the outputs.
func (p *energyParts) slope(lambda *compute.Tensor) *compute.Tensor {
	s := compute.Conv2D(lambda, p.gram, nil, compute.Params{})
	compute.Add(s.Data, s.Data, p.linear.Data)
	return s
}

// energy is the whole sum by output: constant + Λ·(B + (B + GΛ)), the products over directions and taps.
func (p *energyParts) energy(lambda *compute.Tensor) []float64 {
	s := p.slope(lambda)
	compute.Add(s.Data, s.Data, p.linear.Data)
	sums := make([]float64, len(p.constant))
	size := len(s.Data) / len(sums)
	for o := range sums {
		at := o * size
		// Rounding may not take the sum of squares below zero.
		sums[o] = max(0, p.constant[o]+float64(compute.Dot(lambda.Data[at:][:size], s.Data[at:][:size])))
	}
	return sums
}

// pull is the factor -dc c^3 sigma^2 of the demodulation's gradient, for every image and channel.
func pull(c, dc *compute.Tensor, sigma float32) []float64 {
	p := make([]float64, len(c.Data))
	for i, v := range c.Data {
		p[i] = -float64(dc.Data[i]) * float64(v) * float64(v) * float64(v) * float64(sigma) * float64(sigma)
	}
	return p
}
