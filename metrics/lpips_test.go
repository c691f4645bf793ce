package metrics

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rewriting/compute"
	"rewriting/gan/checkpoint"
)

func TestTheOutputNamesTheTrunkOfLPIPS(t *testing.T) {
	for meta, want := range map[string]string{"paper": "LPIPS AlexNet (paper) whole image", "code": "LPIPS VGG16 (code) whole image", "": "LPIPS whole image"} {
		c := testContext(t, nil)
		inner := c.Open
		c.Open = func(name string) (Network, error) {
			n, err := inner(name)
			named := n.(network)
			named.info.Metadata = map[string]string{"lpips": meta}
			return named, err
		}
		set := build(t, c, "lpips", "", map[string]any{"network": "distance", "regions": []any{"all"}})
		if col := set.Columns()[0]; col.Title != want || strings.Contains(col.Protocol, "LPIPS v0.1") != (meta != "") {
			t.Errorf("%q: %s, %s", meta, col.Title, col.Protocol)
		}
	}
}

// The sums and largest values of the published linear weights (spec: metrics 1.2).
func TestPublishedLinearWeightsHaveTheirChecksums(t *testing.T) {
	dir := os.Getenv("REWRITING_REFERENCE")
	if dir == "" {
		t.Skip("REWRITING_REFERENCE names no folder with the real weights")
	}
	type layer struct {
		c        int
		sum, max float64
		zeros    int
	}
	for name, layers := range map[string][]layer{
		"alex": {{64, 2.3495323, 0.492139, 35}, {192, 16.143027, 1.04716, 55}, {384, 39.268439, 1.32357, 37}, {256, 27.197178, 0.747736, 18}, {256, 20.317177, 0.41307, 5}},
		"vgg":  {{64, 6.9259917, 1.28282, 0}, {128, 8.858334, 0.47568, 0}, {256, 17.515006, 0.506546, 0}, {512, 51.521323, 0.587281, 0}, {512, 47.034854, 0.458437, 0}},
	} {
		f, err := checkpoint.Read(filepath.Join(dir, "models", "lpips", "v0.1", name+".pth"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for i, want := range layers {
			key := "lin" + string(rune('0'+i)) + ".model.1.weight"
			w, err := f.Tensor(key, 1, want.c, 1, 1)
			if err != nil {
				t.Fatal(err)
			}
			var got layer
			got.c = len(w.Data)
			for _, v := range w.Data {
				got.sum += float64(v)
				got.max = max(got.max, float64(v))
				if v == 0 {
					got.zeros++
				}
			}
			if math.Abs(got.sum-want.sum) > 1e-6*want.sum || math.Abs(got.max-want.max) > 1e-5*want.max || got.zeros != want.zeros {
				t.Errorf("%s %s: %+v, want %+v", name, key, got, want)
			}
		}
	}
}

func TestRealLPIPSIsSymmetricAndItsMapHasTheImagesSize(t *testing.T) {
	dir := os.Getenv("REWRITING_REFERENCE")
	if dir == "" {
		t.Skip("REWRITING_REFERENCE names no folder with the real network")
	}
	file, err := os.ReadFile(filepath.Join(dir, "models", "onnx", "lpips-alex.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	net := loadONNX(t, "lpips-alex", file)
	p, err := openPerceptual("network", "", Preprocess{}, Context{Open: func(string) (Network, error) { return net, nil }})
	if err != nil {
		t.Fatal(err)
	}
	c := testContext(t, nil)
	var maps [2][]float32
	a, b := face(c, 1).Clean, face(c, 2).Clean
	for i, pair := range [][2]*compute.Tensor{{a, b}, {b, a}} {
		if maps[i], err = p.run(context.Background(), &Sample{}, pair[0], pair[1]); err != nil {
			t.Fatal(err)
		}
	}
	for i, v := range maps[0] {
		if v < 0 || math.Abs(float64(v-maps[1][i])) > 1e-6 {
			t.Fatalf("pixel %d: %v one way, %v the other", i, v, maps[1][i])
		}
	}
}
