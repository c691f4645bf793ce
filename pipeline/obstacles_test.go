package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Something of the wrong kind stands where a run wants to write: nobody, root included, can write there.
func TestP17SomethingInTheWayIsNamedInOneLine(t *testing.T) {
	undisturbed := filepath.Join(t.TempDir(), "run")
	var out, stderr bytes.Buffer
	attempt := func(dir string) int {
		out.Reset()
		stderr.Reset()
		return run(context.Background(), []string{"-q", "run", toyConfig, "--out", dir, "--set", "samples.count=1"}, &out, &stderr)
	}
	if c := attempt(undisturbed); c != exitDone {
		t.Fatalf("exit code %d: %s", c, stderr.String())
	}
	want := contents(t, undisturbed)
	dir := filepath.Join(t.TempDir(), "run")
	for _, name := range []string{"", "artefacts", "chunks", "report"} { // a file for a folder
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if c := attempt(dir); c != exitFailed || strings.Count(stderr.String(), "\n") != 1 || !strings.Contains(stderr.String(), path) {
			t.Errorf("a file %q: exit code %d: %s", name, c, stderr.String())
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"lock", "plan.json", "config.resolved.toml", "result.json", "report/index.html"} { // a folder for a file
		path := filepath.Join(dir, name)
		os.Remove(path) // left by the attempt before, if at all
		if err := os.MkdirAll(filepath.Join(path, "kept"), 0o777); err != nil {
			t.Fatal(err)
		}
		if c := attempt(dir); c != exitFailed || strings.Count(stderr.String(), "\n") != 1 || !strings.Contains(stderr.String(), name) {
			t.Errorf("a folder %q: exit code %d: %s", name, c, stderr.String())
		}
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
	if c := attempt(dir); c != exitDone {
		t.Fatalf("with nothing in the way: exit code %d: %s", c, stderr.String())
	}
	if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
		t.Error(diff)
	}
}
