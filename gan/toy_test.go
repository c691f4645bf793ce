package gan_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/checkpoint"
	"rewriting/gan/latent"
)

// The toy StyleGAN2 of the specification (generators, section 9.1): 32 pixels, made by formula.

const toyStyle = 8

var toyWidths = []int{8, 8, 6, 5} // at 4, 8, 16 and 32 pixels

// formula is float32(a n + b) for the normals n of one seed.
func formula(seed uint32, a, b float64, shape ...int) *compute.Tensor {
	t := compute.New(shape...)
	r := latent.NewRandomState(seed)
	for i := range t.Data {
		t.Data[i] = float32(a*r.Normal() + b)
	}
	return t
}

// toyState holds the trainable tensors; seeds count up in the order below.
func toyState() *checkpoint.Dict {
	d := checkpoint.NewDict()
	seed := uint32(1000)
	add := func(name string, a, b float64, shape ...int) {
		d.Set(name, formula(seed, a, b, shape...))
		seed++
	}
	for _, name := range []string{"style.1", "style.2"} {
		add(name+".weight", 100, 0, toyStyle, toyStyle)
		add(name+".bias", 10, 0, toyStyle)
	}
	add("input.input", 1, 0, 1, toyWidths[0], 4, 4)
	conv := func(name string, in, out int) {
		add(name+".conv.modulation.weight", .5, 0, in, toyStyle)
		add(name+".conv.modulation.bias", .1, 1, in)
		add(name+".conv.weight", 1, 0, 1, out, in, 3, 3)
		add(name+".noise.weight", .1, 0, 1)
		add(name+".activate.bias", .1, 0, out)
	}
	rgb := func(name string, c int) {
		add(name+".bias", .1, 0, 1, 3, 1, 1)
		add(name+".conv.weight", 1, 0, 1, 3, c, 1, 1)
		add(name+".conv.modulation.weight", .5, 0, c, toyStyle)
		add(name+".conv.modulation.bias", .1, 1, c)
	}
	conv("conv1", toyWidths[0], toyWidths[0])
	rgb("to_rgb1", toyWidths[0])
	for i := 1; i < len(toyWidths); i++ {
		conv(fmt.Sprintf("convs.%d", 2*i-2), toyWidths[i-1], toyWidths[i])
		conv(fmt.Sprintf("convs.%d", 2*i-1), toyWidths[i], toyWidths[i])
		rgb(fmt.Sprintf("to_rgbs.%d", i-1), toyWidths[i])
	}
	return d
}

func toyAverage() *compute.Tensor { return formula(999, .2, 0, toyStyle) }

func container(state *checkpoint.Dict, average *compute.Tensor) *checkpoint.Dict {
	root := checkpoint.NewDict()
	root.Set("g_ema", state)
	if average != nil {
		root.Set("latent_avg", average)
	}
	return root
}

func load(object any, o gan.Options) (gan.Generator, error) {
	var b bytes.Buffer
	if err := checkpoint.Write(&b, object); err != nil {
		return nil, err
	}
	return gan.Load(context.Background(), bytes.NewReader(b.Bytes()), o)
}

func toy(t testing.TB) gan.Generator {
	t.Helper()
	g, err := load(container(toyState(), toyAverage()), gan.Options{Truncation: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// toyLatents are the 20 latents of the specification's toy.
func toyLatents() *compute.Tensor { return latent.Table(1, 20, toyStyle) }

// rows are the first n of them.
func rows(n int) *compute.Tensor { return latent.Table(1, n, toyStyle) }

func image(t testing.TB, g gan.Generator, z *compute.Tensor) *compute.Tensor {
	t.Helper()
	x, err := g.Image(z)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func cutAt(t testing.TB, g gan.Generator, layer int) gan.Cut {
	t.Helper()
	c, err := g.Cut(layer)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func contextOf(t testing.TB, c gan.Cut, z *compute.Tensor) *gan.State {
	t.Helper()
	s, err := c.Context(z)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func target(t testing.TB, c gan.Cut, s *gan.State) *compute.Tensor {
	t.Helper()
	v, err := c.Target(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
