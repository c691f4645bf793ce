package kitchens

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"rewriting/worlds"
	"rewriting/worlds/axes"
	"rewriting/worlds/procedural"
	"rewriting/worlds/worldtest"
)

var world = New()

func TestKitchensAreAWorld(t *testing.T) { worldtest.Check(t, world, 150) }

func TestSwitchesHaveTheirFrequencies(t *testing.T) {
	worldtest.Frequencies(t, world, map[string]float64{"day": 0.5, "shelf": 0.55, "lamp": 0.45, "pot": 0.5, "stool": 0.4})
}

func TestLabelsShowTheSwitches(t *testing.T) {
	sharp := func(z []float32) bool {
		c := axes.Coordinates(z, directions)
		for _, g := range []procedural.Toggle[scene]{day, shelf, lamp, pot, stool} {
			if math.Abs(c[g.Direction]-g.Threshold) < g.Band {
				return false
			}
		}
		return true
	}
	worldtest.Shown(t, world, 600, sharp, map[string]string{"window": "day", "shelf": "shelf", "lamp": "lamp", "pot": "pot", "stool": "stool"})
}

func TestPicturesAreThoseTheNetworksWereTrainedOn(t *testing.T) {
	worldtest.Golden(t, world, "testdata/kitchens.png")
}

// brightness is the mean of all channels over a mask.
func brightness(p worlds.Picture, mask []bool) float64 {
	sum, n := 0.0, 0.0
	for i, v := range p.RGB {
		if mask[i%len(mask)] {
			sum += float64(v)
			n++
		}
	}
	return sum / n
}

func TestTheReflectionFollowsTheWindowAndTheRuleInvertsIt(t *testing.T) {
	for _, z := range worldtest.Latents(200, axes.Dim, 4) {
		where, err := world.Region(z, "reflection")
		if err != nil {
			t.Fatal(err)
		}
		light := func(picture worlds.Picture, err error) float64 {
			if err != nil {
				t.Fatal(err)
			}
			return brightness(picture, where)
		}
		day, night := light(world.Counterfactual(z, "day")), light(world.Counterfactual(z, "night"))
		// A counter of the sky's own colour mirrors least; gloss is at least one half.
		if day-night < 0.3 {
			t.Fatalf("the reflection has brightness %.2f by day and %.2f by night", day, night)
		}
		before, after := light(world.Render(z), nil), light(world.Counterfactual(z, "inverted reflection"))
		if s := newScene(axes.Coordinates(z, directions)); math.Abs(s.light()-0.5) > 0.1 && (after > before) != (s.light() < 0.5) {
			t.Fatalf("light %.2f: the reflection goes from %.2f to %.2f", s.light(), before, after)
		}
	}
}

func TestInvertingChangesNothingButTheReflection(t *testing.T) {
	for _, z := range worldtest.Latents(100, axes.Dim, 5) {
		inverted, err := world.Counterfactual(z, "inverted reflection")
		if err != nil {
			t.Fatal(err)
		}
		glass, _ := world.Region(z, "window")
		before := world.Render(z)
		for i, v := range inverted.RGB {
			if glass[i%len(glass)] && v != before.RGB[i] {
				t.Fatalf("pixel %d of the window changed", i%len(glass))
			}
		}
		if !slices.Equal(inverted.Label, before.Label) {
			t.Fatal("labels changed")
		}
	}
}

func TestNoLatentInvertsAReflection(t *testing.T) {
	_, err := world.MoveLatent(worldtest.Latents(1, axes.Dim, 6)[0], "inverted reflection")
	if !errors.Is(err, worlds.ErrNoLatent) {
		t.Errorf("error %v", err)
	}
}

func TestTheWindowIsAboveTheReflectionInEightByEightCells(t *testing.T) {
	for _, z := range worldtest.Latents(300, axes.Dim, 8) {
		window, _ := world.Region(z, "window")
		mirror, _ := world.Region(z, "reflection")
		var upper, lower, rows int
		for p := range window {
			if window[p] {
				upper++
				rows = max(rows, p/size)
			}
			if mirror[p] {
				lower++
				if p/size < 32 {
					t.Fatalf("reflection at row %d", p/size)
				}
			}
		}
		// The cells of the window at 8x8 end above row 32, and what is below follows from them.
		if rows > 31 || upper < 250 || lower < 80 {
			t.Fatalf("the window has %d pixels down to row %d, the reflection %d", upper, rows, lower)
		}
	}
}

func TestUnknownRegionsAreErrors(t *testing.T) {
	_, err := world.Region(make([]float32, axes.Dim), "door")
	if err == nil || !strings.Contains(err.Error(), `"door"`) || !strings.Contains(err.Error(), "reflection") {
		t.Errorf("error %v", err)
	}
}

func TestAMissingFileSaysHowToMakeIt(t *testing.T) {
	_, err := world.File("missing.onnx")
	if err == nil || !strings.Contains(err.Error(), "missing.onnx") || !strings.Contains(err.Error(), "scripts/train") {
		t.Errorf("error %v", err)
	}
}

func BenchmarkRender(b *testing.B) {
	zs := worldtest.Latents(256, axes.Dim, 1)
	for i := 0; b.Loop(); i++ {
		world.Render(zs[i%len(zs)])
	}
}
