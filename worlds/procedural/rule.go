package procedural

import "rewriting/worlds/axes"

// Rule is one change of a scene.
type Rule[S any] struct {
	Name string
	// Obeys tells whether the scene of these coordinates obeys the rule
	// already; it is left alone then.
	Obeys func(t []float64) bool
	// Apply sets the rule in a scene that does not obey it.
	Apply func(s *S)
	// Move returns the coordinate to move and its new value such that the
	// scene is that of Apply. It is nil for a rule that leads out of the
	// scenes: no latent draws those.
	Move func(t []float64) (direction int, to float64)
	// Part marks in touched all pixels that what the rule changes covers in
	// the scene.
	Part func(s S, touched []bool)
}

// Toggle is a switch that is one coordinate beyond a threshold, drawn with a
// blend of half width Band.
type Toggle[S any] struct {
	Name            string
	Direction       int
	Threshold, Band float64
	// Strength is the place in a scene of the drawn strength, [0,1].
	Strength func(s *S) *float64
	// Part is Rule.Part.
	Part func(s S, touched []bool)
}

// Switch is the toggle's truth.
func (g Toggle[S]) Switch() Switch { return Switch{g.Name, g.on} }

func (g Toggle[S]) on(t []float64) bool { return t[g.Direction] > g.Threshold }

// Rule sets the toggle on or off.
func (g Toggle[S]) Rule(name string, on bool) Rule[S] {
	return Rule[S]{
		Name:  name,
		Obeys: func(t []float64) bool { return g.on(t) == on },
		Apply: func(s *S) {
			*g.Strength(s) = 0
			if on {
				*g.Strength(s) = 1
			}
		},
		Move: func(t []float64) (int, float64) {
			return g.Direction, Across(t[g.Direction], g.Threshold, g.Band)
		},
		Part: g.Part,
	}
}

// Across reflects a coordinate at a threshold, or sets it to the far end of
// the band if that is further.
func Across(t, threshold, band float64) float64 {
	if t > threshold {
		return threshold - max(t-threshold, band)
	}
	return threshold + max(threshold-t, band)
}

// moved is the latent of the rule's scene.
func moved[S any](z []float32, t []float64, r Rule[S]) ([]float32, error) {
	direction, to := r.Move(t)
	return axes.Move(z, len(t), direction, to)
}
