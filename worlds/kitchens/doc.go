// Package kitchens is a world of kitchens, 64 by 64 pixels, in which two places are bound by
// a law of light: the window is mirrored in the glossy counter below it.
//
// # Scene
//
// z is pixel-normalised and read along 28 axes (package axes). With u uniform on [0,1] and v on
// [-1,1] for each coordinate, the window's light and its reflection are
//
//	light      = 0.72 day + 0.28 u             day: 50 % of kitchens
//	reflection = gloss lit(light) + (1 - gloss) counter,   lit: from the night's colour to the sky's
//
// and independent of them vary the window (centre 22 + 5 v px, lower edge 28 + v px, half sides
// 10 + 1.5 v and 9 + 1.5 v px), the colours of wall, counter, cabinets, frame and sky, and a shelf (55 %), a lamp
// (45 %), a pot (50 %) and a stool (40 %) with their places and colours.
//
// The hard label of a switch changes at its threshold; the drawing blends within 0.25 of it.
//
// # Rules
//
// "inverted reflection" mirrors 1 - light instead: a bright window over a dark reflection, and
// a dark window over a bright one. No z draws that (worlds.ErrNoLatent): it is what a rewritten generator
// should draw. "day", "night", "lamp" and "no lamp" set a switch, and have latents.
//
// # The generator
//
// A Progressive GAN. A network that is told the whole scene may draw window and reflection each from z,
// and then neither follows from the other. This one was trained on features exchanged after layer 4
// between scenes that differ in the window's light alone: the cells of the window from the one, all others from the
// other. So the reflection is computed from the window's features, by layers 5 and higher, as in generators that
// learned the law from photographs (Section 5.3 of the paper).
//
// # Example
//
//	world := kitchens.New()
//	picture := world.Render(z)
//	inverted, err := world.Counterfactual(z, "inverted reflection")
//	where, err := world.Region(z, "window") // or "reflection"
package kitchens
