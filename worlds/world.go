package worlds

import "errors"

// ErrNoLatent is what MoveLatent returns, wrapped, for a rule that the world itself never
// obeys: a picture that can be drawn, but not from any z. The ideal rewrite of such a rule is
// known by Counterfactual alone.
var ErrNoLatent = errors.New("no latent draws this counterfactual")

// World is a procedural data set whose ground truth is known: a scene as a
// known function of z, and a renderer. Methods that take z panic if it has not
// LatentDim entries; that is a mistake of the program, not of its user.
type World interface {
	// Name is the name under which Open finds the world.
	Name() string
	// Size is the side of a picture in pixels.
	Size() int
	// LatentDim is the number of entries of z.
	LatentDim() int
	// Labels are the names of the label values; the index is the value.
	Labels() []string
	// Attributes are the names of the regression targets, in the order of Attribute.
	Attributes() []string
	// Rules are the names that Counterfactual, MoveLatent and Window take.
	Rules() []string
	// Render draws scene(z).
	Render(z []float32) Picture
	// Attribute returns the regression targets of scene(z), one for each name
	// of Attributes, each of roughly zero mean and unit scale.
	Attribute(z []float32) []float32
	// Truth is the hard label of a switch of scene(z). It fails for names
	// that are not switches.
	Truth(z []float32, name string) (bool, error)
	// Obeys tells whether scene(z) obeys the rule already.
	Obeys(z []float32, rule string) (bool, error)
	// Counterfactual draws scene(z) with the rule applied. A scene that
	// already obeys the rule is drawn as it is.
	Counterfactual(z []float32, rule string) (Picture, error)
	// MoveLatent returns the z whose scene is that of Counterfactual, but for
	// rounding: one coordinate moves, the other used ones stay, and the unused
	// ones are rescaled so that it is pixel-normalised. A scene that already
	// obeys the rule keeps its z as it is. It fails if the norm leaves no room
	// for the move, which has never been seen for standard normal z, and always,
	// with ErrNoLatent, for a rule that no scene obeys.
	MoveLatent(z []float32, rule string) ([]float32, error)
	// Window marks the pixels (Size*Size, row by row) that the rule may
	// change: what it draws before and after, grown by a pixel.
	Window(z []float32, rule string) ([]bool, error)
	// File returns an embedded file, such as "generator.pt". The error for a
	// missing file says how to make it.
	File(name string) ([]byte, error)
}

// Picture is an image and its label map.
type Picture struct {
	Size  int
	RGB   []float32 // 3*Size*Size, planar, in [-1,1]
	Label []uint8   // Size*Size
}
