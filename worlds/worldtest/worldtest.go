// Package worldtest holds the properties that every world must have, so that a
// new world's test begins with one line.
//
//	func TestChurchesAreAWorld(t *testing.T) {
//		world, err := worlds.Open("churches")
//		if err != nil {
//			t.Fatal(err)
//		}
//		worldtest.Check(t, world, 200)
//	}
package worldtest

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rewriting/worlds"
)

// Latents returns n standard normal latents of the given dimension; a seed
// gives the same ones everywhere.
func Latents(n, dim int, seed uint64) [][]float32 {
	rng := rand.New(rand.NewPCG(seed, 0))
	zs := make([][]float32, n)
	for i := range zs {
		zs[i] = make([]float32, dim)
		for j := range zs[i] {
			zs[i][j] = float32(rng.NormFloat64())
		}
	}
	return zs
}

// Check runs all properties on n latents.
func Check(t *testing.T, w worlds.World, n int) {
	t.Helper()
	zs := Latents(n, w.LatentDim(), 1)
	t.Run("pictures have the promised shapes and ranges", func(t *testing.T) { shapes(t, w, zs) })
	t.Run("the same z gives the same picture", func(t *testing.T) { deterministic(t, w, zs) })
	t.Run("a scaled z gives the same scene", func(t *testing.T) { scaled(t, w, zs) })
	t.Run("targets have about zero mean and unit scale", func(t *testing.T) { moments(t, w) })
	t.Run("unknown names are errors", func(t *testing.T) { unknown(t, w, zs[0]) })
	for _, rule := range w.Rules() {
		t.Run("rule "+rule+" changes pixels inside its window only", func(t *testing.T) { window(t, w, rule, zs) })
		t.Run("rule "+rule+" in latent space draws its counterfactual", func(t *testing.T) { moved(t, w, rule, zs) })
	}
}

func shapes(t *testing.T, w worlds.World, zs [][]float32) {
	size, labels := w.Size(), len(w.Labels())
	seen := make([]bool, labels)
	for _, z := range zs {
		p := w.Render(z)
		if p.Size != size || len(p.RGB) != 3*size*size || len(p.Label) != size*size {
			t.Fatalf("size %d, %d values, %d labels; want %d, %d, %d", p.Size, len(p.RGB), len(p.Label), size, 3*size*size, size*size)
		}
		for _, v := range p.RGB {
			if !(v >= -1 && v <= 1) {
				t.Fatalf("value %v outside [-1,1]", v)
			}
		}
		for _, l := range p.Label {
			if int(l) >= labels {
				t.Fatalf("label %d of %d", l, labels)
			}
			seen[l] = true
		}
	}
	for l, ok := range seen {
		if !ok {
			t.Errorf("label %q in none of %d pictures", w.Labels()[l], len(zs))
		}
	}
}

func deterministic(t *testing.T, w worlds.World, zs [][]float32) {
	for _, z := range zs {
		before := slices.Clone(z)
		a, b := w.Render(z), w.Render(z)
		if !slices.Equal(a.RGB, b.RGB) || !slices.Equal(a.Label, b.Label) {
			t.Fatal("two pictures of one z differ")
		}
		if !slices.Equal(z, before) {
			t.Fatal("Render changed z")
		}
	}
}

// scaled: pixel norm forgets the length of z. Four is a power of two, so the
// quotient is rounded alike; what remains is the 1e-8 under the root.
func scaled(t *testing.T, w worlds.World, zs [][]float32) {
	for _, z := range zs {
		big := slices.Clone(z)
		for j := range big {
			big[j] *= 4
		}
		a, b := w.Attribute(z), w.Attribute(big)
		for k := range a {
			if math.Abs(float64(a[k]-b[k])) > 1e-5 {
				t.Fatalf("target %q is %v for z and %v for 4z", w.Attributes()[k], a[k], b[k])
			}
		}
	}
}

func moments(t *testing.T, w worlds.World) {
	const n = 4000
	names := w.Attributes()
	sum, square := make([]float64, len(names)), make([]float64, len(names))
	for _, z := range Latents(n, w.LatentDim(), 2) {
		a := w.Attribute(z)
		if len(a) != len(names) {
			t.Fatalf("%d targets for %d names", len(a), len(names))
		}
		for k, v := range a {
			sum[k] += float64(v) / n
			square[k] += float64(v) * float64(v) / n
		}
	}
	for k, name := range names {
		deviation := math.Sqrt(square[k] - sum[k]*sum[k])
		// A switch of frequency p has mean (2p-1)/2sqrt(p(1-p)) at unit scale: -2.8 at 3 %.
		if math.Abs(sum[k]) > 3 || deviation < 0.5 || deviation > 1.5 {
			t.Errorf("target %q has mean %.2f and deviation %.2f", name, sum[k], deviation)
		}
	}
}

func unknown(t *testing.T, w worlds.World, z []float32) {
	const name = "no such thing"
	if _, err := w.Truth(z, name); err == nil {
		t.Error("Truth of an unknown switch gave no error")
	}
	if _, err := w.Obeys(z, name); err == nil {
		t.Error("Obeys of an unknown rule gave no error")
	}
	if _, err := w.Counterfactual(z, name); err == nil {
		t.Error("Counterfactual of an unknown rule gave no error")
	}
	if _, err := w.MoveLatent(z, name); err == nil {
		t.Error("MoveLatent of an unknown rule gave no error")
	}
	if _, err := w.Window(z, name); err == nil {
		t.Error("Window of an unknown rule gave no error")
	}
	if _, err := w.File(name); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "scripts/train") {
		t.Errorf("the error of a missing file is %v; it does not say how to make it", err)
	}
}
