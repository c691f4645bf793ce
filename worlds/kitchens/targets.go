package kitchens

import (
	"slices"

	"rewriting/worlds/paint"
	"rewriting/worlds/procedural"
)

// Means and standard deviations of colours over scenes.
var (
	wallMean      = paint.Colour{0.69, 0.74, 0.68}
	wallSpread    = paint.Colour{0.09, 0.08, 0.09}
	cabinetMean   = paint.Colour{0.47, 0.42, 0.49}
	cabinetSpread = paint.Colour{0.12, 0.08, 0.10}
)

var targets = slices.Concat(
	procedural.Colour("wall", wallMean, wallSpread, func(s *scene) paint.Colour { return s.wall }),
	procedural.Colour("cabinet", cabinetMean, cabinetSpread, func(s *scene) paint.Colour { return s.cabinet }),
	gradual(),
	[]procedural.Target[scene]{
		between("day", func(s *scene) float64 { return s.day }),
		between("shelf", func(s *scene) float64 { return s.shelf }),
		between("lamp", func(s *scene) float64 { return s.lamp }),
		between("pot", func(s *scene) float64 { return s.pot }),
		between("stool", func(s *scene) float64 { return s.stool }),
		{Name: "light", Value: func(_ []float64, s *scene) float64 { return (s.light() - 0.5) / 0.36 }},
	},
)

// gradual are the attributes that follow one coordinate each.
func gradual() []procedural.Target[scene] {
	var all []procedural.Target[scene]
	for _, g := range []struct {
		name string
		dir  int
	}{
		{"brightness", dirBrightness}, {"sky", dirSky}, {"window x", dirWindowX}, {"window y", dirWindowY},
		{"window width", dirWindowWidth}, {"window height", dirWindowHeight}, {"frame colour", dirFrame},
		{"counter y", dirCounterY}, {"counter colour", dirCounter}, {"gloss", dirGloss}, {"shelf y", dirShelfY},
		{"plate colour", dirPlates}, {"lamp x", dirLampX}, {"lamp drop", dirLampDrop}, {"lamp colour", dirLampColour},
		{"pot x", dirPotX}, {"pot colour", dirPotColour}, {"stool x", dirStoolX}, {"stool colour", dirStoolColour},
	} {
		all = append(all, procedural.Uniform[scene](g.name, g.dir))
	}
	return all
}

// between is the target of a switch: -1 off, +1 on, between in the soft band.
func between(name string, blend func(s *scene) float64) procedural.Target[scene] {
	return procedural.Target[scene]{Name: name, Value: func(_ []float64, s *scene) float64 { return 2*blend(s) - 1 }}
}
