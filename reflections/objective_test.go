package reflections

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/rewrite/rewritetest"
)

// naiveLoss follows the definition: the edited generator's own outputs against targets blended by hand.
func naiveLoss(t *testing.T, original, changed gan.Chain) float64 {
	t.Helper()
	scenes := toyScenes(2)
	h, l, err := toyEdit.Outputs(original, scenes, 6)
	if err != nil {
		t.Fatal(err)
	}
	high, low, err := toyEdit.Outputs(changed, scenes, 6)
	if err != nil {
		t.Fatal(err)
	}
	c, area := h.Dim(1), h.Dim(2)*h.Dim(3)
	sum := 0.0
	for i := range scenes {
		r := scenes[i].Reflect.Area(h.Dim(2), h.Dim(3)).A
		for k := range c {
			for p := range area {
				at, m := (i*c+k)*area+p, float64(r[p])
				a := m*float64(l.Data[at]) + (1-m)*float64(h.Data[at]) - float64(high.Data[at])
				b := m*float64(h.Data[at]) + (1-m)*float64(l.Data[at]) - float64(low.Data[at])
				sum += a*a + b*b
			}
		}
	}
	return sum / float64(h.Len())
}

func TestTheLossAndItsGradientFollowTheDefinitionAtEveryLayer(t *testing.T) {
	chain := rewritetest.Progressive(t)
	o := toyObjective(t, chain)
	rng := rand.New(rand.NewPCG(2, 1))
	for layer := 1; layer <= 6; layer++ {
		start := weight(t, chain, layer)
		moved := start.Clone() // away from where the slope of an unedited part is zero
		for i := range moved.Data {
			moved.Data[i] += 0.1 * float32(rng.NormFloat64())
		}
		with := func(w *compute.Tensor) gan.Chain {
			l, _ := layerOf(chain, layer)
			g, err := chain.With(map[string]*compute.Tensor{l.Name: w})
			if err != nil {
				t.Fatal(err)
			}
			return g.(gan.Chain)
		}
		loss, grad := 0.0, make([]float64, start.Len())
		for _, s := range o.sides {
			p, err := o.problem(s, layer, moved.Clone())
			if err != nil {
				t.Fatal(err)
			}
			v, err := p.Step()
			if err != nil {
				t.Fatal(err)
			}
			loss += v
			for i, g := range p.Grad(0) {
				grad[i] += float64(g)
			}
			p.Close()
		}
		if want := naiveLoss(t, chain, with(moved)); math.Abs(loss-want) > 1e-5*want {
			t.Errorf("layer %d: loss %.8g, by the definition %.8g", layer, loss, want)
		}
		// Central differences along the gradient and along a random direction, both of length one. Shorter steps drown in
		// the rounding of float32, longer ones cross kinks.
		norm := math.Sqrt(dot(grad, grad))
		random := make([]float64, start.Len())
		for i := range random {
			random[i] = rng.NormFloat64()
		}
		for _, direction := range [][]float64{grad, random} {
			length := math.Sqrt(dot(direction, direction))
			const h = 2e-4
			at := func(step float64) float64 {
				w := moved.Clone()
				for i := range w.Data {
					w.Data[i] += float32(step * direction[i] / length)
				}
				return naiveLoss(t, chain, with(w))
			}
			slope := dot(grad, direction) / length
			if numeric := (at(h) - at(-h)) / (2 * h); math.Abs(numeric-slope) > 0.005*norm {
				t.Errorf("layer %d: slope %.6g, by differences %.6g, steepest %.6g", layer, slope, numeric, norm)
			}
		}
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

func TestTheEditSetsItsUnitsInsideTheWindowAndNothingElse(t *testing.T) {
	chain, scenes := rewritetest.Progressive(t), toyScenes(2)
	z, err := latents(scenes, 8)
	if err != nil {
		t.Fatal(err)
	}
	before, err := chain.Run(z, 1, 3)
	if err != nil {
		t.Fatal(err)
	}
	high, _, err := toyEdit.Outputs(chain, scenes, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i := range scenes {
		a := scenes[i].Window.Area(8, 8).A
		for u := range 7 {
			for p, m := range a {
				at := (i*7+u)*64 + p
				want := before.Data[at]
				switch u {
				case 1:
					want = 3*m + want*(1-m)
				case 4:
					want = 2*m + want*(1-m)
				}
				if math.Abs(float64(high.Data[at]-want)) > 1e-6 {
					t.Fatalf("scene %d, unit %d, cell %d is %v, want %v", i, u, p, high.Data[at], want)
				}
			}
		}
	}
}

func TestMistakesAreNamed(t *testing.T) {
	chain, scenes := rewritetest.Progressive(t), toyScenes(1)
	for want, do := range map[string]func() error{
		"after the edited layer 3": func() error { _, err := NewObjective(chain, scenes, toyEdit, 3); return err },
		"no scenes":                func() error { _, err := NewObjective(chain, nil, toyEdit, 6); return err },
		"both masks": func() error {
			_, err := NewObjective(chain, []Scene{{Latent: scenes[0].Latent}}, toyEdit, 6)
			return err
		},
		"unit 9 of layer 3": func() error {
			_, err := NewObjective(chain, scenes, Edit{Layer: 3, Units: []int{9}, High: []float32{1}, Low: []float32{1}}, 6)
			return err
		},
		"values for 2 units": func() error {
			_, err := NewObjective(chain, scenes, Edit{Layer: 3, Units: []int{1, 2}, High: []float32{1}, Low: []float32{1}}, 6)
			return err
		},
		"layer 7": func() error {
			_, err := toyObjective(t, chain).Solve(t.Context(), 7, SolveOptions{Steps: 1, Rate: 1})
			return err
		},
		"projection every": func() error {
			_, err := toyObjective(t, chain).Solve(t.Context(), 5, SolveOptions{Steps: 1, Rate: 1, Rank: 1})
			return err
		},
		"lower rate": func() error {
			_, err := toyObjective(t, chain).Solve(t.Context(), 6, SolveOptions{Steps: 5, Rate: 1e30})
			return err
		},
	} {
		if err := do(); err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}
