// Package worlds is the home of procedural worlds: data sets whose ground truth
// is known, because every picture is drawn from a scene that is a known
// function of z.
//
// For a world with scene function s, renderer r, a rule that sets an attribute
// and a generator G trained so that
//
//	G(z) ~ r(s(z))
//
// the ideal rewrite of the rule is known for every z,
//
//	ideal(z) = r(rule(s(z)))       Counterfactual
//	         ~ G(rule(z))          MoveLatent, then the generator
//
// and the distance of an edited generator's picture to it can be measured,
// inside and outside the pixels that the rule may change (Window).
//
// A world is a package below this one that registers itself:
//
//	import _ "rewriting/worlds/faces"
//
//	world, err := worlds.Open("faces")
//	picture := world.Render(z)                         // RGB and labels
//	ideal, err := world.Counterfactual(z, "smile")     // the same face, smiling
//	where, err := world.Window(z, "smile")             // the pixels of both mouths
//	checkpoint, err := world.File("generator.pt")      // G, embedded
//
// Package procedural makes a world of its definition; package paint holds the
// drawing machinery, package axes the map from z to attributes, package
// worldtest the properties that every world must have.
package worlds
