package experiment

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

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

// stoppedRun is the directory of a run of x that was stopped at the sample of seed 15, in its third row.
func stoppedRun(t *testing.T, x *toy) string {
	t.Helper()
	dir := t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	x.Rows[2].Method = toyMethod{applied: x.applied, before: func(seed uint32) error {
		if seed == 15 {
			stop()
		}
		return nil
	}}
	if _, err := x.Run(ctx, dir, study.Options{Workers: 1}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	return dir
}

func TestP18AStoppedRunKeepsItsChunksAndContinues(t *testing.T) {
	undisturbed := t.TempDir()
	newToy(t).mustRun(t, undisturbed, study.Options{})
	dir := stoppedRun(t, newToy(t))
	x := newToy(t)
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

// A sample of a slow row can take minutes: a kill loses it, not its chunk.
func TestP18SlowSamplesKeepTheirScoresBeforeTheChunkIsFull(t *testing.T) {
	undisturbed := t.TempDir()
	newToy(t).mustRun(t, undisturbed, study.Options{})
	slow := newToy(t)
	slow.slow = 1
	dir := stoppedRun(t, slow)
	x := newToy(t)
	damageOne(t, filepath.Join(dir, draftFolder))
	x.mustRun(t, dir, study.Options{})
	// Of 23 samples under three methods and two metrics 15 were finished and one under two methods; one score was damaged.
	if n := x.scored.Load(); n != (23-15)*6-4+1 {
		t.Errorf("%d scores computed again", n)
	}
	if diff := cmp.Diff(results(t, undisturbed), results(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// damageOne changes a byte of the first file below dir.
func damageOne(t *testing.T, dir string) {
	t.Helper()
	done := errors.New("done")
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b[len(b)/3] ^= 1
		if err := os.WriteFile(path, b, 0o644); err != nil {
			return err
		}
		return done
	})
	if !errors.Is(err, done) {
		t.Fatalf("no file below %s was damaged: %v", dir, err)
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
