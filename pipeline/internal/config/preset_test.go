package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const withPresets = `preset = "paper"
` + good + `
[presets.paper]
[presets.code]
"method.Ours.rank" = 4
"generator.truncation" = 0.5
`

func TestAPresetSetsValuesAndAnOverrideHasTheLastWord(t *testing.T) {
	e, err := load(t, withPresets)
	if err != nil {
		t.Fatal(err)
	}
	if e.Preset.Name != "paper" || len(e.Preset.Changes) != 0 || e.Methods[0].Params["rank"] != int64(1) {
		t.Errorf("%+v, %+v", e.Preset, e.Methods[0])
	}
	e, err = load(t, withPresets, "preset=code")
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"generator.truncation = 0.5", "method.Ours.rank = 4"}; !slices.Equal(e.Preset.Changes, want) {
		t.Errorf("%v, want %v", e.Preset.Changes, want)
	}
	if e.Methods[0].Params["rank"] != int64(4) || e.Generator.Truncation != 0.5 {
		t.Errorf("%+v %+v", e.Methods[0], e.Generator)
	}
	e, err = load(t, withPresets, "method.Ours.rank=7", `preset="code"`)
	if err != nil {
		t.Fatal(err)
	}
	if e.Methods[0].Params["rank"] != int64(7) {
		t.Errorf("the override of a preset's value gives %+v", e.Methods[0])
	}
}

func TestAMistakenPresetIsNamed(t *testing.T) {
	for _, c := range []struct{ old, new, set, want string }{
		{`preset = "paper"`, `preset = "papr"`, "title=x", `c.toml:1: preset: there is no [presets.papr] (did you mean "paper"?)`},
		{"", "", "preset=cod", `--set: preset: there is no [presets.cod] (did you mean "code"?)`},
		{`.Ours.rank" = 4`, `.Oors.rank" = 4`, "preset=code", `method.Oors: no such entry (did you mean "Ours"?)`},
		{`tion" = 0.5`, `tion" = 5`, "preset=code", `generator.truncation: must be above 0 and at most 1, is 5`},
		{"[presets.paper]\n[presets.code]", "[[presets]]", "title=x", `presets: must hold a table`},
	} {
		_, err := load(t, strings.Replace(withPresets, c.old, c.new, 1), c.set)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v\nwant %s", err, c.want)
		}
	}
}

func TestTextsAreThoseOfTheChosenPreset(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.toml")
	text := strings.Replace(withPresets, `"method.Ours.rank" = 4`, `"metric.0.mask.segmenter" = "y"`, 1)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for preset, want := range map[string]string{"paper": "x", "code": "y"} {
		texts, err := Texts(path, []string{"preset=" + preset})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(texts, want) || !slices.Contains(texts, "world:faces") || slices.Contains(texts, "y") != (want == "y") {
			t.Errorf("%s: %v", preset, texts)
		}
	}
}

func TestAMissingFileThatCanBeDownloadedIsToldSo(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "c.toml")
	sources := "[[file]]\nname = \"s.json\"\nurl = [\"http://localhost/s.json\"]\n"
	if err := os.WriteFile(filepath.Join(dir, "sources.toml"), []byte(sources), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Parse(path, []byte(good), nil)
	if err == nil || !strings.Contains(err.Error(), "session.file: no file \"s.json\" yet; run `pipeline fetch "+path+"`") {
		t.Errorf("%v", err)
	}
}
