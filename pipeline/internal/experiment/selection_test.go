package experiment

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/metrics"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// thirds picks the samples whose seed is divisible by three, and fails where it is told.
type thirds struct{ fail uint32 }

func (p thirds) Has(_ context.Context, s *metrics.Sample) (bool, error) {
	if p.fail != 0 && s.Seed == p.fail {
		return false, errors.New("no labels today")
	}
	return s.Seed%3 == 0, nil
}

// choosy is the toy over the first images whose seed is divisible by three; its first column is over all images as well.
func choosy(t *testing.T, overrides ...string) *toy {
	t.Helper()
	x := newToy(t, overrides...)
	x.Subset = &Subset{Name: "thirds", Object: "a third", Picker: thirds{}, Params: map[string]any{"classes": []any{"third"}}}
	x.Columns[0].Sets = []string{"thirds", allSamples}
	x.Columns[1].Sets = []string{"thirds"}
	x.scoreOthers()
	return x
}

// Both sets have the numbers that plain runs over their samples have.
func TestAColumnOverTheSubsetAndOneOverAllSamples(t *testing.T) {
	dir := t.TempDir()
	x := choosy(t)
	o := x.mustRun(t, dir, study.Options{})
	plain := newToy(t, "samples.count=80")
	r := plain.open(t.TempDir(), study.Options{})
	if err := errors.Join(r.makeEdits(t.Context()), r.scoreSamples(t.Context(), r.jobs())); err != nil {
		t.Fatal(err)
	}
	mean := func(row int, seeds func(i int) (seed int)) float64 {
		sum := 0.0
		for i := range 23 {
			v, _ := r.scoresOf(row, 0, seeds(i))
			sum += v[0]
		}
		return sum / 23
	}
	for row := range x.Rows {
		cells := o.Result.Rows[row].Cells
		for key, want := range map[string]float64{
			"change":     mean(row, func(i int) int { return 3 * i }),
			"again":      mean(row, func(i int) int { return 3 * i }),
			"change-all": mean(row, func(i int) int { return i }),
		} {
			if c := cells[key]; c.N != 23 || math.Abs(float64(c.Value)-want) > 1e-12 {
				t.Errorf("row %d, %s: %v over %d samples, want %v", row, key, c.Value, c.N, want)
			}
		}
		if c := cells["change-odd"]; c.N != 11 || c.Excluded != 12 {
			t.Errorf("row %d: %d odd seeds, %d others", row, c.N, c.Excluded)
		}
	}
	var keys []string
	for _, c := range o.Result.Columns {
		keys = append(keys, c.Key)
	}
	if diff := cmp.Diff([]string{"change", "change-odd", "change-all", "change-odd-all", "again", "again-odd"}, keys); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(fmt.Sprint(o.Result.Facts), "the first 23 whose clean image contains a third (of the seeds 0 to 66, 34.3 % of them)") {
		t.Errorf("%v", o.Result.Facts)
	}
	// 70 seeds are looked at; 24 of them belong to the subset, and 20 of the first 30 do not.
	if n := x.scored.Load(); n != 3*(2*24+20) {
		t.Errorf("%d numbers scored", n)
	}
	if s := o.Result.Samples; len(s) != 2 || s[1].Seed != 3 {
		t.Errorf("the samples shown are not the first of the subset: seed %d", s[1].Seed)
	}
	again := choosy(t)
	if o := again.mustRun(t, dir, study.Options{}); !o.Nothing || again.scored.Load() != 0 {
		t.Errorf("a second run scored %d", again.scored.Load())
	}
}

func TestP07AChoiceDoesNotDependOnWorkersOrShards(t *testing.T) {
	dir := t.TempDir()
	choosy(t).mustRun(t, dir, study.Options{Workers: 1})
	want := wholeResults(t, dir)
	dir = t.TempDir()
	choosy(t).mustRun(t, dir, study.Options{Workers: 4})
	if diff := cmp.Diff(want, wholeResults(t, dir)); diff != "" {
		t.Errorf("four workers:\n%s", diff)
	}
	for _, n := range []int{1, 3} {
		dir := t.TempDir()
		if n == 3 {
			if _, _, err := choosy(t).RunEdits(t.Context(), dir, study.Options{FS: newDisk(math.MaxInt)}); err != nil {
				t.Fatal(err)
			}
		}
		for i := range n {
			if _, err := choosy(t).Merge(t.Context(), dir, study.Options{}); i > 0 && !errors.Is(err, study.ErrIncomplete) {
				t.Errorf("merged before all shards have run: %v", err)
			}
			if _, err := choosy(t).RunShard(t.Context(), dir, stage.Shard{Index: i + 1, Count: n}, study.Options{FS: newDisk(math.MaxInt)}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := choosy(t).Merge(t.Context(), dir, study.Options{FS: newDisk(math.MaxInt)}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, wholeResults(t, dir)); diff != "" {
			t.Errorf("%d shards:\n%s", n, diff)
		}
	}
}

func TestP01AChoiceThatFailedAtAnyOperationEndsLikeAnUndisturbedOne(t *testing.T) {
	undisturbed := t.TempDir()
	choosy(t).mustRun(t, undisturbed, study.Options{Workers: 1})
	want := results(t, undisturbed)
	// The choice is the first hundred operations; what follows it is every table's.
	for n := 0; n < 110; n += 7 {
		dir := t.TempDir()
		_, err := choosy(t).Run(t.Context(), dir, study.Options{Workers: 2, FS: newDisk(n)})
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("operation %d: %v", n, err)
		}
		choosy(t).mustRun(t, dir, study.Options{Workers: 1})
		if diff := cmp.Diff(want, results(t, dir)); diff != "" {
			t.Fatalf("operation %d failed; the repaired run differs:\n%s", n, diff)
		}
	}
}

func TestP03ADamagedSelectionIsMadeAgain(t *testing.T) {
	dir := t.TempDir()
	choosy(t).mustRun(t, dir, study.Options{})
	want := wholeResults(t, dir)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !strings.Contains(name, "selection-") {
			continue
		}
		if err := os.Truncate(filepath.Join(dir, filepath.FromSlash(name)), 50); err != nil {
			t.Fatal(err)
		}
		x := choosy(t)
		if p, err := x.Plan(dir); err != nil || p.Complete() {
			t.Fatalf("%s is damaged, and nothing is left to do (%v)", name, err)
		}
		x.mustRun(t, dir, study.Options{})
		if x.scored.Load() != 0 {
			t.Errorf("%s: %d numbers scored again", name, x.scored.Load())
		}
		if diff := cmp.Diff(want, wholeResults(t, dir)); diff != "" {
			t.Fatalf("%s was damaged:\n%s", name, diff)
		}
	}
	v := &study.Verified{}
	if err := choosy(t).Recompute(t.Context(), dir, v, 7, 1, study.Options{}); err != nil || len(v.Differing) > 0 || len(v.Recomputed) != 7 {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestMoreSamplesOfASubsetKeepWhatWasScored(t *testing.T) {
	dir := t.TempDir()
	choosy(t).mustRun(t, dir, study.Options{})
	x := choosy(t, "samples.count=33")
	x.mustRun(t, dir, study.Options{})
	// 100 seeds are looked at: 34 in the subset, 24 of which were scored; 26 of the first 40 are not, 20 of which were scored.
	if n := x.scored.Load(); n != 3*(2*10+6) {
		t.Errorf("%d numbers scored", n)
	}
	if x.applied.Load() != 0 {
		t.Error("an edit was made again")
	}
}

func TestP17AnImageThatCannotBeLookedAtIsNotChosen(t *testing.T) {
	dir := t.TempDir()
	x := choosy(t)
	x.Subset.Picker = thirds{fail: 33}
	o := x.mustRun(t, dir, study.Options{})
	if c := o.Result.Rows[0].Cells["change"]; c.N != 23 {
		t.Errorf("%d samples", c.N)
	}
	if strings.Contains(fmt.Sprint(o.Result.Facts), "0 to 66") {
		t.Errorf("the sample that failed is counted: %v", o.Result.Facts)
	}
	if o := choosy(t).mustRun(t, dir, study.Options{}); !strings.Contains(fmt.Sprint(o.Result.Facts), "0 to 66") {
		t.Errorf("the sample that failed was not tried again: %v", o.Result.Facts)
	}
}

func TestAnObjectThatIsTooRareEndsTheSearch(t *testing.T) {
	x := choosy(t)
	x.Subset.Picker = never{}
	_, err := x.Run(t.Context(), t.TempDir(), study.Options{FS: newDisk(math.MaxInt)})
	if err == nil || !strings.Contains(err.Error(), "only 0 of the first 11") || !strings.Contains(err.Error(), "23 are wanted") {
		t.Errorf("%v", err)
	}
}

type never struct{}

func (never) Has(context.Context, *metrics.Sample) (bool, error) { return false, nil }
