package config

import (
	"fmt"
	"math"
)

// LayerFID is the section [fid_layers]: the FID of patches that one layer draws alone, layer by layer (paper: Figs. 13 to 18).
type LayerFID struct {
	Generators []LayeredGenerator
	Pixels     []int      // sides of the square patches
	Batch      int        // latents that are drawn together and share the place of their patch
	Second     uint32     // seed of the second, independent reference set
	Network    string     // ONNX, its features measure the distance
	Outputs    []string   // of the network; their spatial means are the features
	Preprocess Preprocess // of the network's input
	Bootstrap  int        // resamples for the bands; 0 for none, -1 for what the dimension allows
	Show       int        // patches in each grid of the report
	Grids      []int      // layers whose patches the report shows; empty: two in the middle
}

// Preprocess is how images become the input of a network; empty values are the network's own.
type Preprocess struct {
	Mode, Range, Resize string
	Size                []int
}

// LayeredGenerator is one [[fid_layers.generator]]: a line of the plots.
type LayeredGenerator struct {
	Name       string
	Model      string
	SHA256     string
	Truncation float64
	Layers     []int // empty: all that can be edited
	Path       string
}

// Generators of a plot, patches of a grid, resamples: limits against slips of the finger.
const (
	maxPixels    = 4096
	maxBatch     = 1000
	maxBootstrap = 10_000
)

func (e *Experiment) readFIDLayers(root *table) {
	e.Samples = root.samples(1000, 250)
	t := root.sub(string(FIDLayers))
	f := &LayerFID{
		Pixels:    t.distinct("pixels", []int{8, 16, 32}, maxPixels),
		Batch:     t.whole("batch", 10, 1, maxBatch),
		Second:    uint32(t.whole("second", 1_000_007, 1, math.MaxUint32)),
		Network:   t.required("network", "world:faces/attributes"),
		Outputs:   t.words("outputs"),
		Bootstrap: t.whole("bootstrap", -1, 0, maxBootstrap),
		Show:      t.whole("show", 16, 0, 1000),
		Grids:     t.distinct("grids", nil, 1000),
	}
	f.Preprocess = Preprocess{Mode: t.text("mode", ""), Range: t.text("range", ""), Resize: t.text("resize", ""), Size: t.numbers("size", nil, maxPixels)}
	for i, m := range t.list("generator") {
		g := &table{doc: t.doc, path: fmt.Sprintf("%s.generator.%d", t.path, i), m: m, first: t.first}
		f.Generators = append(f.Generators, LayeredGenerator{
			Model: g.required("model", "world:faces"), Name: g.text("name", g.text("model", "")), SHA256: g.hash("sha256"),
			Truncation: g.number("truncation", 1, 0, 1), Layers: g.distinct("layers", nil, 1000), Path: g.path,
		})
		g.done()
	}
	if e.Samples.Chunk%f.Batch != 0 {
		t.fail("batch", "samples.chunk = %d must be a multiple of it, is %d", e.Samples.Chunk, f.Batch)
	}
	t.done()
	e.FIDLayers = f
}
