package faces

import "rewriting/worlds/procedural"

var toggles = []procedural.Toggle[scene]{
	{
		Name: "smile", Direction: dirSmile, Threshold: smileAt, Band: band,
		Strength: func(s *scene) *float64 { return &s.smiling }, Part: touch((*drawing).lips),
	},
	{
		Name: "glasses", Direction: dirGlasses, Threshold: glassesAt, Band: band,
		Strength: func(s *scene) *float64 { return &s.glasses }, Part: touch((*drawing).spectacles),
	},
	{
		Name: "earrings", Direction: dirEarrings, Threshold: earringsAt, Band: band,
		Strength: func(s *scene) *float64 { return &s.earrings }, Part: touch((*drawing).jewels),
	},
	{
		Name: "hat", Direction: dirHat, Threshold: hatAt, Band: band,
		Strength: func(s *scene) *float64 { return &s.hatted }, Part: touch((*drawing).cap),
	},
}

// touch makes a rule's part of something drawn.
func touch(part func(d *drawing)) func(s scene, touched []bool) {
	return func(s scene, touched []bool) {
		d := newDrawing(s)
		d.Touched = touched
		part(d)
	}
}

// switches are "smile", "open", "glasses", "earrings" and "hat". A mouth is
// open only when it smiles.
var switches = func() []procedural.Switch {
	all := []procedural.Switch{{Name: "open", On: func(t []float64) bool { return t[dirSmile] > smileAt && t[dirOpen] > openAt }}}
	for _, g := range toggles {
		all = append(all, g.Switch())
	}
	return all
}()

// rules are the toggles on, and off with "no " before the name. Only the
// toggle changes: a face that starts to smile does so with its own strength,
// and opens its mouth if its switch for that is on.
var rules = func() []procedural.Rule[scene] {
	var all []procedural.Rule[scene]
	for _, g := range toggles {
		all = append(all, g.Rule(g.Name, true), g.Rule("no "+g.Name, false))
	}
	return all
}()
