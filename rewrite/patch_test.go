package rewrite

import (
	"math"
	"testing"

	"rewriting/compute"
	"rewriting/gan/latent"
	"rewriting/rewrite/rewritetest"
	"rewriting/sessions"
)

func TestAPatchOfTheWholeMapIsTheImage(t *testing.T) {
	g := rewritetest.Generator(t)
	z := latent.Table(3, 2, g.Info().LatentDim)
	want, err := g.Image(z)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range g.Layers() {
		cut, err := g.Cut(l.Number)
		if err != nil {
			t.Fatal(err)
		}
		s, err := cut.Context(z)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Patch(cut, s, sessions.Box{Bottom: l.KeySize, Right: l.KeySize})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range got.Data {
			if math.Abs(float64(v-want.Data[i])) > 1e-5 { // scratch memory is cut otherwise: last bits
				t.Fatalf("layer %d: value %d is %v, the image has %v", l.Number, i, v, want.Data[i])
			}
		}
	}
}

func TestAPatchIsDrawnFromItsCellsAlone(t *testing.T) {
	g := rewritetest.Generator(t)
	for _, l := range g.Layers() {
		cut, err := g.Cut(l.Number)
		if err != nil {
			t.Fatal(err)
		}
		s, err := cut.Context(latent.Table(3, 1, g.Info().LatentDim))
		if err != nil {
			t.Fatal(err)
		}
		box := sessions.Box{Top: 1, Left: 2, Bottom: 3, Right: 4}
		before, err := Patch(cut, s, box)
		if err != nil {
			t.Fatal(err)
		}
		if want := []int{1, 3, 2 * 32 / l.KeySize, 2 * 32 / l.KeySize}; !compute.New(want...).SameShape(before) {
			t.Errorf("layer %d: shape %v, want %v", l.Number, before.Shape, want)
		}
		for c := range l.In { // everything outside changes
			for i := range l.KeySize * l.KeySize {
				if y, x := i/l.KeySize, i%l.KeySize; y < 1 || y >= 3 || x < 2 || x >= 4 {
					s.Key.Data[c*l.KeySize*l.KeySize+i] += 9
				}
			}
		}
		after, err := Patch(cut, s, box)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range after.Data {
			if v != before.Data[i] {
				t.Fatalf("layer %d: value %d depends on cells outside", l.Number, i)
			}
		}
		if _, err := Patch(cut, s, sessions.Box{Top: 0, Left: 0, Bottom: l.KeySize + 1, Right: 1}); err == nil {
			t.Errorf("layer %d: a patch outside the map is accepted", l.Number)
		}
	}
}
