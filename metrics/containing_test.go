package metrics

import (
	"strings"
	"testing"
)

func TestAnImageContainsAnObjectOfOnePixel(t *testing.T) {
	c := testContext(t, nil)
	mouths, err := NewContaining(map[string]any{"segmenter": "segment", "classes": []any{"mouth"}}, c)
	if err != nil {
		t.Fatal(err)
	}
	if mouths.Object() != "mouth" || !strings.Contains(mouths.Protocol(), "segment") {
		t.Errorf("%s by %s", mouths.Object(), mouths.Protocol())
	}
	s := face(c, 3)
	for i := range s.Clean.Data {
		s.Clean.Data[i] = -0.5 // no red
	}
	for _, want := range []bool{false, true} {
		if got, err := mouths.Has(t.Context(), s); err != nil || got != want {
			t.Errorf("contains a mouth: %t, %v; want %t", got, err, want)
		}
		s.Clean.Data[77] = 0.5
	}
}

func TestMistakesInWhatImagesShallContain(t *testing.T) {
	for want, params := range map[string]map[string]any{
		"segmenter: is required":            {"classes": []any{"mouth"}},
		"needs classes":                     {"segmenter": "segment"},
		`no class "dome"; it has "rest"`:    {"segmenter": "segment", "classes": []any{"dome"}},
		`contains has no parameter "label"`: {"segmenter": "segment", "label": "dome"},
		"classes: wrong type":               {"segmenter": "segment", "classes": 3},
	} {
		if _, err := NewContaining(params, testContext(t, nil)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", params, err, want)
		}
	}
}
