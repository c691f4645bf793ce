package experiment

import (
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
		p := x.planFor(whole.Samples.Count)
		for i, s := range p.Stages {
			*s = *whole.Stages[i]
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
