package experiment

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"rewriting/gan/latent"
	"rewriting/pipeline/internal/study"
)

func TestP06NothingIsAveragedOverFewerSamplesThanExpected(t *testing.T) {
	x := newToy(t)
	r := x.open(t.TempDir(), study.Options{})
	for i, rg := range r.plan.chunks {
		for col := range r.Columns {
			s := newScores(rg.Count)
			for k := range s.values {
				s.values[k] = []float64{1, 1}
			}
			r.scores[0][col][i] = s
		}
	}
	if _, _, _, err := r.merge(0); err != nil {
		t.Fatal(err)
	}
	r.scores[0][1][1].values[4] = nil
	if _, _, _, err := r.merge(0); err == nil || !strings.Contains(err.Error(), "seed 14") {
		t.Errorf("one sample missing: %v", err)
	}
	r.scores[0][1][1] = nil
	if _, _, _, err := r.merge(0); err == nil || !strings.Contains(err.Error(), "000010-000019 are missing") {
		t.Errorf("one chunk missing: %v", err)
	}
}

func TestP17OneFailedMethodStopsNoOther(t *testing.T) {
	x := newToy(t)
	x.Rows[1].Method = toyMethod{applied: x.applied, fail: errors.New("diverged")}
	o := x.mustRun(t, t.TempDir(), study.Options{})
	if o.Failed != 1 || o.Result.Rows[1].Failed != "diverged" {
		t.Errorf("%d failed, row says %q", o.Failed, o.Result.Rows[1].Failed)
	}
	if n := o.Result.Rows[0].Cells["change"].N; n != 23 {
		t.Errorf("the first row has %d samples", n)
	}
}

func TestP17OneFailedSampleIsNamedLeftOutAndTriedAgain(t *testing.T) {
	dir, x := t.TempDir(), newToy(t)
	x.Rows[0].Method = toyMethod{applied: x.applied, before: func(seed uint32) error {
		if seed == 12 {
			return fmt.Errorf("no picture today")
		}
		return nil
	}}
	o := x.mustRun(t, dir, study.Options{})
	if o.Failed != 2 || o.Result.Rows[0].Cells["change"].N != 22 {
		t.Errorf("%d failed, %d samples", o.Failed, o.Result.Rows[0].Cells["change"].N)
	}
	if w := strings.Join(o.Result.Warnings, "\n"); !strings.Contains(w, "seed 12: no picture today") {
		t.Errorf("warnings %q", w)
	}
	x = newToy(t)
	o = x.mustRun(t, dir, study.Options{})
	if o.Failed != 0 || o.Result.Rows[0].Cells["change"].N != 23 {
		t.Errorf("second run: %d failed, %d samples", o.Failed, o.Result.Rows[0].Cells["change"].N)
	}
	if n := x.scored.Load(); n != 20 {
		t.Errorf("second run scored %d samples, only the chunk of ten under two metrics was missing", n)
	}
}

func TestP17ANaNInOneCleanImageFailsThatSampleAlone(t *testing.T) {
	x := newToy(t)
	g := toyGenerator{gain: 1}
	g.nan = int(1000 * latent.Seed(7, toyDim).Data[0])
	x.Generator, x.Cut = g, toyCut{g}
	o := x.mustRun(t, t.TempDir(), study.Options{})
	for _, row := range o.Result.Rows {
		if row.Cells["change"].N != 22 {
			t.Errorf("%s: %d samples", row.Title, row.Cells["change"].N)
		}
	}
	if w := strings.Join(o.Result.Warnings, "\n"); !strings.Contains(w, "seed 7: clean image: channel 0, row 0, column 0 is NaN") {
		t.Errorf("warnings %q", w)
	}
}
