package rewrite

import (
	"fmt"
	"math"
	"testing"

	"rewriting/compute"
	"rewriting/gan/latent"
)

// closedForm is the gradient of the insert loss of a StyleGAN2 layer written out by hand (spec: method 7), in
// float64 loops that share nothing with the kernels or the graph.
func closedForm(y toy, g *Goal, distance Loss, noiseWeight float64, bias []float32) (loss float64, grad []float64) {
	l := y.cut.Layer()
	w, k, style := y.cut.Weight(), g.Keys.Key, g.Keys.Style
	kh, kw := k.Dim(2), k.Dim(3)
	h, wd := g.Values.Dim(2), g.Values.Dim(3)
	sigma := 1 / math.Sqrt(9*float64(l.In))
	up := l.Scale() == 2
	uh, uw := kh, kw
	if up {
		uh, uw = 2*kh+1, 2*kw+1
	}
	key := func(i, y, x int) float64 {
		if y < 0 || x < 0 || y >= kh || x >= kw {
			return 0
		}
		return float64(k.Data[(i*kh+y)*kw+x])
	}
	// taps calls f for every product of a weight and a key that enters u[y,x].
	taps := func(y, x int, f func(ky, kx, iy, ix int)) {
		for ky := range 3 {
			for kx := range 3 {
				if up {
					if (y-ky)%2 == 0 && (x-kx)%2 == 0 && y >= ky && x >= kx {
						f(ky, kx, (y-ky)/2, (x-kx)/2)
					}
				} else {
					f(ky, kx, y+ky-1, x+kx-1)
				}
			}
		}
	}
	at := func(o, i, ky, kx int) int { return ((o*l.In+i)*3+ky)*3 + kx }
	noise := latent.Noise(1, h, wd).Data
	fir := []float64{.25, .75, .75, .25}
	grad = make([]float64, w.Len())
	n := float64(g.Values.Len())
	for o := range l.Out {
		norm := 1e-8
		for i := range l.In {
			for t := range 9 {
				v := sigma * float64(w.Data[(o*l.In+i)*9+t]) * float64(style.Data[i])
				norm += v * v
			}
		}
		c := 1 / math.Sqrt(norm)
		u := make([]float64, uh*uw)
		for p := range u {
			taps(p/uw, p%uw, func(ky, kx, iy, ix int) {
				for i := range l.In {
					u[p] += sigma * float64(w.Data[at(o, i, ky, kx)]) * key(i, iy, ix)
				}
			})
		}
		gu := make([]float64, len(u)) // gradient of y = c u
		for p := range h * wd {
			py, px := p/wd, p%wd
			// blurred is y after the blur; its adjoint has the same taps
			var blurred float64
			spread := func(f func(q int, weight float64)) {
				if !up {
					f(p, 1)
					return
				}
				for a := range 4 {
					for b := range 4 {
						if qy, qx := py+a-1, px+b-1; qy >= 0 && qx >= 0 && qy < uh && qx < uw {
							f(qy*uw+qx, fir[a]*fir[b])
						}
					}
				}
			}
			spread(func(q int, weight float64) { blurred += weight * c * u[q] })
			pre := blurred + noiseWeight*float64(noise[p]) + float64(bias[o])
			slope := math.Sqrt2
			if pre <= 0 {
				slope *= 0.2
			}
			diff := slope*pre - float64(g.Values.Data[o*h*wd+p])
			back := math.Copysign(1, diff) / n * slope
			if distance == L2 {
				loss += diff * diff / n
				back = 2 * diff / n * slope
			} else {
				loss += math.Abs(diff) / n
			}
			spread(func(q int, weight float64) { gu[q] += weight * back })
		}
		gc := 0.0
		for p := range u {
			gc += gu[p] * u[p]
		}
		for p := range u {
			taps(p/uw, p%uw, func(ky, kx, iy, ix int) {
				for i := range l.In {
					grad[at(o, i, ky, kx)] += sigma * gu[p] * c * key(i, iy, ix)
				}
			})
		}
		for i := range l.In {
			for t := range 9 {
				s := sigma * float64(style.Data[i])
				grad[(o*l.In+i)*9+t] -= gc * c * c * c * s * s * float64(w.Data[(o*l.In+i)*9+t])
			}
		}
	}
	return loss, grad
}

func TestTheGraphsGradientIsTheOneWrittenByHandAndThatOfDifferences(t *testing.T) {
	for _, c := range []struct {
		layer    int
		distance Loss
	}{{6, L1}, {7, L1}, {8, L1}, {6, L2}, {7, L2}} {
		layer := c.layer
		y := newToy(t, layer)
		goal := y.goal(t, TightPaste)
		tensors := y.cut.Generator().Tensors()
		prefix := fmt.Sprintf("convs.%d.", layer-3)
		loss, want := closedForm(y, goal, c.distance, float64(tensors[prefix+"noise.weight"].Data[0]), tensors[prefix+"activate.bias"].Data)

		p, err := weightProblem(y.cut, goal, c.distance)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Step()
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got-loss) > 1e-5*loss { // float32 sums of a few thousand terms
			t.Errorf("layer %d: %s %.8g, by hand %.8g", layer, c.distance, got, loss)
		}
		scale := 0.0
		for _, v := range want {
			scale = max(scale, math.Abs(v))
		}
		for i, v := range p.Grad(0) {
			if math.Abs(float64(v)-want[i]) > 2e-5*scale {
				t.Errorf("layer %d, %s: gradient[%d] = %.8g, by hand %.8g", layer, c.distance, i, v, want[i])
			}
		}
		p.Close()

		// Central differences of the loss by hand: L1 has kinks, so steps are small; float64 allows that.
		w := y.cut.Weight()
		for _, i := range []int{0, 13, 50, w.Len() - 1} {
			const step = 1.0 / 1024
			var side [2]float64
			for s, by := range [2]float32{step, -step} {
				moved := w.Clone()
				moved.Data[i] += by
				cut, err := y.cut.WithWeight(moved)
				if err != nil {
					t.Fatal(err)
				}
				z := y
				z.cut = cut
				side[s], _ = closedForm(z, goal, c.distance, float64(tensors[prefix+"noise.weight"].Data[0]), tensors[prefix+"activate.bias"].Data)
			}
			moved := float64(w.Data[i]+step) - float64(w.Data[i]-step)
			if got := (side[0] - side[1]) / moved; math.Abs(got-want[i]) > 1e-2*scale {
				t.Errorf("layer %d: difference quotient [%d] = %.6g, gradient %.6g", layer, i, got, want[i])
			}
		}
	}
}

func TestTheTargetModelIsTheOneWrittenByHand(t *testing.T) {
	for _, layer := range []int{6, 7} {
		y := newToy(t, layer)
		goal := y.goal(t, PasteOptions{WholeMap: true})
		values, err := y.cut.Target(goal.Keys)
		if err != nil {
			t.Fatal(err)
		}
		tensors := y.cut.Generator().Tensors()
		prefix := fmt.Sprintf("convs.%d.", layer-3)
		loss, _ := closedForm(y, goal, L1, float64(tensors[prefix+"noise.weight"].Data[0]), tensors[prefix+"activate.bias"].Data)
		if got := compute.L1(values.Data, goal.Values.Data) / float64(values.Len()); math.Abs(got-loss) > 1e-5*loss {
			t.Errorf("layer %d: loss of Target %.8g, by hand %.8g", layer, got, loss)
		}
	}
}
