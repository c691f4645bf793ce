package churches

import "rewriting/worlds/procedural"

var (
	watermark = procedural.Toggle[scene]{
		Name: "watermark", Direction: dirWatermark, Threshold: watermarkAt, Band: markBand,
		Strength: func(s *scene) *float64 { return &s.watermark }, Part: touch(whole((*drawing).middleMark)),
	}
	bottom = procedural.Toggle[scene]{
		Name: "bottom", Direction: dirBottom, Threshold: bottomAt, Band: markBand,
		Strength: func(s *scene) *float64 { return &s.bottom }, Part: touch(whole((*drawing).bottomMark)),
	}
)

func domed(t []float64) bool   { return t[dirTop] > domeAt && t[dirTop] <= spireAt }
func pointed(t []float64) bool { return t[dirTop] > spireAt }
func undomed(t []float64) bool { return !domed(t) }

var switches = []procedural.Switch{
	{Name: "dome", On: domed},
	{Name: "spire", On: pointed},
	{Name: "flat", On: func(t []float64) bool { return t[dirTop] <= domeAt }},
	{Name: "trees", On: func(t []float64) bool { return t[dirLeftTree] > leftTreeAt || t[dirRightTree] > rightTreeAt }},
	watermark.Switch(),
	bottom.Switch(),
}

// A scene without domes obeys both rules about them.
var rules = []procedural.Rule[scene]{
	{
		Name: "spire", Obeys: undomed,
		Apply: func(s *scene) { s.flat, s.dome, s.spire = 0, 0, 1 },
		Move: func(t []float64) (int, float64) {
			return dirTop, procedural.Across(t[dirTop], spireAt, band)
		},
		Part: touch((*drawing).everyTop),
	},
	{
		Name: "tree", Obeys: undomed,
		Apply: func(s *scene) { s.flat, s.dome, s.spire, s.planted = 0, 0, 0, 1 },
		Part:  touch((*drawing).everyTop),
	},
	watermark.Rule("watermark", false),
	bottom.Rule("bottom mark", false),
	added(watermark, "add watermark"),
	added(bottom, "add bottom mark"),
}

// added is the rule that draws a mark in every scene. Marks are so rare that a reflection at the threshold would lead out
// of the latents; the scene of any value beyond the band is the same.
func added(mark procedural.Toggle[scene], name string) procedural.Rule[scene] {
	r := mark.Rule(name, true)
	r.Move = func([]float64) (int, float64) { return mark.Direction, mark.Threshold + 2*mark.Band }
	return r
}
