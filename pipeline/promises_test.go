package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

const toyConfig = "testdata/toy.toml"

// manyFiles makes the toy publish many files, so that a random moment is often a moment of writing.
var manyFiles = []string{"--set", "samples.chunk=1", "--set", "report.samples=1", "--set", "report.ranked=1"}

// process starts the command as a process of its own; TestMain has put it into PATH. Its standard error is kept.
func process(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "pipeline", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &stderr
}

// code is the exit code that a process ends with; -1 if a signal ended it.
func code(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

func mustRun(t *testing.T, dir string, more ...string) {
	t.Helper()
	cmd, stderr := process(t, append([]string{"run", toyConfig, "--out", dir}, more...)...)
	if c := code(t, cmd); c != 0 {
		t.Fatalf("exit code %d:\n%s", c, stderr)
	}
}

// contents are all files of a run but those that tell of time and machine; the result is there without its times.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		switch name = filepath.ToSlash(name); name {
		case "journal.jsonl", "lock", "plan.json", "result.json", "report/index.html", "report/SHA256SUMS":
			return nil
		}
		b, err := os.ReadFile(path)
		out[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	result, err := study.ReadResult(dir)
	if err != nil {
		t.Fatal(err)
	}
	result.Times = nil
	text, err := report.JSON(result)
	if err != nil {
		t.Fatal(err)
	}
	out["result.json"] = string(text)
	return out
}

// slow reports whether the long forms of tests were asked for.
func slow() bool { return os.Getenv("REWRITING_SLOW") == "1" }

func TestP01KilledAtAnyMomentARunEndsLikeAnUndisturbedOne(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	kills := 5
	if slow() {
		kills = 100
	}
	undisturbed := filepath.Join(t.TempDir(), "run")
	started := time.Now()
	mustRun(t, undisturbed, manyFiles...)
	whole := time.Since(started)
	want := contents(t, undisturbed)
	random := rand.New(rand.NewPCG(1, 9))
	killed := 0
	for i := 0; killed < kills; i++ {
		dir := filepath.Join(t.TempDir(), "run")
		// Two kills in a row, then the end. Whoever was faster than the signal does not count.
		for range 2 {
			cmd, _ := process(t, append([]string{"run", toyConfig, "--out", dir}, manyFiles...)...)
			time.Sleep(time.Duration(random.Float64() * float64(whole)))
			if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
			if code(t, cmd) == -1 {
				killed++
			}
		}
		mustRun(t, dir, manyFiles...)
		if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
			t.Fatalf("after kill %d:\n%s", killed, diff)
		}
		if i > 10*kills {
			t.Fatalf("only %d of %d processes were caught alive", killed, i)
		}
	}
	t.Logf("%d kills, no differing byte", killed)
}

func TestP02WhatIsVisibleWhileARunWritesIsWhole(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := filepath.Join(t.TempDir(), "run")
	cmd, _ := process(t, append([]string{"run", toyConfig, "--out", dir}, manyFiles...)...)
	var ended atomic.Bool
	done := make(chan int)
	go func() { done <- code(t, cmd); ended.Store(true) }()
	store, seen := &stage.Store{Dir: dir, FS: stage.Disk{}}, 0
	for last := false; !last; {
		select {
		case c := <-done:
			if last = true; c != 0 {
				t.Fatalf("exit code %d", c)
			}
		default:
		}
		for _, pattern := range []string{"artefacts/[^.]*", "chunks/*/[^.]*.npy", "chunks/*/*/[^.]*.csv"} {
			names, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				path, _ := filepath.Rel(dir, name)
				if _, _, err := store.ReadAny(filepath.ToSlash(path)); err != nil {
					t.Errorf("%v", err)
				}
				seen++
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d files were seen", seen)
	}
}

// begin starts a run that does not end by itself and waits until it holds the directory.
func begin(t *testing.T, dir string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd, stderr := process(t, "run", toyConfig, "--out", dir, "--set", "method.Ours.steps=100000000")
	for deadline := time.Now().Add(5 * time.Minute); stage.Holder(dir) == nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the run has not begun: %s", stderr)
		}
	}
	return cmd, stderr
}

func TestP04ASecondProcessIsRefusedAndTakesOverWhenTheFirstIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := filepath.Join(t.TempDir(), "run")
	first, _ := begin(t, dir)
	second, stderr := process(t, "run", toyConfig, "--out", dir)
	if c := code(t, second); c != exitBusy || !strings.Contains(stderr.String(), "in use by process") {
		t.Errorf("exit code %d: %s", c, stderr)
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	code(t, first)
	mustRun(t, dir)
}

func TestP17ADirectoryThatCannotBeWrittenIsOneClearLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var out, stderr bytes.Buffer
	c := run(context.Background(), []string{"run", toyConfig, "--out", filepath.Join(file, "run")}, &out, &stderr)
	if c != exitFailed || strings.Count(stderr.String(), "\n") != 1 || !strings.Contains(stderr.String(), "run directory") {
		t.Errorf("exit code %d: %s", c, stderr.String())
	}
}

func TestP18AnInterruptedRunSaysHowToContinue(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := filepath.Join(t.TempDir(), "run")
	cmd, stderr := begin(t, dir)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if c := code(t, cmd); c != exitStopped || !strings.Contains(stderr.String(), "continue with: pipeline run "+toyConfig+" --out "+dir) {
		t.Errorf("exit code %d: %s", c, stderr)
	}
	mustRun(t, dir)
}

func TestP20AllMethodsAndAllMetricsGiveAWholeTable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	var out, stderr bytes.Buffer
	if c := run(context.Background(), []string{"run", toyConfig, "--out", dir}, &out, &stderr); c != 0 {
		t.Fatalf("exit code %d: %s", c, stderr.String())
	}
	result, err := study.ReadResult(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Rows) != 6 || len(result.Samples) != 2 || len(result.Ranked) != 2 || len(result.Curves) != 5 {
		t.Errorf("%d rows, %d samples, %d ranked, %d curves", len(result.Rows), len(result.Samples), len(result.Ranked), len(result.Curves))
	}
	// What holds for any networks: nothing changes nothing, every edit changes something, ours least of the kinds that are free.
	bounds, err := report.ReadBounds("testdata/toy.thresholds.toml")
	if err != nil {
		t.Fatal(err)
	}
	if moved := bounds.Check(result); len(moved) > 0 {
		t.Errorf("%s", report.MovedText(moved))
	}
	for _, row := range result.Rows {
		for _, col := range result.Columns {
			if _, ok := row.Cells[col.Key]; !ok && !col.Hidden {
				t.Errorf("%s has no %s", row.Title, col.Key)
			}
		}
	}
}
