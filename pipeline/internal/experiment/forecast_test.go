package experiment

import (
	"math"
	"testing"

	"rewriting/pipeline/internal/study"
)

// The forecast is a sum over what is left: whoever adds a row pays for its images and scores, not for the clean images.
func TestTheForecastCountsWhatIsLeft(t *testing.T) {
	dir := t.TempDir()
	seconds := func(x *toy) float64 {
		t.Helper()
		whole, err := x.Plan(dir)
		if err != nil {
			t.Fatal(err)
		}
		p, err := x.foresee(t.Context(), whole)
		if err != nil {
			t.Fatal(err)
		}
		return x.samplesTime(p, sampleCost{clean: 1, prepare: 5, draw: []float64{2, 2, 2}, score: []float64{10, 100}})
	}
	two, _ := newPreparingToy(t, 2, nil)
	if got, want := seconds(two), 23*(1+5+2*(2+10+100.)); got != want {
		t.Errorf("a whole run takes %v seconds, want %v", got, want)
	}
	two.mustRun(t, dir, study.Options{})
	if got := seconds(two); got != 0 {
		t.Errorf("a finished run takes %v seconds", got)
	}
	three, _ := newPreparingToy(t, 3, nil)
	if got, want := seconds(three), 23*(2+10+100.); got != want {
		t.Errorf("another row takes %v seconds, want %v", got, want)
	}
	three.Columns[1].Columns[0].Version++
	three.mustRun(t, dir, study.Options{})
	three.Columns[0].Columns[0].Version++ // a column with work on clean images
	if got, want := seconds(three), 23*(5+3*(2+10.)); got != want {
		t.Errorf("another first column takes %v seconds, want %v", got, want)
	}
}

// Where samples are searched for, the forecast counts the search, each row's own samples, and the columns over the others; before the run and in it.
func TestTheForecastOfASubsetIsWhatARunDoes(t *testing.T) {
	dir := t.TempDir()
	x := limited(choosy(t, "samples.count=24", "samples.chunk=2"), 6)
	unit := sampleCost{clean: 1e3, draw: []float64{1, 1, 1}, score: make([]float64, len(x.Columns))}
	foresee := func() (*foresight, float64) {
		t.Helper()
		whole, err := x.Plan(dir)
		if err != nil {
			t.Fatal(err)
		}
		p, err := x.foresee(t.Context(), whole)
		if err != nil {
			t.Fatal(err)
		}
		p.pick = 1e6
		return p, x.samplesTime(p, unit)
	}
	// One image in three belongs to it: 72 are looked at. A row draws the 24 that do and 16 of the first 24 that do not; the second row 6 and 4.
	const want = 72*1e6 + 72*1e3 + 2*(24+16) + (6 + 4)
	if p, got := foresee(); p.share != 1./3 || math.Abs(got-want) > 1e-6 {
		t.Errorf("share %v, %v in all; want %v", p.share, got, float64(want))
	}
	x.mustRun(t, dir, study.Options{})
	if _, got := foresee(); got != 0 {
		t.Errorf("a finished run takes %v", got)
	}
	x.Columns[1].Columns[0].Version++                    // a column over the subset alone
	if _, got := foresee(); math.Abs(got-(2*24+6)) > 2 { // the last member is two samples before the end
		t.Errorf("another column takes %v, want %v", got, 2*24+6)
	}
}
