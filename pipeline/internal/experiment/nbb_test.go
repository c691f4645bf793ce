package experiment

import (
	"context"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/pipeline/internal/study"
)

// nbb makes the last row of the toy config an image-space baseline.
func nbb(more ...string) []string {
	return append([]string{"method.Unmodified.kind=nbb-laplace", "method.Unmodified.features=world:faces/attributes",
		`method.Unmodified.feature_levels=["feat1", "feat2", "feat3", "feat4", "feat5"]`}, more...)
}

func TestWhatAnImageSpaceBaselineCannotWorkWithIsToldWithItsKey(t *testing.T) {
	for want, overrides := range map[string][]string{
		"toy.toml:57: method \"Unmodified\": needs features: the network":             {"method.Unmodified.kind=nbb-copy"},
		`feature_levels: feature_levels = ["feat1" "feat7"]`:                          nbb(`method.Unmodified.feature_levels=["feat1", "feat7"]`),
		"must be a list of texts in quotes, is feat1":                                 nbb(`method.Unmodified.feature_levels=feat1`),
		"must be a list of texts in quotes, is [feat1 3]":                             nbb(`method.Unmodified.feature_levels=["feat1", 3]`),
		"feature_size: must be a whole number":                                        nbb(`method.Unmodified.feature_size=big`),
		"threshold: threshold = 2":                                                    nbb("method.Unmodified.threshold=2"),
		`feature_output: kind "nbb-laplace" has no such key`:                          nbb("method.Unmodified.feature_output=feat3"),
		"features: no world named":                                                    nbb("method.Unmodified.features=world:nowhere/vgg19"),
		"samples: must be a whole number from 1, is 0":                                nbb("method.Unmodified.samples=0"),
		"samples: is below samples.count, 6, but all rows are compared with this one": nbb("method.Ours.samples=5"),
	} {
		if err := build(t, overrides...); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if err := build(t, nbb("method.Ours.samples=7", "method.Unmodified.official=true", "method.Unmodified.samples=3")...); err != nil {
		t.Error(err)
	}
}

func TestAResolvedConfigKeepsTheSettingsOfAnImageSpaceBaseline(t *testing.T) {
	e := with(t, nbb("method.Unmodified.samples=3", "method.Unmodified.fast=false")...)
	again := read(t, filepath.Join("../../testdata", study.ResolvedFile), string(e.resolved()))
	if diff := cmp.Diff(string(e.resolved()), string(again.resolved())); diff != "" {
		t.Error(diff)
	}
	last := len(e.Rows) - 1
	if a, b := e.editContent(&e.Rows[last]).Key(), again.editContent(&again.Rows[last]).Key(); a != b || again.Rows[last].Samples != 3 {
		t.Errorf("keys %s and %s, %d samples", a, b, again.Rows[last].Samples)
	}
}

const nbbConfig = `
[generator]
model = "world:faces"
[session]
file = "smile.json"
layer = 7
rows = 40
[samples]
count = 4
chunk = 2
[[method]]
name = "Copy"
kind = "nbb-copy"
features = "world:faces/attributes"
feature_levels = ["feat1", "feat2", "feat3", "feat4", "feat5"]
[[method]]
name = "Laplace"
kind = "nbb-laplace"
features = "world:faces/attributes"
feature_levels = ["feat1", "feat2", "feat3", "feat4", "feat5"]
samples = 2
[[metric]]
kind = "unedited"
[[metric]]
kind = "change"
regions = ["all"]
[report]
ranked = 0
samples = 1
`

// One worker or several, alone or beside a row that shares what is found: the same bytes.
func TestImageSpaceBaselinesGiveTheSameBytesHoweverTheyAreRun(t *testing.T) {
	run := func(text string, workers int) map[string]string {
		dir := t.TempDir()
		outcome, err := read(t, "../../testdata/nbb.toml", text).Run(context.Background(), dir, study.Options{Workers: workers})
		if err != nil || outcome.Failed > 0 {
			t.Fatalf("%v, %+v", err, outcome)
		}
		files := results(t, dir)
		maps.DeleteFunc(files, func(name, _ string) bool {
			return !strings.HasPrefix(name, "chunks/") && !strings.HasPrefix(name, "artefacts/")
		})
		return files
	}
	want := run(nbbConfig, 1)
	if diff := cmp.Diff(want, run(nbbConfig, 3)); diff != "" {
		t.Errorf("three workers: files differ")
	}
	copied := 0
	first, second := strings.Index(nbbConfig, "[[method]]"), strings.LastIndex(nbbConfig, "[[method]]")
	alone := strings.Replace(nbbConfig[:first]+nbbConfig[second:], "count = 4", "count = 2", 1)
	for name, text := range run(alone, 2) {
		if want[name] != text {
			t.Errorf("alone: %s differs", name)
		}
		if strings.HasPrefix(name, "chunks/nbb-laplace") {
			copied++
		}
	}
	if copied != 2 { // one chunk for each metric
		t.Errorf("%d files of scores", copied)
	}
}
