// Package faces is a world of friendly faces, 64 by 64 pixels.
//
// # Scene
//
// z is pixel-normalised and read along 28 axes (package axes). Each coordinate
// t_i, with u_i = Phi(t_i) uniform on [0,1] and v_i = 2 u_i - 1, drives one
// attribute:
//
//	background hue, light and gradient; skin, hair, iris, jewel, hat and shirt colour
//	head centre (32 + 3.5 v, 33 + 2.5 v) px, radii (14.5 + 1.5 v, 17.5 + 1.5 v) px, tilt 0.13 v rad
//	eye distance, eye size, gaze, brow angle, nose length, mouth height and width
//	strength of smile or frown
//
// and the switches, with the threshold of t that gives the frequency
//
//	smile 50 %, open mouth 50 % (of smiling ones), glasses 30 %, earrings 40 %, hat 20 %
//	hair: a third short, a third a bob, a third long
//
// The hard label of a switch changes at its threshold; the drawing blends
// within 0.15 of it (hair styles within 0.3), so that a network can learn it.
//
// # Rules
//
// A rule sets one switch: "smile", "glasses", "earrings", "hat", or the same
// after "no ". A face that starts to smile has a mouth of
//
//	curvature 3.2 + 1.4 s px,   opening (4.2 + 1.4 s) px if its switch is on,   s = its own strength
//
// and a mouth that does not smile has curvature -(0.2 + 2.2 s) px.
//
// # Example
//
//	world, err := worlds.Open("faces")
//	happy, err := world.Truth(z, "smile")
//	if !happy {
//		picture, err = world.Counterfactual(z, "smile")
//	}
package faces
