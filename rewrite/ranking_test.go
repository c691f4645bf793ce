package rewrite

import (
	"math"
	"slices"
	"testing"

	"rewriting/rewrite/rewritetest"
	"rewriting/sessions"
)

func TestRankingFindsTheImagesOfTheStrongestResponse(t *testing.T) {
	cut, table := newLinearCut(3, 2, 5, 1), linearTable()
	d := []float64{0.5, -1, 0.25}
	r, err := Rank(t.Context(), cut, table, d, 4, nil)
	if err != nil {
		t.Fatal(err)
	}
	var scores, all []float64
	for i := range table.Dim(0) {
		s, err := cut.Context(table.Item(i))
		if err != nil {
			t.Fatal(err)
		}
		best := math.Inf(-1)
		for _, v := range Response(s, d) {
			best = max(best, float64(v))
			all = append(all, float64(v))
		}
		scores = append(scores, best)
	}
	slices.Sort(all)
	at := 0.999*float64(len(all)) - 0.5
	lo := int(at)
	level := all[lo] + (at-float64(lo))*(all[lo+1]-all[lo])
	if math.Abs(r.Level-level) > 1e-6 {
		t.Errorf("level %g, want %g", r.Level, level)
	}
	if len(r.Images) != 4 {
		t.Fatalf("%d images", len(r.Images))
	}
	for i, s := range r.Images {
		better := 0
		for _, o := range scores {
			if o > s.Score+1e-6 {
				better++
			}
		}
		if math.Abs(scores[s.Image]-s.Score) > 1e-6 || better != i {
			t.Errorf("place %d: image %d with %g; its score is %g and %d are better", i, s.Image, s.Score, scores[s.Image], better)
		}
	}
	if _, err := Rank(t.Context(), cut, table, d[:2], 4, nil); err == nil {
		t.Error("a key of the wrong length was accepted")
	}
}

func TestTheQueryKeyIsANormalisedWhitenedMean(t *testing.T) {
	cut, table := newLinearCut(4, 2, 4, 1), linearTable()
	m := measured(t, cut, table)
	region := rewritetest.Rectangle(3, 4, 1, 1, 3, 3)
	q, err := QueryKey(t.Context(), cut, m, table, region)
	if err != nil {
		t.Fatal(err)
	}
	mean := basisOf(t, Mean, cut, []sessions.Region{region}, 1)
	for i, v := range q {
		if math.Abs(v-float64(mean.D.Data[i])) > 1e-6 {
			t.Errorf("q[%d] = %g, the mean direction has %g", i, v, mean.D.Data[i])
		}
	}
}
