package config

import (
	"maps"
	"math"
)

// Reflection is the section [reflections]: the rule that binds windows and their reflections, found and inverted (paper: Section
// 5.3, App. G).
type Reflection struct {
	Model  string // a Progressive GAN
	SHA256 string
	Window map[string]any // what finds windows in images: segmenter, classes, ...
	Rule   string         // of the world, that draws inverted reflections; empty where there is no world
	Masks  string         // posneg.json; empty: the world knows where window and reflection are
	Scenes int            // of the world, to fit; rows 0, 1, ... of the table
	Rows   int            // of the table of latents that units are found on
	Seed   uint32         // of the table

	EditLayer, CompareLayer int     // whose outputs are edited and compared
	Units                   int     // set by the edit; 0: 20 of 512
	High, Low               float64 // what they are set to
	Spread                  bool    // in standard deviations from the mean of each unit, instead of plainly

	Layers     []int // of the sweep; empty: all up to CompareLayer
	SweepSteps int
	SweepRate  float64
	Layer      int // of the rule; 0: of the lowest loss of the sweep
	Steps      int
	Rate       float64
	Rank       int
	Every      int // steps between projections
	Show       int // scenes in the figure
}

// Limits against slips of the finger.
const (
	maxScenes   = 10_000
	maxSteps    = 10_000_000
	maxUnitEdit = 1e6
)

func (e *Experiment) readReflections(root *table) {
	e.Samples = root.samples(200, 25)
	t := root.sub(string(Reflections))
	r := &Reflection{
		Model: t.required("model", "world:kitchens"), SHA256: t.hash("sha256"),
		Rule: t.text("rule", ""), Masks: t.text("masks", ""),
		Scenes: t.whole("scenes", 15, 1, maxScenes),
		Rows:   t.whole("rows", 1000, 1, maxRows), Seed: uint32(t.whole("seed", 1, 0, math.MaxUint32)),
		EditLayer: t.whole("edit_layer", 4, 1, 100), CompareLayer: t.whole("compare_layer", 8, 1, 100),
		Units: t.whole("units", 0, 0, 100_000),
		High:  t.number("high", 10, -maxUnitEdit, maxUnitEdit), Low: t.number("low", -5, -maxUnitEdit, maxUnitEdit),
		Layers: t.distinct("layers", nil, 100), SweepSteps: t.whole("sweep_steps", 100, 1, maxSteps), SweepRate: t.number("sweep_rate", 0.02, 0, 1000),
		Layer: t.whole("layer", 0, 0, 100), Steps: t.whole("steps", 10_000, 1, maxSteps), Rate: t.number("rate", 0.01, 0, 1000),
		Rank: t.whole("rank", 1, 1, 100_000), Every: t.whole("project_every", 10, 1, maxSteps), Show: t.whole("show", 6, 0, 1000),
	}
	switch v := t.get("spread").(type) {
	case nil:
	case bool:
		r.Spread = v
	default:
		t.fail("spread", "must be true or false, is %s", kindOf(v))
	}
	switch v := t.get("window").(type) {
	case nil:
		t.missing("window", "is required: what finds windows, such as {segmenter = \"world:kitchens/segmenter\", classes = [\"window\"]}")
	case map[string]any:
		r.Window = maps.Clone(v)
	default:
		t.fail("window", "must be a table such as {segmenter = \"world:kitchens/segmenter\", classes = [\"window\"]}, is %s", kindOf(v))
	}
	if r.CompareLayer <= r.EditLayer {
		t.fail("compare_layer", "must come after edit_layer = %d, is %d", r.EditLayer, r.CompareLayer)
	}
	for _, l := range append([]int{r.Layer}, r.Layers...) {
		if l > r.CompareLayer {
			t.fail("layers", "layer %d cannot change what layer %d gives", l, r.CompareLayer)
		}
	}
	t.done()
	e.Reflections = r
}
