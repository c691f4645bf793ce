package lightrule

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rewriting/gan/checkpoint"
	"rewriting/metrics"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/study"
	"rewriting/sessions"
	_ "rewriting/worlds/faces"
	"rewriting/worlds/kitchens"
)

const toy = `
[samples]
count = 4
chunk = 2
[reflections]
model = "world:kitchens"
window = {segmenter = "world:kitchens/segmenter", classes = ["window"]}
rule = "inverted reflection"
spread = true
rows = 12
scenes = 2
layers = [5, 8]
sweep_steps = 2
steps = 3
project_every = 2
show = 1
`

func build(t *testing.T, sets ...string) *study.Study {
	t.Helper()
	cfg, err := config.Parse("toy.toml", []byte(toy), sets)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Build(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func run(t *testing.T, dir string, sets ...string) *report.Result {
	t.Helper()
	out, err := build(t, sets...).Run(t.Context(), dir, study.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return out.Result
}

func TestTheExperimentReportsTheSweepTheRuleAndWhatItDoes(t *testing.T) {
	dir := t.TempDir()
	r := run(t, dir)
	var titles []string
	for _, row := range r.Rows {
		titles = append(titles, row.Title)
	}
	if len(r.Rows) != 4 || titles[0] != original || titles[2] != "sweep: layer 5" || !strings.HasPrefix(titles[1], "rule inverted at layer ") {
		t.Fatalf("rows %q", titles)
	}
	for _, row := range r.Rows[:2] {
		for _, col := range r.Columns {
			if c, ok := row.Cells[col.Key]; !ok || c.Value.NaN() || col.Kind != metrics.Distance && c.N != 4 {
				t.Errorf("%s, %s: %+v", row.Title, col.Key, c)
			}
		}
	}
	if c := r.Rows[0].Cells["flipped"]; c.Value != 0 {
		t.Errorf("the original flips %v", c.Value)
	}
	if a := r.Rows[0].Cells["cf"].Value; a <= 0.05 {
		t.Errorf("the original is %v from the inverted truth", a)
	}
	if l := r.Curves[0].Loss; len(l) != 4 || len(r.Findings) != 2 || len(r.Pictures) != 1 {
		t.Errorf("losses %v, findings %q, %d pictures", l, r.Findings, len(r.Pictures))
	}
	// What was run is what its own config says, byte for byte.
	v, err := study.Verify(t.Context(), dir, 3, 1, study.Options{}, func(ctx context.Context, cfg *config.Experiment) (study.Experiment, error) { return Build(ctx, cfg) })
	if err != nil || !v.Sound() || len(v.Recomputed) != 3 {
		t.Errorf("%+v, %v", v, err)
	}
	// The rule is a file of the names of the published result.
	files, err := filepath.Glob(filepath.Join(dir, "artefacts", "rule-*.pt"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
}

func TestTheForecastKnowsWhatTakesTime(t *testing.T) {
	s, dir := build(t), t.TempDir()
	p, err := s.Plan(dir)
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.Probe(t.Context(), p, dir, study.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if f.Seconds <= 0 || f.Bytes <= 0 || len(f.Unknown) != 2 { // the units and the figure, seconds both
		t.Errorf("%+v", f)
	}
}

func TestAStoredRuleIsReadAsItWasWritten(t *testing.T) {
	dir := t.TempDir()
	cfg, err := config.Parse("toy.toml", []byte(toy), []string{"reflections.layer=5", "reflections.rows=4", "samples.count=1", "reflections.steps=2"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Build(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.Run(t.Context(), dir, study.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if out.Result.Rows[1].Title != "rule inverted at layer 5" {
		t.Errorf("the named layer was not taken: %s", out.Result.Rows[1].Title)
	}
	e := &experiment{cfg: cfg, set: cfg.Reflections}
	if _, err := e.openGenerator(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := checkpoint.NewDict()
	var b bytes.Buffer
	if err := checkpoint.Write(&b, d); err != nil {
		t.Fatal(err)
	}
	if _, err := e.decode(b.Bytes()); err == nil {
		t.Error("a file without a rule was taken")
	}
}

func TestPublishedMasksAreTheScenes(t *testing.T) {
	world, dir := kitchens.New(), t.TempDir()
	var entries []string
	cfg, err := config.Parse("toy.toml", []byte(toy), nil)
	if err != nil {
		t.Fatal(err)
	}
	e := &experiment{cfg: cfg, set: cfg.Reflections}
	if _, err := e.openGenerator(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, image := range []int{9, 3} {
		s, err := e.scene(make([]float32, world.LatentDim()))
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, fmt.Sprintf(`"%d": {"value": "-5.0", "intervention": %q, "revert": %q}`, image, s.Window.URL(), s.Reflect.URL()))
	}
	path := filepath.Join(dir, "posneg.json")
	if err := os.WriteFile(path, []byte("{"+strings.Join(entries, ",")+"}"), 0o666); err != nil {
		t.Fatal(err)
	}
	r := run(t, filepath.Join(dir, "run"), fmt.Sprintf("reflections.masks=%q", path), "reflections.layers=[6]", "reflections.sweep_steps=1", "reflections.steps=1")
	if c := r.Rows[0].Cells["reflection"]; c.N != 2 {
		t.Errorf("%d scenes were measured, two have masks", c.N)
	}
	if facts := fmt.Sprint(r.Facts); !strings.Contains(facts, "2 with published masks") {
		t.Errorf("facts %s", facts)
	}
	if _, err := sessions.LoadReflections(path); err != nil {
		t.Fatal(err)
	}
}

func TestMistakesInTheConfigAreNamed(t *testing.T) {
	for set, want := range map[string]string{
		`reflections.model="world:faces"`:                      "is a stylegan2",
		"reflections.compare_layer=4":                          "must come after",
		"reflections.compare_layer=40":                         "the generator has 10 layers",
		"reflections.layers=[9]":                               "layer 9 cannot change",
		"reflections.units=129":                                "layer 4 has 128",
		`reflections.rule="upside down"`:                       "inverted reflection",
		`reflections.window.classes=["door"]`:                  `no class "door"`,
		`reflections.sha256="` + strings.Repeat("0", 64) + `"`: "but world:kitchens has",
	} {
		cfg, err := config.Parse("toy.toml", []byte(toy), []string{set})
		if err == nil {
			_, err = Build(t.Context(), cfg)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", set, err, want)
		}
	}
}
