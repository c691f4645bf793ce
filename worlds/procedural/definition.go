package procedural

import (
	"io/fs"
	"math"

	"rewriting/worlds/axes"
	"rewriting/worlds/paint"
)

// Definition is all that is a world's own; S is its scene. Functions must not
// keep state: they are called from several goroutines at once.
type Definition[S any] struct {
	Name   string
	Size   int      // side of a picture, pixels
	Labels []string // the index is the label value

	// Directions is the number of coordinates of z that the scene uses.
	Directions int
	// Scene is the scene of these coordinates.
	Scene func(t []float64) S
	// Draw paints a scene.
	Draw func(s S) *paint.Canvas

	Targets  []Target[S]
	Switches []Switch
	Rules    []Rule[S]

	// Data holds the folder "data" with the networks.
	Data fs.FS
}

// Switch is a yes-or-no attribute whose truth is known.
type Switch struct {
	Name string
	On   func(t []float64) bool
}

// Target is one regression target: a number of roughly zero mean and unit
// scale.
type Target[S any] struct {
	Name  string
	Value func(t []float64, s *S) float64
}

// Colour makes three targets of a colour: its components minus the mean, in
// standard deviations.
func Colour[S any](name string, mean, deviation paint.Colour, pick func(s *S) paint.Colour) []Target[S] {
	var all []Target[S]
	for k, channel := range []string{"red", "green", "blue"} {
		all = append(all, Target[S]{name + " " + channel, func(_ []float64, s *S) float64 {
			return (pick(s)[k] - mean[k]) / deviation[k]
		}})
	}
	return all
}

// Uniform is the target of an attribute that follows one coordinate: twice
// its uniform number minus one, scaled to unit variance.
func Uniform[S any](name string, direction int) Target[S] {
	return Target[S]{name, func(t []float64, _ *S) float64 { return Signed(t[direction]) * math.Sqrt(3) }}
}

// Signed is a coordinate as a number uniform on [-1,1].
func Signed(t float64) float64 { return 2*axes.Uniform(t) - 1 }

// Blend is the drawn strength of a switch: 0 below the band of the given half
// width around the threshold, 1 above, smooth between. The hard label changes
// at the threshold; a network can learn the band.
func Blend(t, threshold, half float64) float64 {
	return paint.Smoothstep(0.5 + (t-threshold)/(2*half))
}
