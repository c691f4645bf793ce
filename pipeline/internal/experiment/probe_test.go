package experiment

import (
	"sync/atomic"
	"testing"

	"rewriting/pipeline/internal/study"
)

// Rows may draw in very different ways, so each draws its own samples; what is done costs nothing.
func TestAProbeDrawsUnderEveryRowThatHasSamplesLeft(t *testing.T) {
	dir := t.TempDir()
	var drawn [3]atomic.Int64
	x := newToy(t)
	for i := range x.Rows {
		x.Rows[i].Method = toyMethod{applied: x.applied, before: func(uint32) error { drawn[i].Add(1); return nil }}
	}
	probe := func() *study.Forecast {
		t.Helper()
		for i := range drawn {
			drawn[i].Store(0)
		}
		p, err := x.Plan(dir)
		if err != nil {
			t.Fatal(err)
		}
		f, err := x.Probe(t.Context(), p, dir, study.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	if f := probe(); f.Seconds <= 0 || len(f.Unknown) > 0 || drawn[0].Load() == 0 || drawn[0].Load() != drawn[1].Load() {
		t.Errorf("%+v after %d and %d drawings", f, drawn[0].Load(), drawn[1].Load())
	}
	limited(x, 10).mustRun(t, dir, study.Options{})
	limited(x, 20)
	if f := probe(); f.Seconds <= 0 || drawn[0].Load() != 0 || drawn[1].Load() == 0 {
		t.Errorf("%+v after %d and %d drawings; only the second row has samples left", f, drawn[0].Load(), drawn[1].Load())
	}
	x.mustRun(t, dir, study.Options{})
	if f := probe(); f.Seconds != 0 || drawn[1].Load() != 0 {
		t.Errorf("%+v after %d drawings, though all is done", f, drawn[1].Load())
	}
}
