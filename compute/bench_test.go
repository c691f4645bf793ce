package compute

import (
	"fmt"
	"testing"
	"time"

	"rewriting/compute/internal/kernel"
)

// peak measures what the tile kernel reaches on data in the first-level cache, in GFLOP/s: the practical limit
// of the tier in use.
func peak() float64 {
	const k = 256
	a, b, c := make([]float32, 8*k), make([]float32, 64*64), make([]float32, 8*64)
	off := make([]int, k)
	for i := range off {
		off[i] = 64 * (i % 64)
	}
	l := kernel.Lanes()
	t := kernel.Tile{A: &a[0], Off: &off[0], K: k, LDC: 64, Rows: 8, Vecs: 3}
	for v := range 3 {
		t.B[v], t.C[v], t.Lanes[v] = &b[v*l], &c[v*l], l
	}
	best := 0.0
	for range 20 {
		start := time.Now()
		for range 500 {
			t.Run()
		}
		best = max(best, 500*2*8*k*3*float64(l)/float64(time.Since(start).Nanoseconds()))
	}
	return best
}

// report measures f, which performs flops floating-point operations, in every tier that is not too slow for it.
// Rates are those of the fastest run: other work on the machine only adds.
func report(b *testing.B, name string, flops float64, f func()) {
	for tier := kernel.Portable; tier <= kernel.Best(); tier++ {
		if tier == kernel.Portable && flops > 1e8 {
			continue
		}
		b.Run(fmt.Sprintf("%s/%v", name, tier), func(b *testing.B) {
			defer kernel.Use(tier)()
			limit := peak()
			f()
			best := time.Hour
			for b.Loop() {
				start := time.Now()
				f()
				best = min(best, time.Since(start))
			}
			rate := flops / float64(best.Nanoseconds())
			b.ReportMetric(rate, "GFLOP/s")
			b.ReportMetric(rate/limit, "of-peak")
		})
	}
}

func BenchmarkConvolution(b *testing.B) {
	stem := func(s, p int) Params { return Params{Stride: [2]int{s, s}, Pad: [4]int{p, p, p, p}} }
	for _, c := range []struct {
		name            string
		ci, co, k, h, w int
		p               Params
		gradients       bool
	}{
		{"crop 128>80 @6x10", 128, 80, 3, 6, 10, Same3x3, true},
		{"world 128>128 @16", 128, 128, 3, 16, 16, Same3x3, true},
		{"world 80>80 @32", 80, 80, 3, 32, 32, Same3x3, false},
		{"world 32>32 @64", 32, 32, 3, 64, 64, Same3x3, true},
		{"scorer stem 3>16 @64", 3, 16, 3, 64, 64, Same3x3, false},
		{"scorer 64>64 @8", 64, 64, 3, 8, 8, Same3x3, false},
		{"scorer 64>64 @4", 64, 64, 3, 4, 4, Same3x3, false},
		{"rgb 32>3 @64", 32, 3, 1, 64, 64, Params{}, false},
		{"full 512>512 @4", 512, 512, 3, 4, 4, Same3x3, false},
		{"full 512>512 @8", 512, 512, 3, 8, 8, Same3x3, false},
		{"full 512>512 @16", 512, 512, 3, 16, 16, Same3x3, true},
		{"full 512>512 @32", 512, 512, 3, 32, 32, Same3x3, false},
		{"full 256>256 @128", 256, 256, 3, 128, 128, Same3x3, false},
		{"full 128>128 @256", 128, 128, 3, 256, 256, Same3x3, false},
		{"alex1 11x11s4 3>64 @256", 3, 64, 11, 256, 256, stem(4, 2), false},
		{"alex2 5x5 64>192 @31", 64, 192, 5, 31, 31, stem(1, 2), false},
		{"resnet 7x7s2 3>64 @256", 3, 64, 7, 256, 256, stem(2, 3), false},
		{"resnet 3x3s2 128>128 @64", 128, 128, 3, 64, 64, stem(2, 1), false},
		{"depthwise 3x3 64 @32", 64, 64, 3, 32, 32, Params{Pad: Same3x3.Pad, Groups: 64}, false},
		{"depthwise 3x3 64 @256", 64, 64, 3, 256, 256, Params{Pad: Same3x3.Pad, Groups: 64}, false},
		{"pointwise 512>512 @32", 512, 512, 1, 32, 32, Params{}, false},
		{"pointwise 64>64 @256", 64, 64, 1, 256, 256, Params{}, false},
		{"resnet 1x1 256>64 @64", 256, 64, 1, 64, 64, Params{}, false},
	} {
		x, w := random(1, 1, c.ci, c.h, c.w), random(2, c.co, c.ci/max(c.p.Groups, 1), c.k, c.k)
		oh, ow := c.p.OutSize(c.h, c.w, c.k, c.k)
		flops := 2 * float64(w.Len()*oh*ow)
		f := NewFilter(w, c.p)
		y := New(1, c.co, oh, ow)
		report(b, c.name+"/filter", flops, func() { f.ConvInto(y, x, nil) })
		if c.gradients {
			dy, dx, dw := random(3, 1, c.co, oh, ow), New(x.Shape...), New(w.Shape...)
			report(b, c.name+"/conv", flops, func() { Conv2DInto(y, x, w, nil, c.p) })
			report(b, c.name+"/grad-weight", flops, func() { Conv2DGradWeightInto(dw, x, dy, c.p, nil) })
			report(b, c.name+"/grad-input", flops, func() { Conv2DGradInputInto(dx, dy, w, c.p) })
		}
	}
}

func BenchmarkUpConvolution(b *testing.B) {
	for _, c := range []struct{ ci, co, r int }{{128, 128, 8}, {128, 80, 16}, {80, 32, 32}, {512, 512, 16}, {512, 512, 32}, {512, 256, 64}} {
		k, f := random(1, 1, c.ci, c.r, c.r), NewUpFilter(random(2, c.co, c.ci, 3, 3))
		u := New(1, c.co, 2*c.r+1, 2*c.r+1)
		report(b, fmt.Sprintf("up %d>%d @%d", c.ci, c.co, c.r), 2*9*float64(c.ci*c.co*c.r*c.r), func() { f.ConvInto(u, k) })
	}
}

// BenchmarkHaar is the synthesis of a Haar wavelet as a grouped transposed convolution: four bands to one map of twice the size.
func BenchmarkHaar(b *testing.B) {
	for _, c := range []struct{ maps, r int }{{256, 32}, {64, 128}, {3, 512}} {
		x, w := random(1, 1, 4*c.maps, c.r, c.r), random(2, 4*c.maps, 1, 2, 2)
		p := Params{Stride: [2]int{2, 2}, Groups: c.maps}
		y := New(1, c.maps, 2*c.r, 2*c.r)
		report(b, fmt.Sprintf("haar %d @%d", c.maps, c.r), 2*16*float64(c.maps*c.r*c.r), func() { Conv2DGradInputInto(y, x, w, p) })
	}
}

func BenchmarkGram(b *testing.B) {
	for _, c := range []int{96, 128, 512} {
		x, sum := random(1, 1, c, 32, 32), make([]float64, c*c)
		report(b, fmt.Sprintf("gram %d @32", c), 2*float64(c*c*1024), func() { AddGram(sum, x) })
	}
}

// BenchmarkPasses measures the element-wise passes on the largest map of a world; rates are flops as said.
func BenchmarkPasses(b *testing.B) {
	x, noise, s, bias := random(1, 1, 32, 64, 64), random(2, 1, 1, 64, 64), random(3, 1, 32), random(4, 32).Data
	u := random(5, 1, 32, 65, 65)
	w, g, m, v := random(6, 80, 128, 3, 3), random(7, 80, 128, 3, 3).Data, make([]float32, 80*128*9), make([]float32, 80*128*9)
	for _, c := range []struct {
		name  string
		flops float64
		f     func()
	}{
		{"scale", 1 << 17, func() { ScaleChannels(x, s) }},
		{"noise bias act", 5 << 17, func() { NoiseBiasAct(x, noise, 0.1, bias) }},
		{"blur", 14 << 17, func() { Blur(u, 1, 1) }},
		{"upsample", 12 << 17, func() { Upsample2x(x) }},
		{"squared taps", 2 * 80 * 128 * 9, func() { SquaredTaps(w) }},
		{"adam", 12 * 80 * 128 * 9, func() { DefaultAdam(0.05).Step(3, w.Data, g, m, v) }},
		{"l1", 2 << 17, func() { L1(x.Data, x.Data) }},
	} {
		report(b, c.name, c.flops, c.f)
	}
}

func BenchmarkPools(b *testing.B) {
	x := random(1, 1, 64, 64, 64)
	p := Params{Stride: [2]int{2, 2}}
	report(b, "max 2x2s2", 1<<18, func() { MaxPool2D(x, [2]int{2, 2}, p) })
	report(b, "max 3x3s2", 1<<18, func() { MaxPool2D(x, [2]int{3, 3}, p) })
	report(b, "avg 2x2s2", 1<<18, func() { AvgPool2D(x, [2]int{2, 2}, p, true) })
}
