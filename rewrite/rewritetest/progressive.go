package rewritetest

import (
	"bytes"
	"fmt"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/checkpoint"
	"rewriting/gan/latent"
)

// Progressive is the toy Progressive GAN: 16 pixels, latents of 8, channels 8, 8, 7, 7, 6, 6. It passes through a
// checkpoint, as real ones do.
func Progressive(t testing.TB) gan.Chain {
	t.Helper()
	return ProgressiveSized(t, 8, 8, 7, 6)
}

// ProgressiveSized is a Progressive GAN of another size made by the same rule: latents of length dim, and the channels at 4, 8, 16,
// ... pixels.
func ProgressiveSized(t testing.TB, dim int, channels ...int) gan.Chain {
	t.Helper()
	state := checkpoint.NewDict()
	seed := uint32(2000)
	add := func(name string, a float64, shape ...int) {
		x := compute.New(shape...)
		r := latent.NewRandomState(seed)
		seed++
		for i := range x.Data {
			x.Data[i] = float32(a * r.Normal())
		}
		state.Set(name, x)
	}
	in, number := dim, 0
	for i, out := range channels {
		for j := range 2 {
			number++
			kernel := 3
			if i == 0 && j == 0 {
				kernel = 4
			}
			add(fmt.Sprintf("layer%d.conv.weight", number), 1, out, in, kernel, kernel)
			add(fmt.Sprintf("layer%d.wscale.b", number), .1, out)
			in = out
		}
	}
	size := 4 << (len(channels) - 1)
	add(fmt.Sprintf("output_%dx%[1]d.conv.weight", size), 1, 3, in, 1, 1)
	add(fmt.Sprintf("output_%dx%[1]d.wscale.b", size), .1, 3)
	var b bytes.Buffer
	if err := checkpoint.Write(&b, state); err != nil {
		t.Fatal(err)
	}
	g, err := gan.Load(t.Context(), bytes.NewReader(b.Bytes()), gan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g.(gan.Chain)
}
