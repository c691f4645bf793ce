package metrics

import (
	"math"
	"strings"
	"testing"

	"rewriting/worlds"
	_ "rewriting/worlds/churches"
)

// churchContext is that of the fakes in a world with a rule that no latent obeys.
func churchContext(t *testing.T) Context {
	t.Helper()
	c := testContext(t, nil)
	w, err := worlds.Open("churches")
	if err != nil {
		t.Fatal(err)
	}
	c.World = w
	return c
}

func TestARuleThatNoLatentDrawsHasNoPictureOfTheGeneratorsOwn(t *testing.T) {
	spec := &counterfactualSpec{Rule: "tree", Against: []string{own}, Regions: []string{outside}, Among: whole}
	_, err := spec.Build(churchContext(t))
	if err == nil || !strings.Contains(err.Error(), `"tree"`) || !strings.Contains(err.Error(), render) {
		t.Errorf("error %v does not say which rule, and what to compare with", err)
	}
}

func TestTheRendersCounterfactualOfSuchARuleIsOverTheScenesThatItChanges(t *testing.T) {
	c := churchContext(t)
	set := build(t, c, "counterfactual", "", map[string]any{"rule": "tree", "against": []any{"render"}, "among": "changing"})
	for seed := range uint64(12) {
		s := face(c, seed)
		domed, err := c.World.Truth(s.Z, "dome")
		if err != nil {
			t.Fatal(err)
		}
		got := score(t, set, s)
		if v := got["cf-render-l1-inside"]; math.IsNaN(v) == domed || domed && !(v > 0) {
			t.Errorf("seed %d, dome %v: %v", seed, domed, got)
		}
	}
}
