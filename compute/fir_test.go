package compute

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// dot64 is the inner product of two tensors in float64.
func dot64(a, b *Tensor) float64 {
	var s float64
	for i, v := range a.Data {
		s += float64(v) * float64(b.Data[i])
	}
	return s
}

// adjoint checks <A x, y> = <x, A' y>, relative to the lengths of both sides.
func adjoint(t rapid.TB, what string, x, ax, y, aty *Tensor) {
	t.Helper()
	a, b := dot64(ax, y), dot64(x, aty)
	if scale := math.Sqrt(dot64(ax, ax) * dot64(y, y)); math.Abs(a-b) > 1e-5*scale+1e-9 {
		t.Errorf("%s is not the adjoint: %v and %v (scale %v)", what, a, b, scale)
	}
}

// filtered is the definition of an upfirdn with outer([.25,.75,.75,.25]), in float64.
func filtered(x *Tensor, up, pad0, pad1 int) (y []float64, oh, ow int) {
	k := [4]float64{.25, .75, .75, .25}
	h, w := x.Shape[2], x.Shape[3]
	oh, ow = h*up+pad0+pad1-3, w*up+pad0+pad1-3
	for i := range x.Shape[0] * x.Shape[1] {
		for r := range oh {
			for c := range ow {
				var s float64
				for a := range 4 {
					for b := range 4 {
						iy, ix := r+a-pad0, c+b-pad0
						if iy >= 0 && ix >= 0 && iy < h*up && ix < w*up && iy%up == 0 && ix%up == 0 {
							s += k[a] * k[b] * float64(x.Data[(i*h+iy/up)*w+ix/up])
						}
					}
				}
				y = append(y, s)
			}
		}
	}
	return y, oh, ow
}

func TestBlurAndUpsampleFollowTheirDefinitionAndHaveAdjoints(t *testing.T) {
	tiers(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			in := func(lo, hi int, name string) int { return rapid.IntRange(lo, hi).Draw(t, name) }
			x := random(1, in(1, 2, "n"), in(1, 3, "c"), in(1, 20, "h"), in(1, 40, "w"))
			pad0, pad1 := in(0, 3, "pad0"), in(0, 3, "pad1")
			want, oh, ow := filtered(x, 1, pad0, pad1)
			if oh > 0 && ow > 0 {
				y := Blur(x, pad0, pad1)
				near(t, "blur", y.Data, func(i int) float64 { return want[i] }, elementTolerance)
				dy := random(2, y.Shape...)
				adjoint(t, "BlurGrad", x, y, dy, BlurGrad(dy, pad0, pad1))
			}
			up := Upsample2x(x)
			wantUp, _, _ := filtered(x, 2, 2, 1)
			near(t, "upsampling", up.Data, func(i int) float64 { return wantUp[i] }, elementTolerance)
			dup := random(3, up.Shape...)
			adjoint(t, "Upsample2xGrad", x, up, dup, Upsample2xGrad(dup))
		})
	})
}

func TestStyledPassesFollowTheirFormulas(t *testing.T) {
	tiers(t, func(t *testing.T) {
		n, c, h, w := 2, 3, 5, 7
		x, noise, bias := random(1, n, c, h, w), random(2, n, 1, h, w), random(3, c).Data
		s, weight := random(4, n, c), random(5, 6, c, 3, 3)
		y := x.Clone()
		ScaleChannels(y, s)
		near(t, "scaled", y.Data, func(i int) float64 { return float64(x.Data[i]) * float64(s.Data[i/(h*w)]) }, elementTolerance)
		act := func(v float64) float64 { return math.Sqrt2 * max(v, 0.2*v) }
		y = x.Clone()
		NoiseBiasAct(y, noise, 0.7, bias)
		near(t, "noise, bias, activation", y.Data, func(i int) float64 {
			return act(float64(x.Data[i]) + 0.7*float64(noise.Data[i/(c*h*w)*h*w+i%(h*w)]) + float64(bias[i/(h*w)%c]))
		}, elementTolerance)
		y = x.Clone()
		NoiseBiasAct(y, nil, 0.7, nil)
		near(t, "activation", y.Data, func(i int) float64 { return act(float64(x.Data[i])) }, elementTolerance)
		d := Demodulate(weight, s, 0.3)
		near(t, "demodulation", d.Data, func(i int) float64 {
			var sum float64
			for j := range c * 9 {
				v := 0.3 * float64(weight.Data[i%6*c*9+j]) * float64(s.Data[i/6*c+j/9])
				sum += v * v
			}
			return 1 / math.Sqrt(sum+1e-8)
		}, 1e-6)
	})
}
