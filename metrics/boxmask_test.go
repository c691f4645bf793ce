package metrics

import (
	"context"
	"strings"
	"testing"

	"rewriting/compute"
)

func TestABoxHoldsThePixelsWhoseCentresLieInIt(t *testing.T) {
	m := boxMasker([]float64{0.25, 0.5, 0.75, 1})
	found, err := m.mask(context.Background(), &Sample{Clean: compute.New(1, 3, 4, 4), Prepared: NewPrepared()})
	if err != nil {
		t.Fatal(err)
	}
	want := "................" // row by row
	want = want[:8] + ".##." + ".##."
	var got strings.Builder
	for _, in := range found.In {
		got.WriteByte(".#"[map[bool]int{true: 1}[in]])
	}
	if got.String() != want {
		t.Errorf("mask %s, want %s", got.String(), want)
	}
}

func TestABoxThatIsNoneIsRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		spec MaskSpec
		want string
	}{
		{"three numbers", MaskSpec{Box: []float64{0, 0, 1}}, "left, top, right, bottom"},
		{"left of itself", MaskSpec{Box: []float64{0.6, 0, 0.4, 1}}, "left, top, right, bottom"},
		{"in pixels", MaskSpec{Box: []float64{10, 10, 20, 20}}, "shares of the picture"},
		{"beside a rule", MaskSpec{Box: []float64{0, 0, 1, 1}, Rule: "smile"}, "either box, rule, or segmenter"},
	} {
		if err := c.spec.check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("a box of %s gives %v", c.name, err)
		}
	}
}
