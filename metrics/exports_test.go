package metrics

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The exported networks under the metrics, with the preprocessing that their files name: a picture of any size
// goes in, a decision or a mask of its size comes out. Weights are by formula, so no answer means anything;
// their numbers are checked where they are exported.
func TestExportedNetworksTakePicturesOfTheSampler(t *testing.T) {
	dir := os.Getenv("REWRITING_EXPORTS")
	if dir == "" {
		t.Skip("REWRITING_EXPORTS names no folder of exported networks")
	}
	c := Context{Open: func(name string) (Network, error) {
		file, err := os.ReadFile(filepath.Join(dir, name+".onnx"))
		if err != nil {
			return nil, err
		}
		return loadONNX(t, name, file), nil
	}}
	clean := ramp(96, 64, func(ch, row, col int) uint8 { return uint8(60*ch + row + col) })
	edited := ramp(96, 64, func(ch, row, col int) uint8 { return uint8(60*ch + row) })
	smiling := build(t, c, "classifier", "", map[string]any{"network": "slimcnn", "attribute": "Smiling"})
	if v := score(t, smiling, &Sample{Clean: clean, Edited: edited})["smiling"]; v != 0 && v != 1 {
		t.Errorf("smiling: %v", v)
	}
	if p := smiling.Columns()[0].Protocol; !strings.Contains(p, "height 178, width 218 by pillow-bilinear") {
		t.Error(p)
	}
	face := map[string]any{"segmenter": "bisenet", "classes": []any{"mouth", "u_lip", "l_lip"}}
	set := build(t, c, "lpips", "", map[string]any{"network": "lpips-alex", "mask": face, "regions": []any{"outside", "all"}})
	for key, v := range score(t, set, &Sample{Clean: clean, Edited: edited}) {
		if key == "lpips-all" && !(v > 0) {
			t.Errorf("%s = %v", key, v)
		}
	}
	if _, err := openSegmenter("netpqc", Preprocess{}, c); err == nil || !strings.Contains(err.Error(), "label file") {
		t.Errorf("netpqc without its label file: %v", err)
	}
}
