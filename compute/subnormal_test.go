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
