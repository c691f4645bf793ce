package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/gan/latent"
	"rewriting/pipeline/internal/source"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// brokenDisk fails its n-th operation and all after it, as a disk that is full or gone does.
// It does not wait for the real disk: what is tested is the order of operations.
type brokenDisk struct {
	stage.Disk
	left *atomic.Int64
}

// newDisk is a disk that fails after n operations.
func newDisk(n int) brokenDisk {
	left := new(atomic.Int64)
	left.Store(int64(n))
	return brokenDisk{left: left}
}

func (d brokenDisk) fails() error {
	if d.left.Add(-1) < 0 {
		return syscall.ENOSPC
	}
	return nil
}
func (d brokenDisk) MkdirAll(dir string) error {
	if err := d.fails(); err != nil {
		return err
	}
	return d.Disk.MkdirAll(dir)
}
func (d brokenDisk) CreateTemp(dir, pattern string) (stage.File, error) {
	if err := d.fails(); err != nil {
		return nil, err
	}
	f, err := d.Disk.CreateTemp(dir, pattern)
	return brokenFile{f, d}, err
}
func (d brokenDisk) Rename(from, to string) error {
	if err := d.fails(); err != nil {
		return err
	}
	return d.Disk.Rename(from, to)
}
func (d brokenDisk) SyncDir(dir string) error {
	if err := d.fails(); err != nil {
		return err
	}
	return nil
}

type brokenFile struct {
	stage.File
	disk brokenDisk
}

func (f brokenFile) Write(b []byte) (int, error) {
	if err := f.disk.fails(); err != nil {
		n, _ := f.File.Write(b[:len(b)/2]) // a torn write
		return n, err
	}
	return f.File.Write(b)
}
func (f brokenFile) Sync() error {
	if err := f.disk.fails(); err != nil {
		return err
	}
	return nil
}

func TestP01ARunThatFailedAtAnyOperationEndsLikeAnUndisturbedOne(t *testing.T) {
	undisturbed := t.TempDir()
	newToy(t).mustRun(t, undisturbed, study.Options{Workers: 1})
	want := results(t, undisturbed)
	for n := 0; ; n++ {
		dir := t.TempDir()
		_, err := newToy(t).Run(context.Background(), dir, study.Options{Workers: 1, FS: newDisk(n)})
		if err == nil {
			if n < 50 {
				t.Fatalf("a run has only %d operations", n)
			}
			return
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("operation %d: %v", n, err)
		}
		newToy(t).mustRun(t, dir, study.Options{Workers: 1, FS: newDisk(math.MaxInt)})
		if diff := cmp.Diff(want, results(t, dir)); diff != "" {
			t.Fatalf("operation %d failed; the repaired run differs:\n%s", n, diff)
		}
	}
}

func TestP03ADamagedFileIsNamedAndComputedAgain(t *testing.T) {
	dir := t.TempDir()
	newToy(t).mustRun(t, dir, study.Options{})
	want := results(t, dir)
	for _, name := range slices.Sorted(keys(want)) {
		if strings.HasPrefix(name, "report/") || name == "config.resolved.toml" {
			continue
		}
		damage := map[string]func([]byte) []byte{
			"flipped":   func(b []byte) []byte { b[len(b)/3] ^= 4; return b },
			"last byte": func(b []byte) []byte { b[len(b)-2] ^= 1; return b },
			"truncated": func(b []byte) []byte { return b[:len(b)/2] },
			"longer":    func(b []byte) []byte { return append(b, ' ') },
		}
		for how, change := range damage {
			path := filepath.Join(dir, filepath.FromSlash(name))
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, change(b), 0o644); err != nil {
				t.Fatal(err)
			}
			plan, err := newToy(t).Plan(dir)
			if err != nil {
				t.Fatal(err)
			}
			if text, _ := json.Marshal(plan); !strings.Contains(string(text), name+": damaged") {
				t.Errorf("%s, %s: the plan does not name the file", name, how)
			}
			outcome := newToy(t).mustRun(t, dir, study.Options{})
			if outcome.Nothing {
				t.Errorf("%s, %s: nothing was done", name, how)
			}
			if diff := cmp.Diff(want, results(t, dir)); diff != "" {
				t.Errorf("%s, %s: the repaired run differs:\n%s", name, how, diff)
			}
		}
	}
}

func keys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func TestP04ASecondRunInTheSameDirectoryIsRefusedAtOnce(t *testing.T) {
	dir := t.TempDir()
	lock, err := stage.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newToy(t).Run(context.Background(), dir, study.Options{}); !errors.Is(err, stage.ErrBusy) {
		t.Errorf("got %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	newToy(t).mustRun(t, dir, study.Options{})
}

func TestP05ExactlyWhatDependsOnAChangeRunsAgain(t *testing.T) {
	all := []string{"edit: Ours", "edit: Stronger", "edit: Unmodified", "clean images",
		"scores: Ours: change", "scores: Ours: again", "scores: Stronger: change", "scores: Stronger: again",
		"scores: Unmodified: change", "scores: Unmodified: again", "report"}
	edits := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == "clean images" })
	tests := []struct {
		name   string
		change func(*toy)
		want   []string
		why    string
	}{
		{"nothing", func(*toy) {}, nil, ""},
		{"workers", func(x *toy) { x.Config.Run.Workers = 7 }, nil, ""},
		{"title", func(x *toy) { x.Config.Title = "Other" }, []string{"report"}, "config"},
		{"a setting of one method", func(x *toy) { x.Rows[1].Task.Params.Rate = 4 },
			[]string{"edit: Stronger", "scores: Stronger: change", "scores: Stronger: again", "report"}, "parameter rate: 3 -> 4"},
		{"a setting that the method does not read", func(x *toy) { x.Rows[1].Task.Params.Rank = 9 }, nil, ""},
		{"the session", func(x *toy) { x.Inputs[0].SHA256 = "other" }, edits, "session: session -> other"},
		{"the weights", func(x *toy) { g := toyGenerator{gain: 1.1}; x.Generator, x.Cut = g, toyCut{g} }, all, "weights: toy 1 -> toy 1.1"},
		{"the network of a metric", func(x *toy) { x.Columns[1].Inputs = []source.Input{{SHA256: "n"}} },
			[]string{"scores: Ours: again", "scores: Stronger: again", "scores: Unmodified: again", "report"}, "networks"},
		{"the meaning of a column", func(x *toy) { x.Columns[0].Columns[0].Version = 2 },
			[]string{"scores: Ours: change", "scores: Stronger: change", "scores: Unmodified: change", "report"}, "columns"},
		{"more samples", func(x *toy) { x.Config.Samples.Count = 40 },
			[]string{"clean images", "scores: Ours: change", "scores: Ours: again", "scores: Stronger: change", "scores: Stronger: again",
				"scores: Unmodified: change", "scores: Unmodified: again", "report"}, "2 of 4 parts are missing"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			newToy(t).mustRun(t, dir, study.Options{})
			x := newToy(t)
			test.change(x)
			plan, err := x.Plan(dir)
			if err != nil {
				t.Fatal(err)
			}
			var got, why []string
			for _, s := range plan.Stages {
				if s.State != study.Done {
					got = append(got, s.Name)
					why = append(why, s.Why...)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("stages (-want +got):\n%s", diff)
			}
			if !strings.Contains(strings.Join(why, "\n"), test.why) {
				t.Errorf("the reasons %q do not hold %q", why, test.why)
			}
			if o := x.mustRun(t, dir, study.Options{}); o.Nothing != (test.want == nil) {
				t.Errorf("nothing to do: %v", o.Nothing)
			}
		})
	}
}

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

func TestP07ResultsDoNotDependOnTheNumberOfWorkers(t *testing.T) {
	var want map[string]string
	for _, workers := range []int{1, 2, 3, 7} {
		dir := t.TempDir()
		newToy(t).mustRun(t, dir, study.Options{Workers: workers})
		got := results(t, dir)
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d workers:\n%s", workers, diff)
		}
	}
}

func TestP08TwoRunsDifferInTheirTimesOnly(t *testing.T) {
	var want []byte
	for range 2 {
		result := newToy(t).mustRun(t, t.TempDir(), study.Options{}).Result
		if len(result.Times) == 0 {
			t.Error("no times")
		}
		result.Times = nil
		got, err := json.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if string(want) != string(got) {
			t.Errorf("results differ:\n%s\n%s", want, got)
		}
	}
}

func TestP15AnEditThatChangesNothingHasDistanceZero(t *testing.T) {
	x := newToy(t)
	result := x.mustRun(t, t.TempDir(), study.Options{}).Result
	for _, row := range result.Rows {
		zero := row.Cells["change"].Value == 0
		if zero != (row.Title == "Unmodified") {
			t.Errorf("%s: change %v", row.Title, row.Cells["change"].Value)
		}
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

func TestP18AStoppedRunKeepsItsChunksAndContinues(t *testing.T) {
	undisturbed := t.TempDir()
	newToy(t).mustRun(t, undisturbed, study.Options{})
	dir, x := t.TempDir(), newToy(t)
	ctx, stop := context.WithCancel(context.Background())
	x.Rows[2].Method = toyMethod{applied: x.applied, before: func(seed uint32) error {
		if seed == 15 {
			stop()
		}
		return nil
	}}
	if _, err := x.Run(ctx, dir, study.Options{Workers: 1}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	x = newToy(t)
	x.mustRun(t, dir, study.Options{})
	if n := x.applied.Load(); n != 0 {
		t.Errorf("%d methods applied again", n)
	}
	if n := x.scored.Load(); n != 13*3*2 {
		t.Errorf("%d samples scored again, 13 under three methods and two metrics were missing", n)
	}
	if diff := cmp.Diff(results(t, undisturbed), results(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestRunningAgainDoesNothing(t *testing.T) {
	dir := t.TempDir()
	first := newToy(t).mustRun(t, dir, study.Options{})
	x := newToy(t)
	second := x.mustRun(t, dir, study.Options{})
	if !second.Nothing || x.applied.Load() != 0 || x.scored.Load() != 0 {
		t.Errorf("nothing %v, %d applied, %d scored", second.Nothing, x.applied.Load(), x.scored.Load())
	}
	if diff := cmp.Diff(first.Result.Rows[0].Cells["change"], second.Result.Rows[0].Cells["change"]); diff != "" {
		t.Error(diff)
	}
}
