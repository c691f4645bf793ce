package metrics

import (
	"errors"
	"strings"
	"testing"
)

func TestMistakesInAMetricNameTheKeyAndWhatIsAllowed(t *testing.T) {
	c := testContext(t, nil)
	mask := func(m map[string]any) map[string]any { return map[string]any{"network": "distance", "mask": m} }
	for _, x := range []struct {
		kind      string
		params    map[string]any
		key, text string
	}{
		{"clasifier", nil, "kind", "there is by-hand, change, classifier, counterfactual, drawn, lpips, modified, nearer, unedited"},
		{"classifier", map[string]any{"network": "bright", "atribute": "x"}, "atribute", `no parameter "atribute"`},
		{"classifier", map[string]any{"network": 3}, "network", "wrong type"},
		{"classifier", map[string]any{"attribute": "bright"}, "network", "is required"},
		{"classifier", map[string]any{"network": "bright"}, "attribute", "is required"},
		{"classifier", map[string]any{"network": "bright", "attribute": "a", "output": 1}, "output", "not both"},
		{"classifier", map[string]any{"network": "bright", "attribute": "smile"}, "attribute", `has "never", "bright"`},
		{"classifier", map[string]any{"network": "bright", "attribute": "bright", "truth": "nose"}, "truth", "smile"},
		{"classifier", map[string]any{"network": "bright", "attribute": "bright", "resize": "bicubic"}, "resize", `"pillow-bilinear"`},
		{"classifier", map[string]any{"network": "bright", "attribute": "bright", "resize": "nearest"}, "resize", "[height, width]"},
		{"classifier", map[string]any{"network": "bright", "attribute": "bright", "among": []any{"some"}}, "among", `"all", "negatives"`},
		{"classifier", map[string]any{"network": "distance", "attribute": "bright"}, "network", "inputs [x y]"},
		{"classifier", map[string]any{"network": "gone.onnx", "attribute": "bright"}, "network", "no such file"},
		{"classifier", map[string]any{"network": "bright", "attribute": "bright", "key": "A b"}, "key", `"a-b" would do`},
		{"lpips", map[string]any{"network": "distance"}, "mask", "is required"},
		{"lpips", mask(map[string]any{"segmenter": "segment"}), "mask", "needs classes"},
		{"lpips", mask(map[string]any{"classes": []any{"mouth"}}), "mask", "need a segmenter"},
		{"lpips", mask(map[string]any{"rule": "smile", "segmenter": "segment"}), "mask", "not both"},
		{"lpips", mask(map[string]any{"segmenter": "segment", "classes": []any{"nose"}}), "mask", `has "rest", "mouth", "other"`},
		{"lpips", mask(map[string]any{"rule": "grin"}), "mask", `"smile"`},
		{"change", map[string]any{"regions": []any{"all"}, "levels": 0}, "levels", "1 to 255"},
		{"change", map[string]any{"regions": []any{}}, "regions", "is empty"},
		{"change", map[string]any{"regions": []any{"all"}, "measures": []any{"l1", "l1"}}, "measures", "twice"},
		{"counterfactual", map[string]any{}, "rule", "is required"},
		{"counterfactual", map[string]any{"rule": "grin"}, "rule", `"smile"`},
		{"counterfactual", map[string]any{"rule": "smile", "against": []any{"mine"}}, "against", `"own", "render"`},
		{"modified", map[string]any{"mask": smileMask}, "target", "is required"},
		{"modified", map[string]any{"target": []any{"rest"}}, "mask", "is required"},
	} {
		spec, err := Decode(x.kind, "", x.params)
		if err == nil {
			_, err = spec.Build(c)
		}
		var at *ParamError
		if !errors.As(err, &at) || at.Key != x.key || !strings.Contains(err.Error(), x.text) {
			t.Errorf("%s %v: got %v, want key %q and %q", x.kind, x.params, err, x.key, x.text)
		}
	}
}

func TestTwoColumnsOfOneKeyAreRefused(t *testing.T) {
	c := testContext(t, nil)
	spec, err := Decode("change", "", map[string]any{"regions": []any{"all"}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := spec.Build(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewSet(m, m); err == nil || !strings.Contains(err.Error(), "change-l1-all") {
		t.Errorf("got %v", err)
	}
}

func TestEveryColumnSaysWhatItIs(t *testing.T) {
	c := testContext(t, nil)
	for kind, params := range map[string]map[string]any{
		"classifier":     {"network": "bright", "attribute": "bright"},
		"lpips":          {"network": "distance", "mask": smileMask, "regions": []any{"inside", "outside", "all"}},
		"change":         {"mask": smileMask, "measures": []any{"l1", "l1-pooled", "changed"}},
		"counterfactual": {"rule": "smile", "against": []any{"own", "render"}, "network": "distance"},
		"modified":       {"mask": smileMask, "target": []any{"rest"}},
		"unedited":       {},
	} {
		for _, col := range build(t, c, kind, "", params).Columns() {
			if col.Key == "" || col.Title == "" || col.Meaning == "" || col.Protocol == "" || col.Version < 1 || col.Direction == "" || col.Key != slug(col.Key) {
				t.Errorf("%s: incomplete column %+v", kind, col)
			}
		}
	}
}

func TestSpecsListTheNetworksTheyWillOpen(t *testing.T) {
	spec, err := Decode("lpips", "", map[string]any{"network": "distance", "mask": smileMask})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(spec.Networks(), " "); got != "distance segment" {
		t.Errorf("got %q", got)
	}
}
