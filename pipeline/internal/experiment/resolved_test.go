package experiment

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/study"
)

func TestP05CommentsSpacesAndTheOrderOfKeysChangeNothing(t *testing.T) {
	text, err := os.ReadFile("../../testdata/toy.toml")
	if err != nil {
		t.Fatal(err)
	}
	// Every block's lines in reverse, each indented, spaced otherwise and with a comment; the heading stays first.
	var changed strings.Builder
	for _, block := range strings.Split(string(text), "\n\n") {
		var head, lines []string
		for _, line := range strings.Split(strings.TrimSpace(block), "\n") {
			if strings.HasPrefix(line, "[") {
				head = append(head, line)
			} else if line != "" && !strings.HasPrefix(line, "#") {
				lines = append([]string{"\t" + strings.Replace(line, " = ", "=   ", 1) + " # changed"}, lines...)
			}
		}
		changed.WriteString(strings.Join(append(head, lines...), "\n") + "\n\n\n")
	}
	one, two := faces(t), read(t, "../../testdata/toy.toml", changed.String())
	if a, b := one.plan().ReportKey(), two.plan().ReportKey(); a != b {
		t.Errorf("the report's key is %s, was %s:\n%s\n%s", b, a, one.resolved(), two.resolved())
	}
}

func read(t *testing.T, path, text string) *Experiment {
	t.Helper()
	cfg, err := config.Parse(path, []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Build(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Verify reads the resolved config of a run directory: it must stand for the same experiment.
func TestTheResolvedConfigIsTheSameExperiment(t *testing.T) {
	e := faces(t)
	again := read(t, filepath.Join("../../testdata", study.ResolvedFile), string(e.resolved()))
	for i, s := range e.plan().Stages[:len(e.plan().Stages)-1] {
		if got := again.plan().Stages[i]; got.Key != s.Key {
			t.Errorf("%s: %v", s.Name, got.Content)
		}
	}
}
