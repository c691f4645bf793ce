package faces

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rewriting/worlds/axes"
	"rewriting/worlds/worldtest"
)

var world Faces

func TestFacesAreAWorld(t *testing.T) { worldtest.Check(t, world, 150) }

func TestSwitchesHaveTheirFrequencies(t *testing.T) {
	const n = 20000
	want := map[string]float64{"smile": 0.5, "open": 0.25, "glasses": 0.3, "earrings": 0.4, "hat": 0.2}
	count := map[string]float64{}
	for _, z := range worldtest.Latents(n, axes.Dim, 3) {
		for name := range want {
			if on, err := world.Truth(z, name); err != nil {
				t.Fatal(err)
			} else if on {
				count[name]++
			}
		}
	}
	for name, p := range want {
		// Four standard errors, and 0.003 as t is only almost normal.
		limit := 4*math.Sqrt(p*(1-p)/n) + 0.003
		if got := count[name] / n; math.Abs(got-p) > limit {
			t.Errorf("%s: %.3f of faces, want %.3f +- %.3f", name, got, p, limit)
		}
	}
}

func TestMoveLatentMovesOneCoordinateOnly(t *testing.T) {
	for _, z := range worldtest.Latents(50, axes.Dim, 4) {
		for _, r := range rules {
			moved, err := world.MoveLatent(z, r.name)
			if err != nil {
				t.Fatal(err)
			}
			before, after := newScene(z), newScene(moved)
			if !r.obeys(&after) {
				t.Fatalf("rule %s does not hold after the move", r.name)
			}
			for i := range before.t {
				if i != r.dir && math.Abs(before.t[i]-after.t[i]) > 2e-6 { // float32 entries of z
					t.Fatalf("rule %s moved coordinate %d by %v", r.name, i, after.t[i]-before.t[i])
				}
			}
		}
	}
}

func TestAFaceThatObeysTheRuleKeepsItselfAndItsLatent(t *testing.T) {
	for _, z := range worldtest.Latents(50, axes.Dim, 5) {
		for _, r := range rules {
			if s := newScene(z); !r.obeys(&s) {
				continue
			}
			moved, _ := world.MoveLatent(z, r.name)
			picture, _ := world.Counterfactual(z, r.name)
			if !slices.Equal(moved, z) || !slices.Equal(picture.RGB, world.Render(z).RGB) {
				t.Fatalf("rule %s changed a face that obeys it", r.name)
			}
		}
	}
}

// outsideBands tells whether all switches are drawn fully on or off.
func outsideBands(s *scene) bool {
	for _, t := range toggles {
		if math.Abs(s.t[t.dir]-t.at) < band {
			return false
		}
	}
	return math.Abs(s.t[dirOpen]-openAt) >= band
}

func TestLabelsShowTheSwitches(t *testing.T) {
	for _, z := range worldtest.Latents(400, axes.Dim, 6) {
		s := newScene(z)
		if !outsideBands(&s) {
			continue
		}
		var count [len(labelNames)]int
		for _, l := range world.Render(z).Label {
			count[l]++
		}
		for label, name := range map[int]string{labelInside: "open", labelTeeth: "open", labelGlasses: "glasses", labelEarrings: "earrings", labelHat: "hat"} {
			if on, _ := world.Truth(z, name); on != (count[label] > 0) {
				t.Fatalf("%s is %v, but %d pixels are labelled %s", name, on, count[label], labelNames[label])
			}
		}
		for label, least := range map[int]int{labelBackground: 1000, labelCloth: 30, labelSkin: 200, labelHair: 20, labelEyes: 15, labelLips: 20} {
			if count[label] < least {
				t.Fatalf("%d pixels of %s, expected at least %d", count[label], labelNames[label], least)
			}
		}
	}
}

func TestASmileCurvesUpAndAFrownDoesNot(t *testing.T) {
	for _, z := range worldtest.Latents(400, axes.Dim, 7) {
		s := newScene(z)
		if math.Abs(s.t[dirSmile]) < band {
			continue
		}
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

func TestAMissingFileSaysHowToMakeIt(t *testing.T) {
	_, err := world.File("missing.onnx")
	if err == nil || !strings.Contains(err.Error(), "missing.onnx") || !strings.Contains(err.Error(), "scripts/train") {
		t.Errorf("error %v", err)
	}
	if _, err := world.File("README.md"); err != nil {
		t.Error(err)
	}
}

func BenchmarkRender(b *testing.B) {
	zs := worldtest.Latents(256, axes.Dim, 1)
	for i := 0; b.Loop(); i++ {
		world.Render(zs[i%len(zs)])
	}
}
