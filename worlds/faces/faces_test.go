package faces

import (
	"math"
	"math/rand/v2"
	"testing"

	"rewriting/worlds/axes"
	"rewriting/worlds/worldtest"
)

var world = open()

func TestFacesAreAWorld(t *testing.T) { worldtest.Check(t, world, 150) }

func TestPicturesAreThoseTheNetworksWereTrainedOn(t *testing.T) {
	worldtest.Golden(t, world, "testdata/faces.png")
}

func TestSwitchesHaveTheirFrequencies(t *testing.T) {
	worldtest.Frequencies(t, world, map[string]float64{"smile": 0.5, "open": 0.25, "glasses": 0.3, "earrings": 0.4, "hat": 0.2})
}

// sharp tells whether all switches are drawn fully on or off.
func sharp(z []float32) bool {
	c := axes.Coordinates(z, directions)
	for _, g := range toggles {
		if math.Abs(c[g.Direction]-g.Threshold) < band {
			return false
		}
	}
	return math.Abs(c[dirOpen]-openAt) >= band
}

func TestLabelsShowTheSwitches(t *testing.T) {
	worldtest.Shown(t, world, 400, sharp, map[string]string{
		"mouth inside": "open", "teeth": "open", "glasses": "glasses", "earrings": "earrings", "hat": "hat",
	})
}

func TestEveryFaceHasItsParts(t *testing.T) {
	for _, z := range worldtest.Latents(400, axes.Dim, 6) {
		p := world.Render(z)
		for label, least := range map[string]int{"background": 1000, "cloth": 30, "skin": 200, "hair": 20, "eyes": 15, "lips": 20} {
			if n := worldtest.Count(world, p, label); n < least {
				t.Fatalf("%d pixels of %s, expected at least %d", n, label, least)
			}
		}
	}
}

func TestASmileCurvesUpAndAFrownDoesNot(t *testing.T) {
	for _, z := range worldtest.Latents(400, axes.Dim, 7) {
		coordinates := axes.Coordinates(z, directions)
		if math.Abs(coordinates[dirSmile]) < band {
			continue
		}
		s := newScene(coordinates)
		c := s.mouth().curvature
		if smiling, _ := world.Truth(z, "smile"); smiling && c < 3.2 || !smiling && c > -0.2 {
			t.Fatalf("smiling is %v with curvature %v", smiling, c)
		}
	}
}

func TestTheWindowOfASmileIsTheMouth(t *testing.T) {
	for _, z := range worldtest.Latents(200, axes.Dim, 8) {
		window, err := world.Window(z, "smile")
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for p, l := range world.Render(z).Label {
			if (l == labelLips || l == labelInside || l == labelTeeth) && !window[p] {
				t.Fatalf("mouth pixel %d is outside the window", p)
			}
			if window[p] {
				n++
			}
		}
		if n < 60 || n > 500 {
			t.Fatalf("the window has %d pixels", n)
		}
	}
}

func TestTheBoundsOfTheMouthHoldIt(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 0))
	for range 200 {
		open := max(0, 8*rng.Float64()-3)
		m := mouth{y: 8, halfWidth: 5 + 4*rng.Float64(), curvature: -3 + 8*rng.Float64(), opening: min(open, 5.6)}
		b := m.Bounds().Grow(1e-9)
		for y := -5.0; y < 25; y += 0.25 {
			for x := -15.0; x < 15; x += 0.25 {
				if (x < b.X0 || x > b.X1 || y < b.Y0 || y > b.Y1) && m.Distance(x, y) < 0 {
					t.Fatalf("%+v: (%v, %v) is inside the mouth and outside its bounds", m, x, y)
				}
			}
		}
	}
}

func BenchmarkRender(b *testing.B) {
	zs := worldtest.Latents(256, axes.Dim, 1)
	for i := 0; b.Loop(); i++ {
		world.Render(zs[i%len(zs)])
	}
}
