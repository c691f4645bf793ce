package stage

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAKeyDoesNotDependOnTheOrderOfFields(t *testing.T) {
	a := NewContent("edit", 1).Set("layer", 7).Set("rate", 0.01)
	b := NewContent("edit", 1).Set("rate", 0.01).Set("layer", 7)
	if a.Key() != b.Key() {
		t.Error("keys differ")
	}
}

func TestEveryPartOfTheContentChangesTheKey(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range []*Content{
		NewContent("edit", 1), NewContent("edit", 2), NewContent("edits", 1),
		NewContent("edit", 1).Set("layer", 7), NewContent("edit", 1).Set("layer", 8), NewContent("edit", 1).Set("layer", "7"),
		NewContent("edit", 1).Set("layers", 7), NewContent("edit", 1).Set("rate", 0.1), NewContent("edit", 1).Set("rate", 0.1+1e-17),
		NewContent("edit", 1).Set("rate", 0.30000000000000004), NewContent("edit", 1).Set("a", "b").Set("c", ""),
		NewContent("edit", 1).Set("a", "").Set("c", "b"),
	} {
		seen[c.Key()] = true
	}
	// 0.1+1e-17 is 0.1 in float64; all others differ.
	if len(seen) != 11 {
		t.Errorf("%d different keys, want 11", len(seen))
	}
}

// A key in use must not change by accident: results on disk would be lost. This one was computed when the form was fixed.
func TestTheFormOfKeysIsFixed(t *testing.T) {
	const want = "4e89ca776892eab454956a89c01610f3905f74b3cef9c4bd2691b2cd69d05fca"
	if got := NewContent("edit", 1).Set("layer", 7).Set("session", "ab").Key(); got != want {
		t.Errorf("key %s, want %s", got, want)
	}
}

func TestDifferencesAreToldInWords(t *testing.T) {
	was := NewContent("edit", 1).Set("layer", 7).Set("gone", true).Set("same", 1)
	is := NewContent("edit", 2).Set("layer", 8).Set("added", "x").Set("same", 1)
	want := []string{"version of stage edit: 1 -> 2", "added: new, x", "layer: 7 -> 8", "gone: was true, gone"}
	if diff := cmp.Diff(want, Differences(was, is)); diff != "" {
		t.Error(diff)
	}
}
