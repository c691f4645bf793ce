package metrics

import (
	"math"
	"strings"
	"testing"

	"rewriting/compute"
)

func TestAPerfectEditIsNearerEverywhereAndNoEditNowhere(t *testing.T) {
	c := testContext(t, nil)
	set := build(t, c, "nearer", "", map[string]any{"rule": "glasses", "against": "render", "mask": map[string]any{"rule": "glasses"}})
	wantKeys(t, set, "nearer", "nearer-pixels")
	seen := 0
	for seed := range uint64(20) {
		s := face(c, seed)
		if on, err := c.World.Truth(s.Z, "glasses"); err != nil {
			t.Fatal(err)
		} else if on {
			if got := score(t, set, s)["nearer"]; !math.IsNaN(got) {
				t.Errorf("seed %d wears glasses already: %v", seed, got)
			}
			continue
		}
		seen++
		if got := score(t, set, s); got["nearer"] != 0 || got["nearer-pixels"] < 10 {
			t.Errorf("seed %d unedited: %v", seed, got)
		}
		p, err := c.World.Counterfactual(s.Z, "glasses")
		if err != nil {
			t.Fatal(err)
		}
		s.Edited = roundTrip(compute.From(p.RGB, 1, 3, p.Size, p.Size))
		if got := score(t, set, s); got["nearer"] != got["nearer-pixels"] {
			t.Errorf("seed %d with a perfect edit: %v", seed, got)
		}
	}
	if seen == 0 {
		t.Fatal("every face wears glasses")
	}
}

func TestNearerExplainsItsMistakes(t *testing.T) {
	for want, params := range map[string]map[string]any{
		"rule: is required": {"mask": map[string]any{"rule": "glasses"}},
		"mask: is required": {"rule": "glasses"},
		`rule = "beard"`:    {"rule": "beard", "mask": map[string]any{"rule": "glasses"}},
	} {
		spec, err := Decode("nearer", "", params)
		if err == nil {
			_, err = spec.Build(testContext(t, nil))
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", params, err, want)
		}
	}
}
