package fidlayers

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"rewriting/compute"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/source"
	"rewriting/pipeline/internal/study"
	_ "rewriting/worlds/faces"
)

const toy = `
[samples]
count = 30
chunk = 10
[fid_layers]
pixels = [16, 32]
batch = 5
network = "world:faces/attributes"
outputs = ["feat1"]
resize = "tf1-bilinear"
size = [64, 64]
bootstrap = 10
show = 4
[[fid_layers.generator]]
name = "faces"
model = "world:faces"
layers = [4, 8]
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

func runToy(t *testing.T, dir string, sets ...string) *report.Result {
	t.Helper()
	out, err := build(t, sets...).Run(t.Context(), dir, study.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return out.Result
}

func TestTheExperimentGivesOneLinePerGeneratorAndItsNoiseFloor(t *testing.T) {
	dir := t.TempDir()
	r := runToy(t, dir)
	if len(r.Rows) != 3 || r.Rows[0].Kind != "noise floor" || r.Rows[2].Title != "faces, layer 8" || r.Rows[2].Swept[0].Value != "8" {
		t.Fatalf("rows %+v", r.Rows)
	}
	for _, row := range r.Rows {
		for _, col := range r.Columns {
			c, ok := row.Cells[col.Key]
			if !ok || c.N != 30 || c.Value.NaN() || c.Value < 0 || !(c.Low <= c.Value && c.Value <= c.High) || c.Error <= 0 {
				t.Errorf("%s, %s: %+v", row.Title, col.Key, c)
			}
		}
	}
	if floor, coarse := r.Rows[0].Cells[r.Columns[0].Key].Value, r.Rows[1].Cells[r.Columns[0].Key].Value; floor >= coarse {
		t.Errorf("two sets of references are %v apart, single cells of layer 4 only %v", floor, coarse)
	}
	if len(r.Findings) != 2 || !strings.Contains(r.Findings[0], "layers 6 to 11 of StyleGAN2") || len(r.Pictures) != 2 {
		t.Errorf("%d pictures, findings %q", len(r.Pictures), r.Findings)
	}
	if facts := fmt.Sprint(r.Rows[1].Params); !strings.Contains(facts, "16 px 2 x 2 cells; rank ") || !strings.Contains(facts, "of 16 features") {
		t.Errorf("settings %s", facts)
	}
	// What was run is what its own config says, byte for byte.
	v, err := study.Verify(t.Context(), dir, 3, 1, study.Options{}, func(ctx context.Context, cfg *config.Experiment) (study.Experiment, error) { return Build(ctx, cfg) })
	if err != nil || !v.Sound() || len(v.Recomputed) != 3 {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestDistancesDoNotDependOnHowSamplesAreCut(t *testing.T) {
	a := runToy(t, t.TempDir(), "samples.count=20", "fid_layers.show=0")
	b := runToy(t, t.TempDir(), "samples.count=20", "samples.chunk=15", "fid_layers.show=0")
	for i := range a.Rows {
		for key, c := range a.Rows[i].Cells {
			if d := b.Rows[i].Cells[key]; c.Value != d.Value || c.Error != d.Error {
				t.Errorf("%s, %s: %v and %v", a.Rows[i].Title, key, c, d)
			}
		}
	}
}

// An FID of another n, size or network must not be compared with this one: it has another name.
func TestAnotherNumberOfImagesSizeOrNetworkIsAnotherMetric(t *testing.T) {
	seen := map[string]bool{}
	for _, sets := range [][]string{nil, {"samples.count=25"}, {"fid_layers.pixels=[32]"}, {"fid_layers.outputs=[\"feat2\"]"}, {"fid_layers.network=\"world:faces/segmenter\"", "fid_layers.outputs=[\"logits\"]"},
		{"fid_layers.resize=\"nearest\""}} {
		cfg, err := config.Parse("toy.toml", []byte(toy), sets)
		if err != nil {
			t.Fatal(err)
		}
		e := &experiment{cfg: cfg, set: cfg.FIDLayers}
		if e.features, err = e.openFeatures(t.Context(), &source.Networks{Find: cfg.Find}); err != nil {
			t.Fatalf("%v: %v", sets, err)
		}
		key := (&reporter{experiment: e}).key(cfg.FIDLayers.Pixels[0])
		if seen[key] {
			t.Errorf("%v: the metric is called %s too", sets, key)
		}
		seen[key] = true
	}
}

func TestMistakesInAConfigNameWhatThereIs(t *testing.T) {
	for set, want := range map[string]string{
		`fid_layers.generator.0.layers=[2]`:            "layer 2 cannot be cut; layers 3 to 10 can",
		`fid_layers.pixels=[128]`:                      "128 is larger than the images of faces, 64 pixels",
		`fid_layers.pixels=[5]`:                        "no layer of faces draws patches of [5] pixels in whole cells",
		`fid_layers.outputs=["pool"]`:                  `has no output "pool"; it has "logits", "feat1"`,
		`fid_layers.resize="none"`:                     "size = [64 64] has no effect",
		`fid_layers.size=[32, 64]`:                     "images of 16 x 16 pixels: ",
		`fid_layers.second=7`:                          "must be at least samples.count = 30",
		`fid_layers.resize="cubic"`:                    `resize = "cubic": it must be one of`,
		`fid_layers.generator.0.model="world:nowhere"`: "nowhere",
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

func TestTheNumberOfResamplesIsInTheResolvedConfig(t *testing.T) {
	for set, want := range map[string]string{"fid_layers.outputs=[\"feat1\"]": "bootstrap = 200", "fid_layers.bootstrap=0": "bootstrap = 0"} {
		cfg, err := config.Parse("toy.toml", []byte(strings.Replace(toy, "bootstrap = 10\n", "", 1)), []string{set})
		if err != nil {
			t.Fatal(err)
		}
		s, err := Build(t.Context(), cfg)
		if err != nil || !strings.Contains(string(s.Resolved), want) {
			t.Errorf("%s: %s, %v", set, s.Resolved, err)
		}
	}
}

func TestReferencesAreCropsOfTheImages(t *testing.T) {
	cfg, err := config.Parse("toy.toml", []byte(toy), nil)
	if err != nil {
		t.Fatal(err)
	}
	e := &experiment{cfg: cfg, set: cfg.FIDLayers}
	g, _, err := e.openGenerator(t.Context(), cfg.FIDLayers.Generators[0])
	if err != nil {
		t.Fatal(err)
	}
	images, err := g.gen.Image(g.batch(10, 3))
	if err != nil {
		t.Fatal(err)
	}
	crops, err := g.references(10, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if !contains(images.Item(i), crops[0].Item(i)) {
			t.Errorf("the crop of image %d is not in it", i)
		}
	}
}

// contains looks for a small picture [1,3,p,p] in a large one, bit by bit.
func contains(image, crop *compute.Tensor) bool {
	side, p := image.Dim(2), crop.Dim(2)
	for corner := range side * side {
		top, left := corner/side, corner%side
		if top+p > side || left+p > side {
			continue
		}
		same := true
		for i := 0; i < len(crop.Data) && same; i++ {
			c, y, x := i/(p*p), i/p%p, i%p
			same = math.Float32bits(crop.Data[i]) == math.Float32bits(image.Data[(c*side+top+y)*side+left+x])
		}
		if same {
			return true
		}
	}
	return false
}
