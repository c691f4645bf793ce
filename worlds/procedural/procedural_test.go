package procedural

import (
	"errors"
	"math"
	"slices"
	"testing"
	"testing/fstest"

	"rewriting/worlds"
	"rewriting/worlds/axes"
	"rewriting/worlds/paint"
	"rewriting/worlds/worldtest"
)

// lamp is a world of one lamp in a grey room.
type lamp struct{ x, lit, broken float64 }

const (
	dirX = iota
	dirLit
	directions
)

func room(s lamp) *paint.Canvas {
	c := paint.NewCanvas(16, 1)
	c.Gradient(paint.Colour{0.4, 0.4, 0.4}, paint.Colour{0.6, 0.6, 0.6})
	c.Fill(paint.Fixed, paint.Disc(s.x, 8, 3), paint.Brush{Colour: paint.Colour{1, 1 - s.broken, 0}, Opacity: s.lit, Label: 1})
	return c
}

func place(s lamp, touched []bool) {
	c := paint.NewCanvas(16, 1)
	c.Touched = touched
	c.Fill(paint.Fixed, paint.Disc(s.x, 8, 3), paint.Solid(paint.Colour{}, 1))
}

var lit = Toggle[lamp]{
	Name: "lit", Direction: dirLit, Threshold: 0.3, Band: 0.1,
	Strength: func(s *lamp) *float64 { return &s.lit }, Part: place,
}

var rooms = New(Definition[lamp]{
	Name: "rooms", Size: 16, Labels: []string{"room", "lamp"}, Directions: directions,
	Scene: func(t []float64) lamp { return lamp{x: 8 + Signed(t[dirX]), lit: Blend(t[dirLit], 0.3, 0.1)} },
	Draw:  room,
	Targets: append(Colour("lamp", paint.Colour{0.3, 0.3, 0.3}, paint.Colour{0.4, 0.4, 0.4}, func(s *lamp) paint.Colour {
		return paint.Colour{s.lit, s.lit, s.lit}
	}), Uniform[lamp]("x", dirX)),
	Switches: []Switch{lit.Switch()},
	Rules: []Rule[lamp]{
		lit.Rule("lit", true), lit.Rule("dark", false),
		{
			Name: "broken", Obeys: func([]float64) bool { return false },
			Apply: func(s *lamp) { s.lit, s.broken = 1, 1 }, Part: place,
		},
	},
	Data: fstest.MapFS{"data/a.txt": {Data: []byte("a")}},
})

func TestADefinitionIsAWorld(t *testing.T) { worldtest.Check(t, rooms, 100) }

func TestMoveLatentMovesTheRulesCoordinateOnly(t *testing.T) {
	for _, z := range worldtest.Latents(100, axes.Dim, 4) {
		for _, rule := range []string{"lit", "dark"} {
			moved, err := rooms.MoveLatent(z, rule)
			if err != nil {
				t.Fatal(err)
			}
			if on, _ := rooms.Truth(moved, "lit"); on != (rule == "lit") {
				t.Fatalf("rule %s does not hold after the move", rule)
			}
			before, after := axes.Coordinates(z, directions), axes.Coordinates(moved, directions)
			if d := math.Abs(before[dirX] - after[dirX]); d > 2e-6 { // float32 entries of z
				t.Fatalf("rule %s moved the other coordinate by %v", rule, d)
			}
			again, _ := rooms.MoveLatent(moved, rule)
			if !slices.Equal(again, moved) {
				t.Fatalf("rule %s changed a latent that obeys it", rule)
			}
		}
	}
}

func TestARuleWithoutAMoveHasNoLatentButAPicture(t *testing.T) {
	z := worldtest.Latents(1, axes.Dim, 5)[0]
	if _, err := rooms.MoveLatent(z, "broken"); !errors.Is(err, worlds.ErrNoLatent) {
		t.Errorf("error %v", err)
	}
	p, err := rooms.Counterfactual(z, "broken")
	if err != nil {
		t.Fatal(err)
	}
	if at := 8*16 + 8; p.RGB[at] != 1 || p.RGB[256+at] != -1 {
		t.Errorf("the broken lamp is %v, %v", p.RGB[at], p.RGB[256+at])
	}
}

func TestAcrossReflectsOrLeavesTheBand(t *testing.T) {
	for _, c := range []struct{ t, want float64 }{{0.35, 0.2}, {0.3, 0.4}, {0.25, 0.4}, {-1, 1.6}, {2, -1.4}} {
		if got := Across(c.t, 0.3, 0.1); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v goes to %v, want %v", c.t, got, c.want)
		}
	}
}
