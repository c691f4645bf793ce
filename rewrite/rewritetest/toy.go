package rewritetest

import (
	"bytes"
	"fmt"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/checkpoint"
	"rewriting/gan/latent"
	"rewriting/sessions"
)

// Generator is the toy StyleGAN2: 32 pixels, style 8, two mapping layers, channels 8, 8, 6, 5, truncation 0.5. It
// passes through a checkpoint, as real ones do.
func Generator(t testing.TB) gan.Generator {
	t.Helper()
	return Sized(t, 8, 2, 8, 8, 6, 5)
}

// Sized is a StyleGAN2 of another size made by the same rule: latents and styles of length dim, so many mapping
// layers, and the channels at 4, 8, 16, ... pixels. It is for timing and for layers of other shapes.
func Sized(t testing.TB, dim, mapping int, channels ...int) gan.Generator {
	t.Helper()
	root := checkpoint.NewDict()
	root.Set("g_ema", parameters(dim, mapping, channels))
	average := compute.New(dim)
	r := latent.NewRandomState(999)
	for i := range average.Data {
		average.Data[i] = float32(0.2 * r.Normal())
	}
	root.Set("latent_avg", average)
	var b bytes.Buffer
	if err := checkpoint.Write(&b, root); err != nil {
		t.Fatal(err)
	}
	g, err := gan.Load(t.Context(), bytes.NewReader(b.Bytes()), gan.Options{Truncation: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// parameters are a·n + b with n from RandomState(1000 + index), in the order of the specification.
func parameters(dim, mapping int, channels []int) *checkpoint.Dict {
	state := checkpoint.NewDict()
	seed := uint32(1000)
	add := func(name string, a, b float64, shape ...int) {
		t := compute.New(shape...)
		r := latent.NewRandomState(seed)
		seed++
		for i := range t.Data {
			t.Data[i] = float32(a*r.Normal() + b)
		}
		state.Set(name, t)
	}
	for j := 1; j <= mapping; j++ {
		add(fmt.Sprintf("style.%d.weight", j), 100, 0, dim, dim)
		add(fmt.Sprintf("style.%d.bias", j), 10, 0, dim)
	}
	add("input.input", 1, 0, 1, channels[0], 4, 4)
	conv := func(prefix string, in, out int) {
		add(prefix+".conv.modulation.weight", 0.5, 0, in, dim)
		add(prefix+".conv.modulation.bias", 0.1, 1, in)
		add(prefix+".conv.weight", 1, 0, 1, out, in, 3, 3)
		add(prefix+".noise.weight", 0.1, 0, 1)
		add(prefix+".activate.bias", 0.1, 0, out)
	}
	rgb := func(prefix string, in int) {
		add(prefix+".bias", 0.1, 0, 1, 3, 1, 1)
		add(prefix+".conv.weight", 1, 0, 1, 3, in, 1, 1)
		add(prefix+".conv.modulation.weight", 0.5, 0, in, dim)
		add(prefix+".conv.modulation.bias", 0.1, 1, in)
	}
	conv("conv1", channels[0], channels[0])
	rgb("to_rgb1", channels[0])
	for j, out := range channels[1:] {
		conv(fmt.Sprintf("convs.%d", 2*j), channels[j], out)
		conv(fmt.Sprintf("convs.%d", 2*j+1), out, out)
		rgb(fmt.Sprintf("to_rgbs.%d", j), out)
	}
	return state
}

// Table is the toy's table of latents: RandomState(1), 20 rows of 8.
func Table() *compute.Tensor { return latent.Table(1, 20, 8) }

// Session is the toy's editing session: object image 3, paste image 5, keys 5, 7 and 2.
func Session() *sessions.Session {
	object, paste := Rectangle(3, 64, 9, 13, 34, 41), Rectangle(5, 64, 5, 21, 22, 40)
	return &sessions.Session{Object: &object, Paste: &paste,
		Key: []sessions.Region{paste, Rectangle(7, 64, 30, 30, 47, 50), Rectangle(2, 64, 11, 0, 26, 17)}}
}

// Rectangle is a region with one filled rectangle of a size x size canvas, bottom and right exclusive.
func Rectangle(image, size, top, left, bottom, right int) sessions.Region {
	painted := make([]bool, size*size)
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			painted[y*size+x] = true
		}
	}
	return sessions.Region{Image: image, Mask: sessions.NewMask(painted, size, size)}
}
