package metrics

import (
	"math"
	"strings"
	"testing"

	"rewriting/compute"
)

func glassesParams() map[string]any {
	return map[string]any{"key": "glasses", "with": "glasses", "without": "no glasses"}
}

// The renderer's own pictures are told apart without a mistake, whoever they are compared with.
func TestDrawnAgreesWithTheTruthOfPerfectPictures(t *testing.T) {
	c := testContext(t, nil)
	for _, against := range []string{"render", "own"} {
		params := glassesParams()
		params["against"] = against
		set := build(t, c, "drawn", "with glasses", params)
		seen := map[float64]int{}
		for seed := range uint64(60) {
			s := face(c, seed)
			truth, err := c.World.Truth(s.Z, "glasses")
			if err != nil {
				t.Fatal(err)
			}
			want := 0.0
			if truth {
				want = 1
			}
			if got := score(t, set, s)["glasses"]; got != want {
				t.Errorf("%s, seed %d: %v, want %v", against, seed, got, want)
			}
			seen[want]++
			for rule, want := range map[string]float64{"glasses": 1, "no glasses": 0} {
				p, err := c.World.Counterfactual(s.Z, rule)
				if err != nil {
					t.Fatal(err)
				}
				s.Edited = roundTrip(compute.From(p.RGB, 1, 3, p.Size, p.Size))
				if got := score(t, set, s)["glasses"]; got != want {
					t.Errorf("%s, seed %d under rule %q: %v", against, seed, rule, got)
				}
			}
		}
		if seen[0] == 0 || seen[1] == 0 {
			t.Fatalf("faces of one sort alone: %v", seen)
		}
	}
}

// What happens outside the window does not count, and inside the nearer picture decides.
func TestDrawnIsDecidedInsideTheWindowAtTheMiddle(t *testing.T) {
	c := testContext(t, nil)
	set := build(t, c, "drawn", "", glassesParams())
	s := face(c, 5)
	with, err := c.World.Counterfactual(s.Z, "glasses")
	if err != nil {
		t.Fatal(err)
	}
	without, err := c.World.Counterfactual(s.Z, "no glasses")
	if err != nil {
		t.Fatal(err)
	}
	on, err := c.World.Window(s.Z, "glasses")
	if err != nil {
		t.Fatal(err)
	}
	off, err := c.World.Window(s.Z, "no glasses")
	if err != nil {
		t.Fatal(err)
	}
	for share, want := range map[float32]float64{0.45: 0, 0.55: 1} {
		s.Edited = s.Clean.Clone()
		for i := range s.Edited.Data {
			s.Edited.Data[i] = 1
			if p := i % len(on); on[p] || off[p] {
				s.Edited.Data[i] = without.RGB[i] + share*(with.RGB[i]-without.RGB[i])
			}
		}
		if got := score(t, set, s)["glasses"]; got != want {
			t.Errorf("%.2f of the way: %v, want %v", share, got, want)
		}
	}
}

func TestCountsOfWhatIsNotWantedFall(t *testing.T) {
	params := glassesParams()
	params["wanted"] = false
	col := build(t, testContext(t, nil), "drawn", "marks", params).Columns()[0]
	if col.Kind != Count || col.Direction != Lower || col.Unit != "" {
		t.Errorf("%+v", col)
	}
	col = build(t, testContext(t, nil), "classifier", "marks", map[string]any{"network": "bright", "attribute": "bright", "wanted": false, "among": []string{"all"}}).Columns()[0]
	if col.Direction != Lower {
		t.Errorf("%+v", col)
	}
	e := Summarise([]Column{{Kind: Count}}, Scores{{1, 0, 1, math.NaN()}}, 0)
	if e.Value != 2 || e.N != 3 {
		t.Errorf("%+v", e)
	}
}

func TestDrawnExplainsItsMistakes(t *testing.T) {
	for want, params := range map[string]map[string]any{
		"with: is required":          {"without": "no glasses"},
		"without: is required":       {"with": "glasses"},
		`with: rule: rule = "beard"`: {"with": "beard", "without": "no glasses"},
		`against: "theirs"`:          {"with": "glasses", "without": "no glasses", "against": "theirs"},
	} {
		spec, err := Decode("drawn", "x", params)
		if err == nil {
			_, err = spec.Build(testContext(t, nil))
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", params, err, want)
		}
	}
}
