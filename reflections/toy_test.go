package reflections

import (
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/latent"
	"rewriting/rewrite/rewritetest"
	"rewriting/sessions"
)

// toyScenes are scenes of the toy Progressive GAN with a window above and a reflecting surface below.
func toyScenes(n int) []Scene {
	z := latent.Table(1, n, 8)
	rectangle := func(top, left, bottom, right int) *sessions.Mask {
		return rewritetest.Rectangle(0, 64, top, left, bottom, right).Mask
	}
	scenes := make([]Scene, n)
	for i := range scenes {
		scenes[i] = Scene{Latent: z.Item(i).Data, Window: rectangle(4+i, 8, 28, 36), Reflect: rectangle(36, 8+i, 60, 40)}
	}
	return scenes
}

// toyEdit edits the output of layer 3, of the toy's six.
var toyEdit = Edit{Layer: 3, Units: []int{1, 4}, High: []float32{3, 2}, Low: []float32{-1, -2}}

func toyObjective(t *testing.T, chain gan.Chain) *Objective {
	t.Helper()
	o, err := NewObjective(chain, toyScenes(2), toyEdit, 6)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func weight(t *testing.T, chain gan.Chain, layer int) *compute.Tensor {
	t.Helper()
	l, err := layerOf(chain, layer)
	if err != nil {
		t.Fatal(err)
	}
	return chain.Tensors()[l.Name]
}
