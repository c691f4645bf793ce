package kitchens

import "rewriting/worlds/procedural"

var (
	day = procedural.Toggle[scene]{
		Name: "day", Direction: dirDay, Threshold: dayAt, Band: band,
		Strength: func(s *scene) *float64 { return &s.day }, Part: touch((*drawing).panes, (*drawing).reflection),
	}
	shelf = procedural.Toggle[scene]{
		Name: "shelf", Direction: dirShelf, Threshold: shelfAt, Band: band,
		Strength: func(s *scene) *float64 { return &s.shelf }, Part: touch((*drawing).board),
	}
	lamp = procedural.Toggle[scene]{
		Name: "lamp", Direction: dirLamp, Threshold: lampAt, Band: band,
		Strength: func(s *scene) *float64 { return &s.lamp }, Part: touch((*drawing).pendant),
	}
	pot = procedural.Toggle[scene]{
		Name: "pot", Direction: dirPot, Threshold: potAt, Band: band,
		Strength: func(s *scene) *float64 { return &s.pot }, Part: touch((*drawing).kettle),
	}
	stool = procedural.Toggle[scene]{
		Name: "stool", Direction: dirStool, Threshold: stoolAt, Band: band,
		Strength: func(s *scene) *float64 { return &s.stool }, Part: touch((*drawing).seat),
	}
)

// touch makes a rule's part of things drawn.
func touch(parts ...func(d *drawing)) func(s scene, touched []bool) {
	return func(s scene, touched []bool) {
		d := newDrawing(s)
		d.Touched = touched
		for _, part := range parts {
			part(d)
		}
	}
}

var switches = []procedural.Switch{day.Switch(), shelf.Switch(), lamp.Switch(), pot.Switch(), stool.Switch()}

// inverted is the rule of the reflections experiment: the counter mirrors the opposite of
// the window's light. No scene obeys it, so no latent draws it.
var inverted = procedural.Rule[scene]{
	Name:  "inverted reflection",
	Obeys: func([]float64) bool { return false },
	Apply: func(s *scene) { s.inverted = true },
	Part:  touch((*drawing).reflection),
}

var rules = []procedural.Rule[scene]{
	inverted, day.Rule("day", true), day.Rule("night", false), lamp.Rule("lamp", true), lamp.Rule("no lamp", false),
}
