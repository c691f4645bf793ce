package config

import (
	"strings"
	"testing"
)

const layers = `[fid_layers]
pixels = [8, 16]
network = "world:faces/attributes"
outputs = "feat5"
[[fid_layers.generator]]
model = "world:faces"
[samples]
count = 20
chunk = 10
`

func TestASectionTellsTheKindOfAnExperiment(t *testing.T) {
	e, err := Parse("f.toml", []byte(layers), []string{"fid_layers.batch=5", "fid_layers.generator.0.layers=[3, 4]"})
	if err != nil {
		t.Fatal(err)
	}
	if e.Kind != FIDLayers || e.FIDLayers.Batch != 5 || e.Samples.Count != 20 || e.FIDLayers.Generators[0].Name != "world:faces" ||
		len(e.FIDLayers.Generators[0].Layers) != 2 || e.FIDLayers.Outputs[0] != "feat5" {
		t.Errorf("%+v %+v", e, e.FIDLayers)
	}
	if e, err = Parse("t.toml", []byte("[generator]\nmodel = 1\n"), nil); err == nil {
		t.Error(e)
	}
}

func TestMistakesInALayerFIDAreToldAtTheirLine(t *testing.T) {
	for _, test := range []struct{ change, to, want string }{
		{"pixels = [8, 16]", "pixels = [8, 8]", "f.toml:2: fid_layers.pixels: holds 8 twice"},
		{"pixels = [8, 16]", "pixls = [8]", `f.toml:2: fid_layers.pixls: no such key (did you mean "pixels"?)`},
		{"outputs = \"feat5\"", "outputs = [1]", "f.toml:4: fid_layers.outputs: must be a list of texts in quotes, holds 1"},
		{"outputs = \"feat5\"\n", "", "f.toml:1: fid_layers.outputs: is required"},
		{"model = \"world:faces\"", "modell = \"x\"", `f.toml:6: fid_layers.generator.0.modell: no such key (did you mean "model"?)`},
		{"chunk = 10", "chunk = 12", "f.toml:1: fid_layers.batch: samples.chunk = 12 must be a multiple of it, is 10"},
		{"[fid_layers]", "[[method]]\nkind = \"insert\"\n[fid_layers]", "method: no such key"},
		{"[[fid_layers.generator]]\nmodel = \"world:faces\"\n", "", "fid_layers.generator: at least one [[fid_layers.generator]] is required"},
	} {
		_, err := Parse("f.toml", []byte(strings.Replace(layers, test.change, test.to, 1)), nil)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: got %v, want %s", test.to, err, test.want)
		}
	}
}
