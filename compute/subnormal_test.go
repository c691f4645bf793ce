package compute

import "testing"

// BenchmarkSubnormal runs kernels on ordinary numbers and on numbers whose products or results are subnormal, which
// some processors compute by slow microcode. The two of a pair should take the same time.
func BenchmarkSubnormal(b *testing.B) {
	for _, s := range []struct {
		name  string
		scale float32
	}{{"ordinary", 1}, {"subnormal", 1e-39}} {
		x, w := random(1, 1, 128, 32, 32), random(2, 128, 128, 3, 3)
		Scale(x.Data, s.scale)
		y, direct, fast := New(1, 128, 32, 32), NewFilter(w, Same3x3), newWinograd(w)
		z := random(3, x.Len())
		Scale(z.Data, s.scale)
		moment1, moment2 := z.Clone().Data, z.Clone().Data
		weight := random(4, x.Len()).Data
		adam := DefaultAdam(1e-3)
		for _, k := range []struct {
			name string
			run  func()
		}{
			{"direct", func() { direct.ConvInto(y, x, nil) }},
			{"winograd", func() { fast.image(y.Data, x.Data, 32, 32, nil) }},
			{"weight gradient", func() { Conv2DGradWeight(x, x, 3, 3, Same3x3) }},
			{"blur", func() { Blur(x, 1, 2) }},
			{"activation", func() { LeakyReLU(y.Data, x.Data, lreluSlope, lreluGain) }},
			{"gram", func() { AddGram(make([]float64, 128*128), x) }},
			{"adam", func() { adam.Step(1000, weight, z.Data, moment1, moment2) }},
		} {
			b.Run(k.name+"/"+s.name, func(b *testing.B) {
				for b.Loop() {
					k.run()
				}
			})
		}
	}
}

// The kernels change how the processor treats subnormal numbers; the rest of the program must not notice.
func TestSubnormalNumbersSurviveAfterTheKernels(t *testing.T) {
	tiers(t, func(t *testing.T) {
		x, w := random(1, 1, 32, 16, 16), random(2, 32, 32, 3, 3)
		tiny := float32(1e-40)
		for name, run := range map[string]func(){
			"tile":     func() { Conv2D(x, w, nil, Same3x3) },
			"row":      func() { Conv2D(x, random(3, 32, 1, 3, 3), nil, Params{Pad: Same3x3.Pad, Groups: 32}) },
			"winograd": func() { newWinograd(w).image(New(x.Shape...).Data, x.Data, 16, 16, nil) },
			"adam":     func() { DefaultAdam(0.1).Step(1, x.Clone().Data, x.Data, New(x.Len()).Data, New(x.Len()).Data) },
		} {
			run()
			if half := tiny * float32(x.Shape[0]) / 2; half == 0 {
				t.Errorf("after %s half of %g is zero", name, tiny)
			}
		}
	})
}
