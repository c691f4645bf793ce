package gan_test

import (
	"fmt"
	"testing"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan"
	"rewriting/gan/checkpoint"
	"rewriting/gan/latent"
)

// worldSize is a generator of the size of the embedded worlds': 64 pixels, 0.9 million parameters.
func worldSize(t testing.TB) gan.Generator {
	t.Helper()
	const style = 128
	d := checkpoint.NewDict()
	seed := uint32(1)
	add := func(name string, a, b float64, shape ...int) {
		d.Set(name, formula(seed, a, b, shape...))
		seed++
	}
	for j, in := range []int{64, style, style, style} {
		add(fmt.Sprintf("style.%d.weight", j+1), 100, 0, style, in)
		add(fmt.Sprintf("style.%d.bias", j+1), 1, 0, style)
	}
	widths := []int{96, 96, 128, 80, 32}
	add("input.input", 1, 0, 1, widths[0], 4, 4)
	conv := func(name string, in, out int) {
		add(name+".conv.weight", 1, 0, 1, out, in, 3, 3)
		add(name+".conv.modulation.weight", .5, 0, in, style)
		add(name+".conv.modulation.bias", .1, 1, in)
		d.Set(name+".noise.weight", compute.New(1))
		add(name+".activate.bias", .1, 0, out)
	}
	rgb := func(name string, c int) {
		add(name+".bias", .1, 0, 1, 3, 1, 1)
		add(name+".conv.weight", 1, 0, 1, 3, c, 1, 1)
		add(name+".conv.modulation.weight", .5, 0, c, style)
		add(name+".conv.modulation.bias", .1, 1, c)
	}
	conv("conv1", widths[0], widths[0])
	rgb("to_rgb1", widths[0])
	for i := 1; i < len(widths); i++ {
		conv(fmt.Sprintf("convs.%d", 2*i-2), widths[i-1], widths[i])
		conv(fmt.Sprintf("convs.%d", 2*i-1), widths[i], widths[i])
		rgb(fmt.Sprintf("to_rgbs.%d", i-1), widths[i])
	}
	g, err := load(container(d, nil), gan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func BenchmarkImage(b *testing.B) {
	g := worldSize(b)
	z := latent.Seed(1, 64)
	b.ReportAllocs()
	for b.Loop() {
		image(b, g, z)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
}

// BenchmarkFinetuneStep is a forward and backward pass through the whole network for one image.
func BenchmarkFinetuneStep(b *testing.B) {
	p, _ := problem(b, worldSize(b), latent.Seed(1, 64))
	defer p.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Step(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkInsertStep is one loss and gradient of the rewriting method's insert at layer 6 of that generator.
func BenchmarkInsertStep(b *testing.B) {
	cut := cutAt(b, worldSize(b), 6)
	s := contextOf(b, cut, latent.Seed(1, 64))
	s = crop(s, gan.Box{Top: 4, Left: 2, Bottom: 12, Right: 14}, 1)
	e := gorgonia.NewGraph()
	w := autodiff.Parameter(e, "w", cut.Weight().Clone())
	v, err := cut.TargetGraph(e, w, s)
	if err != nil {
		b.Fatal(err)
	}
	loss, err := autodiff.L1Mean(v, autodiff.Constant(e, "goal", compute.New(v.Shape()...)))
	if err != nil {
		b.Fatal(err)
	}
	p, err := autodiff.NewProblem(e, loss, []*gorgonia.Node{w})
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Step(); err != nil {
			b.Fatal(err)
		}
	}
}
