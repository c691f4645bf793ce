package rewrite

import (
	"strings"
	"testing"

	"rewriting/rewrite/rewritetest"
	"rewriting/sessions"
)

func pasteSession() *sessions.Session {
	object, paste := rewritetest.Rectangle(3, 8, 1, 2, 4, 7), rewritetest.Rectangle(5, 8, 5, 5, 8, 8)
	return &sessions.Session{Object: &object, Paste: &paste}
}

func TestCopyPasteMovesTheObjectsValuesAndNothingElse(t *testing.T) {
	cut, table := newLinearCut(3, 4, 8, 3), linearTable()
	goal, err := CopyPaste(cut, table, pasteSession(), PasteOptions{WholeMap: true})
	if err != nil {
		t.Fatal(err)
	}
	_, from, err := valuesOf(cut, table, "object", 3)
	if err != nil {
		t.Fatal(err)
	}
	_, to, err := valuesOf(cut, table, "paste", 5)
	if err != nil {
		t.Fatal(err)
	}
	want := sessions.Box{Top: 5, Left: 3, Bottom: 8, Right: 8} // centred on (6,6), shifted inside
	if goal.Pasted.Placement.Box != want {
		t.Fatalf("lands on %v", goal.Pasted.Placement.Box)
	}
	for c := range 4 {
		for y := range 8 {
			for x := range 8 {
				expect := to.Data[(c*8+y)*8+x]
				if y >= 5 && x >= 3 {
					expect = from.Data[(c*8+y-5+1)*8+x-3+2]
				}
				if got := goal.Values.Data[(c*8+y)*8+x]; got != expect {
					t.Fatalf("channel %d, cell %d,%d: %g, want %g", c, y, x, got, expect)
				}
			}
		}
	}
}

func TestATightGoalIsTheCropOfTheWholeOne(t *testing.T) {
	cut, table := newLinearCut(3, 4, 8, 3), linearTable()
	whole, err := CopyPaste(cut, table, pasteSession(), PasteOptions{WholeMap: true})
	if err != nil {
		t.Fatal(err)
	}
	tight, err := CopyPaste(cut, table, pasteSession(), TightPaste)
	if err != nil {
		t.Fatal(err)
	}
	box := tight.Pasted.Placement.MapCrop
	if largestDifference(tight.Values, Crop(whole.Values, box)) != 0 || largestDifference(tight.Keys.Key, Crop(whole.Keys.Key, box)) != 0 {
		t.Error("the crop is not a part of the whole")
	}
}

func TestASoftMaskBlendsAndHardEdgesReplace(t *testing.T) {
	cut, table := newLinearCut(2, 2, 4, 1), linearTable()
	object, paste := rewritetest.Rectangle(3, 8, 1, 1, 3, 3), rewritetest.Rectangle(5, 8, 0, 0, 2, 2) // the object touches 2x2 cells by a quarter or so
	s := &sessions.Session{Object: &object, Paste: &paste}
	soft, err := CopyPaste(cut, table, s, PasteOptions{WholeMap: true})
	if err != nil {
		t.Fatal(err)
	}
	hard, err := CopyPaste(cut, table, s, PasteOptions{WholeMap: true, HardEdges: true})
	if err != nil {
		t.Fatal(err)
	}
	_, from, _ := valuesOf(cut, table, "object", 3)
	_, to, _ := valuesOf(cut, table, "paste", 5)
	a := soft.Pasted.Area.A[0]
	if a <= 0 || a >= 1 {
		t.Fatalf("area %g is not soft", a)
	}
	if got, want := soft.Values.Data[0], (1-a)*to.Data[0]+a*from.Data[0]; got != want {
		t.Errorf("blended %g, want %g", got, want)
	}
	if hard.Values.Data[0] != from.Data[0] {
		t.Errorf("replaced %g, want %g", hard.Values.Data[0], from.Data[0])
	}
}

func TestAnIncompleteSessionCannotBePasted(t *testing.T) {
	cut, table := newLinearCut(2, 2, 4, 1), linearTable()
	for want, change := range map[string]func(*sessions.Session){
		"no object":                            func(s *sessions.Session) { s.Object = nil },
		"no paste":                             func(s *sessions.Session) { s.Paste = nil },
		"object (image 3): nothing is painted": func(s *sessions.Session) { s.Object.Mask = nil },
		"paste: image 99 is not in the table of 37": func(s *sessions.Session) { s.Paste.Image = 99 },
	} {
		s := pasteSession()
		change(s)
		if _, err := CopyPaste(cut, table, s, TightPaste); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestErasingStartsFromTheImageWithoutItsUnits(t *testing.T) {
	cut, table := newLinearCut(4, 2, 4, 3), linearTable()
	s := pasteSession()
	goal, err := EraseGoal(cut, table, s, []int{1, 3})
	if err != nil {
		t.Fatal(err)
	}
	state, whole, _ := valuesOf(cut, table, "paste", 5)
	if largestDifference(goal.Keys.Key, state.Key) != 0 {
		t.Error("the keys of the goal are changed")
	}
	// what remains is what the weight without those units gives
	d := orthonormalRows(1, 1, 4)
	clear(d.Data)
	d.Data[1] = 1
	w := Zero(cut.weight, d, 0)
	clear(d.Data)
	d.Data[3] = 1
	without, _ := cut.WithWeight(Zero(w, d, 0))
	want, _ := without.Target(state)
	if diff := largestDifference(goal.Values, want); diff > 1e-5 || largestDifference(goal.Values, whole) == 0 {
		t.Errorf("values differ by %g", diff)
	}
	if _, err := EraseGoal(cut, table, &sessions.Session{}, nil); err == nil {
		t.Error("erased from no image")
	}
}
