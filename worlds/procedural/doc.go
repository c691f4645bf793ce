// Package procedural makes a world out of its definition: a scene as a known
// function of the coordinates of z (package axes), a way to draw it (package
// paint), its switches and its rules. What all worlds share is here:
//
//	t                    = axes.Coordinates(z, Directions)
//	Render(z)            = picture(Draw(Scene(t)))
//	Counterfactual(z, r) = picture(Draw(r.Apply(Scene(t)))), Render(z) if r.Obeys(t)
//	MoveLatent(z, r)     = z with one coordinate moved to r.Move(t)
//	Window(z, r)         = pixels touched by r.Part before or after, grown by one
//
// Five lines:
//
//	lamp := procedural.Toggle[scene]{Name: "lamp", Direction: dirLamp, Threshold: 0, Band: 0.15, Strength: lit, Part: lampPart}
//	world := procedural.New(procedural.Definition[scene]{
//		Name: "rooms", Size: 64, Labels: labels, Directions: directions, Scene: newScene, Draw: draw, Targets: targets,
//		Switches: []procedural.Switch{lamp.Switch()}, Rules: []procedural.Rule[scene]{lamp.Rule("no lamp", false)}, Data: data,
//	})
package procedural
