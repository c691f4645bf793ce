package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/fetch"
)

const paperConfigs = "../configs/paper"

// paperFolder is configs/paper with an empty file in the place of every published one, and results/paper beside it.
func paperFolder(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "configs", "paper")
	if err := os.CopyFS(dir, os.DirFS(paperConfigs)); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(root, "results", "paper"), os.DirFS("../results/paper")); err != nil {
		t.Fatal(err)
	}
	sources, err := fetch.ReadSources(filepath.Join(dir, fetch.SourcesFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range sources.Files {
		if err := os.MkdirAll(filepath.Dir(sources.Place(f.Name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(sources.Place(f.Name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func paperNames(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(paperConfigs, "*.toml"))
	if err != nil || len(names) < 8 {
		t.Fatalf("%v, %v", names, err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(filepath.Base(name), "sources") })
	return names
}

func TestTheConfigsOfThePaperParseUnderEveryPreset(t *testing.T) {
	dir := paperFolder(t)
	for _, name := range paperNames(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			path := filepath.Join(dir, filepath.Base(name))
			e, err := config.Load(path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if e.Kind == config.Table && e.Preset.Name != "paper" {
				t.Errorf("the preset is %q", e.Preset.Name)
			}
			for _, preset := range e.PresetNames() {
				if _, err := config.Load(path, []string{"preset=" + preset}); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestEveryFileThatAConfigOfThePaperNamesCanBeFetched(t *testing.T) {
	sources, err := fetch.ReadSources(filepath.Join(paperConfigs, fetch.SourcesFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range paperNames(t) {
		for _, preset := range []string{"paper", "code", "server"} {
			texts, err := config.Texts(name, []string{"preset=" + preset})
			var mistake *config.Error
			if errors.As(err, &mistake) && strings.Contains(err.Error(), "there is no [presets.") {
				continue // not every config has every preset
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range texts {
				if _, ok := sources.Find(text); strings.HasPrefix(text, "files/") && !ok {
					t.Errorf("%s, preset %s: %s is in no list", name, preset, text)
				}
			}
		}
	}
}
