package faces

import (
	"rewriting/worlds/paint"
	"rewriting/worlds/procedural"
)

// targets is the fixed order of Attributes.
var targets = makeTargets()

func makeTargets() []procedural.Target[scene] {
	var all []procedural.Target[scene]
	colour := func(name string, mean, deviation paint.Colour, pick func(s *scene) paint.Colour) {
		all = append(all, procedural.Colour(name, mean, deviation, pick)...)
	}
	grey := func(v float64) paint.Colour { return paint.Colour{v, v, v} }
	colour("background top", grey(0.74), grey(0.1), func(s *scene) paint.Colour { return s.backTop })
	colour("background bottom", grey(0.74), grey(0.1), func(s *scene) paint.Colour { return s.backBottom })
	colour("skin", paint.Colour{0.81, 0.63, 0.49}, paint.Colour{0.13, 0.15, 0.155}, func(s *scene) paint.Colour { return s.skin })
	colour("hair", paint.Colour{0.585, 0.42, 0.26}, paint.Colour{0.25, 0.215, 0.125}, func(s *scene) paint.Colour { return s.hair })
	colour("iris", paint.Colour{0.325, 0.345, 0.28}, paint.Colour{0.05, 0.1, 0.147}, func(s *scene) paint.Colour { return s.iris })
	colour("jewel", paint.Colour{0.52, 0.65, 0.63}, grey(0.18), func(s *scene) paint.Colour { return s.jewel })
	colour("hat", paint.Colour{0.49, 0.575, 0.495}, grey(0.165), func(s *scene) paint.Colour { return s.hat })
	colour("shirt", paint.Colour{0.525, 0.455, 0.52}, grey(0.138), func(s *scene) paint.Colour { return s.shirt })

	for _, g := range []struct {
		name string
		dir  int
	}{
		{"centre x", dirCentreX}, {"centre y", dirCentreY}, {"radius x", dirRadiusX}, {"radius y", dirRadiusY},
		{"tilt", dirTilt}, {"eye distance", dirEyeDistance}, {"eye size", dirEyeSize}, {"gaze", dirGaze},
		{"brow angle", dirBrow}, {"nose length", dirNose}, {"mouth height", dirMouthHeight},
		{"mouth width", dirMouthWidth}, {"strength", dirStrength},
	} {
		all = append(all, procedural.Uniform[scene](g.name, g.dir))
	}

	add := func(name string, value func(s *scene) float64) {
		all = append(all, procedural.Target[scene]{Name: name, Value: func(_ []float64, s *scene) float64 { return value(s) }})
	}
	// Switches: -1 off, +1 on, between in the soft band.
	add("smile", func(s *scene) float64 { return 2*s.smiling - 1 })
	add("open", func(s *scene) float64 { return 2*s.smiling*s.openness - 1 })
	add("glasses", func(s *scene) float64 { return 2*s.glasses - 1 })
	add("earrings", func(s *scene) float64 { return 2*s.earrings - 1 })
	add("hat", func(s *scene) float64 { return 2*s.hatted - 1 })
	add("bob or long hair", func(s *scene) float64 { return 2*s.bob - 1 })
	add("long hair", func(s *scene) float64 { return 2*s.long - 1 })

	// The mouth as drawn.
	add("mouth curvature", func(s *scene) float64 { return (s.mouth().curvature - 1.3) / 2.7 })
	add("mouth opening", func(s *scene) float64 { return (s.mouth().opening - 1.2) / 2.1 })
	return all
}
