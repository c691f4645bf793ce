package churches

import (
	"math"
	"slices"

	"rewriting/worlds/paint"
	"rewriting/worlds/procedural"
)

// blend is the target of a strength that is on in a share of the scenes: -1
// or 1 over the deviation of such a number, so that rare ones weigh as much.
func blend(name string, share float64, strength func(s *scene) float64) procedural.Target[scene] {
	scale := 2 * math.Sqrt(share*(1-share))
	return procedural.Target[scene]{Name: name, Value: func(_ []float64, s *scene) float64 {
		return (2*strength(s) - 1) / scale
	}}
}

// targets is the fixed order of Attributes.
var targets = slices.Concat(
	procedural.Colour("sky top", paint.Colour{0.32, 0.45, 0.67}, paint.Colour{0.135, 0.203, 0.22}, func(s *scene) paint.Colour { return s.skyTop }),
	procedural.Colour("sky bottom", paint.Colour{0.7, 0.64, 0.68}, paint.Colour{0.278, 0.255, 0.18}, func(s *scene) paint.Colour { return s.skyBottom }),
	procedural.Colour("sun", paint.Colour{0.98, 0.87, 0.68}, paint.Colour{0.022, 0.092, 0.142}, func(s *scene) paint.Colour { return s.sun }),
	procedural.Colour("cloud", paint.Colour{0.76, 0.71, 0.74}, paint.Colour{0.245, 0.225, 0.158}, func(s *scene) paint.Colour { return s.cloud }),
	procedural.Colour("lawn", paint.Colour{0.45, 0.53, 0.27}, paint.Colour{0.13, 0.12, 0.048}, func(s *scene) paint.Colour { return s.lawn }),
	procedural.Colour("wall", paint.Colour{0.7, 0.58, 0.52}, paint.Colour{0.177, 0.152, 0.1}, func(s *scene) paint.Colour { return s.wall }),
	procedural.Colour("roof", paint.Colour{0.45, 0.26, 0.23}, paint.Colour{0.138, 0.062, 0.062}, func(s *scene) paint.Colour { return s.roof }),
	procedural.Colour("top", paint.Colour{0.45, 0.42, 0.44}, paint.Colour{0.212, 0.115, 0.163}, func(s *scene) paint.Colour { return s.top }),
	procedural.Colour("leaf", paint.Colour{0.27, 0.41, 0.19}, paint.Colour{0.11, 0.1, 0.028}, func(s *scene) paint.Colour { return s.leaf }),
	procedural.Colour("door", paint.Colour{0.33, 0.18, 0.21}, paint.Colour{0.1, 0.05, 0.09}, func(s *scene) paint.Colour { return s.door }),
	procedural.Colour("pane", paint.Colour{0.65, 0.58, 0.42}, paint.Colour{0.3, 0.21, 0.037}, func(s *scene) paint.Colour { return s.pane }),
	follow(),
	[]procedural.Target[scene]{
		blend("dome", 0.4, func(s *scene) float64 { return s.dome }),
		blend("spire", 0.35, func(s *scene) float64 { return s.spire }),
		blend("flat", 0.25, func(s *scene) float64 { return s.flat }),
		blend("left tower", 0.3, func(s *scene) float64 { return s.left }),
		blend("right tower", 0.3, func(s *scene) float64 { return s.right }),
		blend("conifer", 0.4, func(s *scene) float64 { return s.conifer }),
		blend("left tree", 0.75, func(s *scene) float64 { return s.leftTree }),
		blend("right tree", 0.65, func(s *scene) float64 { return s.rightTree }),
		blend("watermark", 0.06, func(s *scene) float64 { return s.watermark }),
		blend("bottom", 0.03, func(s *scene) float64 { return s.bottom }),
	},
)

// follow lists the targets that follow one coordinate each.
func follow() []procedural.Target[scene] {
	var all []procedural.Target[scene]
	for _, g := range []struct {
		name string
		dir  int
	}{
		{"sun x", dirSun}, {"cloud x", dirCloudX}, {"cloud y", dirCloudY}, {"cloud size", dirCloudSize},
		{"horizon", dirHorizon}, {"body x", dirBodyX}, {"body width", dirBodyWidth}, {"body height", dirBodyHeight},
		{"pitch", dirPitch}, {"tower x", dirTowerX}, {"tower width", dirTowerWidth}, {"tower height", dirTowerHeight},
		{"top height", dirTopHeight}, {"second height", dirSecondHeight}, {"window", dirWindow}, {"door", dirDoor},
		{"left size", dirLeftSize}, {"right size", dirRightSize}, {"left x", dirLeftX}, {"right x", dirRightX},
	} {
		all = append(all, procedural.Uniform[scene](g.name, g.dir))
	}
	return all
}
