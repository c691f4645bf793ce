package faces

import (
	"fmt"
	"strings"

	"rewriting/worlds"
	"rewriting/worlds/axes"
	"rewriting/worlds/paint"
)

// toggle is a yes-or-no attribute: coordinate dir of z beyond the threshold.
type toggle struct {
	name  string
	dir   int
	at    float64
	blend func(s *scene) *float64
	// part draws what the toggle may change.
	part func(d *drawing)
}

var toggles = []toggle{
	{"smile", dirSmile, smileAt, func(s *scene) *float64 { return &s.smiling }, (*drawing).lips},
	{"glasses", dirGlasses, glassesAt, func(s *scene) *float64 { return &s.glasses }, (*drawing).spectacles},
	{"earrings", dirEarrings, earringsAt, func(s *scene) *float64 { return &s.earrings }, (*drawing).jewels},
	{"hat", dirHat, hatAt, func(s *scene) *float64 { return &s.hatted }, (*drawing).cap},
}

// rule sets a toggle on or off.
type rule struct {
	name string
	toggle
	on bool
}

var rules = makeRules()

func makeRules() []rule {
	var all []rule
	for _, t := range toggles {
		all = append(all, rule{t.name, t, true}, rule{"no " + t.name, t, false})
	}
	return all
}

// Rules implements worlds.World: "smile", "glasses", "earrings", "hat" and
// each of them after "no ".
func (Faces) Rules() []string {
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.name
	}
	return names
}

func findRule(name string) (rule, error) {
	for _, r := range rules {
		if r.name == name {
			return r, nil
		}
	}
	return rule{}, fmt.Errorf("world faces has no rule %q; there is %s", name, strings.Join(Faces{}.Rules(), ", "))
}

// obeys tells whether the hard label of the scene is the rule's.
func (r rule) obeys(s *scene) bool { return (s.t[r.dir] > r.at) == r.on }

// apply sets the rule in the scene, unless it holds already.
func (r rule) apply(s scene) scene {
	if r.obeys(&s) {
		return s
	}
	*r.blend(&s) = 0
	if r.on {
		*r.blend(&s) = 1
	}
	return s
}

// Truth implements worlds.World for "smile", "open", "glasses", "earrings" and
// "hat". A mouth is open only when it smiles.
func (Faces) Truth(z []float32, name string) (bool, error) {
	s := newScene(z)
	if name == "open" {
		return s.t[dirSmile] > smileAt && s.t[dirOpen] > openAt, nil
	}
	names := []string{"open"}
	for _, t := range toggles {
		if t.name == name {
			return s.t[t.dir] > t.at, nil
		}
		names = append(names, t.name)
	}
	return false, fmt.Errorf("world faces has no switch %q; there is %s", name, strings.Join(names, ", "))
}

// Counterfactual implements worlds.World. Only the toggle of the rule changes:
// a face that starts to smile does so with its own strength, and opens its
// mouth if its switch for that is on.
func (Faces) Counterfactual(z []float32, name string) (worlds.Picture, error) {
	r, err := findRule(name)
	if err != nil {
		return worlds.Picture{}, err
	}
	return r.apply(newScene(z)).picture(), nil
}

// MoveLatent implements worlds.World: t is reflected at the threshold, or set
// to the end of the soft band if that is further.
func (Faces) MoveLatent(z []float32, name string) ([]float32, error) {
	r, err := findRule(name)
	if err != nil {
		return nil, err
	}
	s := newScene(z)
	if r.obeys(&s) {
		return append([]float32(nil), z...), nil
	}
	t := s.t[r.dir]
	if r.on {
		t = r.at + max(r.at-t, band)
	} else {
		t = r.at - max(t-r.at, band)
	}
	return axes.Move(z, directions, r.dir, t)
}

// Window implements worlds.World: the pixels that the switch's parts touch in
// the scene and in its counterfactual, grown by one. For a scene that obeys the
// rule both are the same, so the window holds those parts alone.
func (Faces) Window(z []float32, name string) ([]bool, error) {
	r, err := findRule(name)
	if err != nil {
		return nil, err
	}
	s := newScene(z)
	window := make([]bool, size*size)
	for _, each := range []scene{s, r.apply(s)} {
		d := newDrawing(each)
		d.Touched = window
		r.part(d)
	}
	return paint.Grow(window, size), nil
}
