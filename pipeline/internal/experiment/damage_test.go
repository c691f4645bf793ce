package experiment

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/pipeline/internal/study"
)

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
