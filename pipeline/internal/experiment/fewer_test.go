package experiment

import (
	"maps"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// limited gives the second row of a toy fewer samples.
func limited(x *toy, n int) *toy {
	x.Rows[1].Samples = n
	return x
}

// Compare the row with a run over as many samples for all: the same numbers, paired with the same seeds of ours.
func TestARowOnFewerSamplesIsWhatARunOverSoManyGives(t *testing.T) {
	for name, fresh := range map[string]func(...string) *toy{
		"plain":  func(o ...string) *toy { return newToy(t, o...) },
		"subset": func(o ...string) *toy { return choosy(t, o...) },
	} {
		all := limited(fresh(), 12).mustRun(t, t.TempDir(), study.Options{}).Result
		few := fresh("samples.count=12").mustRun(t, t.TempDir(), study.Options{}).Result
		for key, want := range few.Rows[1].Cells {
			got := all.Rows[1].Cells[key]
			if got.Value != want.Value || got.N != want.N || *got.Difference != *want.Difference {
				t.Errorf("%s, %s: %+v minus ours %+v, want %+v minus ours %+v", name, key, got, got.Difference, want, want.Difference)
			}
		}
		if n := all.Rows[0].Cells["change"].N; n != 23 {
			t.Errorf("%s: ours on %d samples", name, n)
		}
		if s := report.Markdown(all); !strings.Contains(s, "| Stronger (n = 12) |") || strings.Contains(s, "Ours (n") || !strings.Contains(s, "Stronger on the first 12 of them") {
			t.Errorf("%s: the table does not say how many:\n%s", name, s)
		}
	}
}

// Only the chunks with those samples are scored, and more of them later keep what is there.
func TestMoreSamplesForARowComputeOnlyThose(t *testing.T) {
	dir := t.TempDir()
	x := limited(newToy(t), 5)
	x.mustRun(t, dir, study.Options{})
	before := results(t, dir)
	if times := x.open(dir, study.Options{}).drawingTimes(); len(times) != 3 || times[1].Name != "one sample drawn: Stronger" || times[1].Seconds <= 0 {
		t.Errorf("times %+v", times)
	}
	if n := x.scored.Load(); n != 2*(23+10+23) {
		t.Errorf("%d scores computed", n)
	}
	more := limited(newToy(t), 15)
	more.mustRun(t, dir, study.Options{})
	if n := more.scored.Load(); n != 2*10 {
		t.Errorf("%d scores computed for ten samples more", n)
	}
	after := results(t, dir)
	for name := range maps.Keys(before) {
		if strings.HasPrefix(name, "chunks/") && before[name] != after[name] {
			t.Errorf("%s has changed", name)
		}
	}
	if o := more.mustRun(t, dir, study.Options{}); !o.Nothing {
		t.Error("a third run has something to do")
	}
}

func TestShardsOfARowOnFewerSamplesGiveTheSameBytes(t *testing.T) {
	one, many := t.TempDir(), t.TempDir()
	limited(newToy(t), 12).mustRun(t, one, study.Options{})
	o := study.Options{FS: newDisk(math.MaxInt)}
	for i := range 3 {
		if _, err := limited(newToy(t), 12).RunShard(t.Context(), many, stage.Shard{Index: i + 1, Count: 3}, o); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := limited(newToy(t), 12).Merge(t.Context(), many, o); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wholeResults(t, one), wholeResults(t, many)); diff != "" {
		t.Error(diff)
	}
}
