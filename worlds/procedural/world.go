package procedural

import (
	"fmt"
	"strings"

	"rewriting/worlds"
	"rewriting/worlds/axes"
	"rewriting/worlds/paint"
)

// world implements worlds.World.
type world[S any] struct{ Definition[S] }

// New is the world of a definition. It has no state and may be used by several
// goroutines at once.
func New[S any](d Definition[S]) worlds.World { return world[S]{d} }

func (w world[S]) Name() string     { return w.Definition.Name }
func (w world[S]) Size() int        { return w.Definition.Size }
func (w world[S]) LatentDim() int   { return axes.Dim }
func (w world[S]) Labels() []string { return append([]string(nil), w.Definition.Labels...) }

func (w world[S]) Attributes() []string {
	return names(w.Targets, func(t Target[S]) string { return t.Name })
}

func (w world[S]) Rules() []string {
	return names(w.Definition.Rules, func(r Rule[S]) string { return r.Name })
}

func names[T any](of []T, name func(T) string) []string {
	out := make([]string, len(of))
	for i, each := range of {
		out[i] = name(each)
	}
	return out
}

// scene reads z.
func (w world[S]) scene(z []float32) ([]float64, S) {
	t := axes.Coordinates(z, w.Directions)
	return t, w.Scene(t)
}

func (w world[S]) Render(z []float32) worlds.Picture {
	_, s := w.scene(z)
	return w.picture(s)
}

func (w world[S]) picture(s S) worlds.Picture {
	c := w.Draw(s)
	return worlds.Picture{Size: w.Size(), RGB: c.Planar(), Label: c.Label}
}

func (w world[S]) Attribute(z []float32) []float32 {
	t, s := w.scene(z)
	out := make([]float32, len(w.Targets))
	for i, target := range w.Targets {
		out[i] = float32(target.Value(t, &s))
	}
	return out
}

func (w world[S]) Truth(z []float32, name string) (bool, error) {
	for _, s := range w.Switches {
		if s.Name == name {
			return s.On(axes.Coordinates(z, w.Directions)), nil
		}
	}
	known := names(w.Switches, func(s Switch) string { return s.Name })
	return false, fmt.Errorf("world %s has no switch %q; there is %s", w.Name(), name, strings.Join(known, ", "))
}

func (w world[S]) rule(name string) (Rule[S], error) {
	for _, r := range w.Definition.Rules {
		if r.Name == name {
			return r, nil
		}
	}
	return Rule[S]{}, fmt.Errorf("world %s has no rule %q; there is %s", w.Name(), name, strings.Join(w.Rules(), ", "))
}

func (w world[S]) Obeys(z []float32, name string) (bool, error) {
	r, err := w.rule(name)
	if err != nil {
		return false, err
	}
	return r.Obeys(axes.Coordinates(z, w.Directions)), nil
}

// ruled is the scene of z and the scene with the rule.
func (w world[S]) ruled(z []float32, r Rule[S]) (before, after S) {
	t, s := w.scene(z)
	after = s
	if !r.Obeys(t) {
		r.Apply(&after)
	}
	return s, after
}

func (w world[S]) Counterfactual(z []float32, name string) (worlds.Picture, error) {
	r, err := w.rule(name)
	if err != nil {
		return worlds.Picture{}, err
	}
	_, after := w.ruled(z, r)
	return w.picture(after), nil
}

func (w world[S]) MoveLatent(z []float32, name string) ([]float32, error) {
	r, err := w.rule(name)
	if err != nil {
		return nil, err
	}
	if r.Move == nil {
		return nil, fmt.Errorf("world %s, rule %q: %w", w.Name(), name, worlds.ErrNoLatent)
	}
	t := axes.Coordinates(z, w.Directions)
	if r.Obeys(t) {
		return append([]float32(nil), z...), nil
	}
	return moved(z, t, r)
}

// Window implements worlds.World. For a scene that obeys the rule both scenes
// are the same, and the window holds the rule's parts in it alone.
func (w world[S]) Window(z []float32, name string) ([]bool, error) {
	r, err := w.rule(name)
	if err != nil {
		return nil, err
	}
	before, after := w.ruled(z, r)
	window := make([]bool, w.Size()*w.Size())
	r.Part(before, window)
	r.Part(after, window)
	return paint.Grow(window, w.Size()), nil
}

func (w world[S]) File(name string) ([]byte, error) {
	return worlds.DataFile(w.Data, w.Name(), name)
}
