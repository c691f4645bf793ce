package worldtest

import (
	"errors"
	"math"
	"slices"
	"testing"

	"rewriting/worlds"
)

func window(t *testing.T, w worlds.World, rule string, zs [][]float32) {
	changed := 0
	for _, z := range zs {
		before := w.Render(z)
		after, err := w.Counterfactual(z, rule)
		if err != nil {
			t.Fatal(err)
		}
		if obeys, err := w.Obeys(z, rule); err != nil || obeys && !slices.Equal(after.RGB, before.RGB) {
			t.Fatalf("error %v; obeys the rule: %v, and yet it changes the picture", err, obeys)
		}
		inside, err := w.Window(z, rule)
		if err != nil {
			t.Fatal(err)
		}
		plane := w.Size() * w.Size()
		if len(inside) != plane {
			t.Fatalf("window of %d pixels, want %d", len(inside), plane)
		}
		for i, v := range after.RGB {
			if v == before.RGB[i] {
				continue
			}
			changed++
			if p := i % plane; !inside[p] {
				t.Fatalf("pixel (%d, %d) changed outside the window", p%w.Size(), p/w.Size())
			}
		}
	}
	if changed == 0 {
		t.Errorf("nothing changed in %d pictures", len(zs))
	}
}

// moved: the moved z is rounded to float32, which moves t by some 1e-7 and,
// through slopes of up to a hundred in the soft bands, a pixel by some 1e-5.
func moved(t *testing.T, w worlds.World, rule string, zs [][]float32) {
	const tolerance = 2e-4
	for _, z := range zs {
		want, err := w.Counterfactual(z, rule)
		if err != nil {
			t.Fatal(err)
		}
		other, err := w.MoveLatent(z, rule)
		if errors.Is(err, worlds.ErrNoLatent) {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		if obeys, _ := w.Obeys(other, rule); !obeys {
			t.Fatal("the moved z does not obey the rule")
		}
		got := w.Render(other)
		for i := range want.RGB {
			if d := math.Abs(float64(got.RGB[i] - want.RGB[i])); d > tolerance {
				t.Fatalf("the picture of the moved z differs by %.2g from the counterfactual", d)
			}
		}
	}
}
