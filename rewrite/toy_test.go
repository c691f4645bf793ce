package rewrite

import (
	"fmt"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/latent"
	"rewriting/sessions"
)

// toyTensors are the parameters of the toy StyleGAN2 of spec: generators 9.1 under their stored names: size 32,
// style 8, two mapping layers, channels 8, 8, 6, 5. Each is a·n + b with n from RandomState(1000 + index).
func toyTensors() map[string]*compute.Tensor {
	tensors := map[string]*compute.Tensor{}
	seed := uint32(1000)
	add := func(name string, a, b float64, shape ...int) {
		t := compute.New(shape...)
		r := latent.NewRandomState(seed)
		seed++
		for i := range t.Data {
			t.Data[i] = float32(a*r.Normal() + b)
		}
		tensors[name] = t
	}
	for j := 1; j <= 2; j++ {
		add(fmt.Sprintf("style.%d.weight", j), 100, 0, 8, 8)
		add(fmt.Sprintf("style.%d.bias", j), 10, 0, 8)
	}
	add("input.input", 1, 0, 1, 8, 4, 4)
	conv := func(prefix string, in, out int) {
		add(prefix+".conv.modulation.weight", 0.5, 0, in, 8)
		add(prefix+".conv.modulation.bias", 0.1, 1, in)
		add(prefix+".conv.weight", 1, 0, 1, out, in, 3, 3)
		add(prefix+".noise.weight", 0.1, 0, 1)
		add(prefix+".activate.bias", 0.1, 0, out)
	}
	rgb := func(prefix string, in int) {
		add(prefix+".bias", 0.1, 0, 1, 3, 1, 1)
		add(prefix+".conv.weight", 1, 0, 1, 3, in, 1, 1)
		add(prefix+".conv.modulation.weight", 0.5, 0, in, 8)
		add(prefix+".conv.modulation.bias", 0.1, 1, in)
	}
	conv("conv1", 8, 8)
	rgb("to_rgb1", 8)
	for j, channels := range [][2]int{{8, 8}, {8, 6}, {6, 5}} {
		conv(fmt.Sprintf("convs.%d", 2*j), channels[0], channels[1])
		conv(fmt.Sprintf("convs.%d", 2*j+1), channels[1], channels[1])
		rgb(fmt.Sprintf("to_rgbs.%d", j), channels[1])
	}
	average := compute.New(8)
	r := latent.NewRandomState(999)
	for i := range average.Data {
		average.Data[i] = float32(0.2 * r.Normal())
	}
	tensors["latent_avg"] = average
	return tensors
}

func toyTable() *compute.Tensor { return latent.Table(1, 20, 8) }

// rectangle is a region with one filled rectangle of a 64x64 canvas, bottom and right exclusive.
func rectangle(image, top, left, bottom, right int) sessions.Region {
	return painted(image, 64, top, left, bottom, right)
}

// toySession is the session of spec: method 13.
func toySession() *sessions.Session {
	object, paste := rectangle(3, 9, 13, 34, 41), rectangle(5, 5, 21, 22, 40)
	return &sessions.Session{Object: &object, Paste: &paste,
		Key: []sessions.Region{paste, rectangle(7, 30, 30, 47, 50), rectangle(2, 11, 0, 26, 17)}}
}

func toyCut(t *testing.T, layer int) gan.Cut {
	t.Helper()
	cut, err := toyGenerator(t).Cut(layer)
	if err != nil {
		t.Fatal(err)
	}
	return cut
}
