package experiment

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rewriting/onnx"
	"rewriting/pipeline/internal/config"
	"rewriting/worlds"
)

// A network that expects another channel order, or images in another range, is the same network with the input
// weights of its first convolution permuted or scaled. Build fails, so no stage has begun.
func TestP10ANetworkOfAnotherInputConventionStopsTheRun(t *testing.T) {
	world, err := worlds.Open("faces")
	if err != nil {
		t.Fatal(err)
	}
	file, err := world.File("attributes.onnx")
	if err != nil {
		t.Fatal(err)
	}
	model, err := onnx.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := model.Layers([]string{model.Outputs()[0].Name})
	if err != nil {
		t.Fatal(err)
	}
	first := layers[0].Weight
	w := model.Initializer(first)
	if len(w.Shape) != 4 || w.Shape[1] != 3 {
		t.Fatalf("%s of shape %v is no convolution of images", first, w.Shape)
	}
	area := w.Shape[2] * w.Shape[3]
	for name, change := range map[string]func(v []float32){
		"nothing": func([]float32) {},
		"BGR instead of RGB": func(v []float32) {
			for o := range w.Shape[0] {
				for k := range area {
					r, b := o*3*area+k, (o*3+2)*area+k
					v[r], v[b] = v[b], v[r]
				}
			}
		},
		"0 to 255 instead of -1 to 1": func(v []float32) {
			for i := range v {
				v[i] /= 127.5
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			values := slices.Clone(w.F32)
			change(values)
			b, err := model.WithInitializer(first, values)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "changed.onnx")
			if err := os.WriteFile(path, b, 0o644); err != nil {
				t.Fatal(err)
			}
			err = build(t, "metric.0.network="+path)
			if name == "nothing" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var c *config.Error
			if !errors.As(err, &c) || !strings.Contains(err.Error(), "self-test") {
				t.Errorf("got %v", err)
			}
		})
	}
}
