package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const good = `title = "T"
[generator]
model = "world:faces"
[session]
file = "s.json"
layer = 7
[[method]]
name = "Ours"
kind = "insert"
rank = 1
[[method]]
kind = "unmodified"
[[metric]]
kind = "lpips"
mask.segmenter = "x"
`

// load parses text as a file beside an existing s.json.
func load(t testing.TB, text string, overrides ...string) (*Experiment, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "s.json"), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	e, err := Parse(filepath.Join(dir, "c.toml"), []byte(text), overrides)
	var c *Error
	if errors.As(err, &c) {
		c.Where = strings.TrimPrefix(c.Where, dir+string(filepath.Separator))
	}
	return e, err
}

func TestDefaultsAreFilledIn(t *testing.T) {
	e, err := load(t, good)
	if err != nil {
		t.Fatal(err)
	}
	if e.Samples != (Samples{Count: 10000, Chunk: 100}) || e.Session.Rows != 1000 || e.Session.Seed != 1 || e.Generator.Truncation != 1 {
		t.Errorf("%+v %+v %+v", e.Samples, e.Session, e.Generator)
	}
	if e.Compare.Reference != "Ours" || e.Methods[1].Name != "unmodified" {
		t.Errorf("reference %q, second method %q", e.Compare.Reference, e.Methods[1].Name)
	}
	if diff := cmp.Diff(map[string]any{"rank": int64(1)}, e.Methods[0].Params); diff != "" {
		t.Error(diff)
	}
	if !strings.HasSuffix(e.Session.File, "s.json") {
		t.Errorf("session file %q", e.Session.File)
	}
}

func TestEveryMistakeIsOneLineWithPlaceKeyAndWhatIsAllowed(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"unknown key", "layer = 7", "layr = 7", `c.toml:6: session.layr: no such key (did you mean "layer"?)`},
		{"unknown table", "[session]", "[sesion]", `c.toml:4: sesion: no such key (did you mean "session"?)`},
		{"wrong type", "layer = 7", `layer = true`, `c.toml:6: session.layer: must be a whole number from 1 to 1000, is true`},
		{"out of range", "layer = 7", "layer = 0", `c.toml:6: session.layer: must be from 1 to 1000, is 0`},
		{"number for text", `title = "T"`, `title = 3`, `c.toml:1: title: must be text in quotes, is the number 3`},
		{"truncation", `model = "world:faces"`, "model = \"world:faces\"\ntruncation = 1.5", `c.toml:4: generator.truncation: must be above 0 and at most 1, is 1.5`},
		{"missing file", `"s.json"`, `"no.json"`, `c.toml:5: session.file: no file "no.json", neither beside the config`},
		{"missing kind", `kind = "insert"`, ``, `c.toml:7: method "Ours" kind: is required, such as kind = "insert"`},
		{"same name twice", `kind = "unmodified"`, "kind = \"unmodified\"\nname = \"Ours\"", `c.toml:13: method "Ours" name: "Ours" is the name of another method`},
		{"hash", `file = "s.json"`, "file = \"s.json\"\nsha256 = \"ab\"", `c.toml:6: session.sha256: must be a SHA-256 of 64 hex digits`},
		{"a table for a value", "[generator]", "generator = 3\n[other]", `c.toml:2: generator: must be a table, written [generator]; is the number 3`},
		{"not TOML", "layer = 7", "layer = = 7", `c.toml:6: not TOML: `},
		{"seeds above the end", "[[metric]]", "[samples]\nfirst = 4294967295\n[[metric]]", `samples.count: the last seed would be above 4294967295`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := load(t, strings.Replace(good, test.old, test.new, 1))
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestALayerIsANumberOrAName(t *testing.T) {
	for text, want := range map[string]Layer{"layer = 7": {Number: 7}, `layer = "g.main.3.weight"`: {Name: "g.main.3.weight"}} {
		e, err := load(t, strings.Replace(good, "layer = 7", text, 1))
		if err != nil {
			t.Fatal(err)
		}
		if e.Session.Layer != want {
			t.Errorf("%s is %+v", text, e.Session.Layer)
		}
	}
	if _, err := load(t, strings.Replace(good, "layer = 7", "", 1)); err == nil || !strings.Contains(err.Error(), "session.layer: is required: the number or name") {
		t.Errorf("no layer gives %v", err)
	}
}

func TestOverridesReachEveryKey(t *testing.T) {
	e, err := load(t, good, "samples.count=50", "method.0.rank=3", "method.ours.rate=0.5", "generator.truncation=0.7", "title=A new title",
		"metric.0.mask.segmenter=y", `session.file="s.json"`)
	if err != nil {
		t.Fatal(err)
	}
	if e.Samples.Count != 50 || e.Generator.Truncation != 0.7 || e.Title != "A new title" {
		t.Errorf("%+v", e)
	}
	if diff := cmp.Diff(map[string]any{"rank": int64(3), "rate": 0.5}, e.Methods[0].Params); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"mask": map[string]any{"segmenter": "y"}}, e.Metrics[0].Params); diff != "" {
		t.Error(diff)
	}
}

func TestAMistakenOverrideIsNamed(t *testing.T) {
	for set, want := range map[string]string{
		"samples.cuont=5":    `--set: samples.cuont: no such key (did you mean "count"?)`,
		"samples.count=many": `--set: samples.count: must be a whole number from 1 to 100000000, is the text "many"`,
		"samples.count":      `--set samples.count: must be KEY=VALUE`,
		"method.5.rank=1":    `--set method.5.rank=1: method.5: no such entry`,
		"method.Oors.rank=1": `did you mean "Ours"?`,
		"title.x=1":          `--set title.x=1: title: needs the number or name`,
	} {
		if _, err := load(t, good, set); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot  %v\nwant %s", set, err, want)
		}
	}
}

func TestACommentOrAnotherOrderOfKeysChangesNothing(t *testing.T) {
	a, err := load(t, good)
	if err != nil {
		t.Fatal(err)
	}
	b, err := load(t, "# a comment\n"+strings.Replace(good, "name = \"Ours\"\nkind = \"insert\"", "kind = \"insert\" # ours\nname = \"Ours\"", 1))
	if err != nil {
		t.Fatal(err)
	}
	a.doc, b.doc, a.Path, b.Path, a.Session.File, b.Session.File = nil, nil, "", "", "", ""
	if diff := cmp.Diff(a, b, cmp.AllowUnexported(Experiment{})); diff != "" {
		t.Error(diff)
	}
}

func FuzzParsingNeverPanics(f *testing.F) {
	f.Add(good, "samples.count=5")
	f.Add("[[method]]\n[method.x]", "method.0.x.y=1")
	f.Fuzz(func(t *testing.T, text, set string) {
		if _, err := Parse("c.toml", []byte(text), []string{set}); err != nil {
			var c *Error
			if !errors.As(err, &c) {
				t.Errorf("%T: %v", err, err)
			}
		}
	})
}
