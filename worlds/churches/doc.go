// Package churches is a world of churches, 64 by 64 pixels, after the data set
// of the paper's first two edits and its watermark table.
//
// # Scene
//
// z is pixel-normalised and read along 35 axes (package axes). Each coordinate
// t_i, with u_i = Phi(t_i) uniform on [0,1] and v_i = 2 u_i - 1, drives one
// attribute:
//
//	time of day (half day, then dusk and night); lawn, wall, roof, top, leaf and door colour
//	sun or moon at x = 53 + 4 v px, two clouds that move together by 4 v and 3 v px, their size
//	nave: centre 32 + 2.5 v, half width 19.5 + 2.5 v, eaves 12 + 2 v above the horizon, roof 6.5 + 1.5 v px
//	tower: 4 v beside the nave's centre, half width 6.5 + 0.8 v, its top at y = 24 + 2.5 v px
//	trees: places, sizes (radius 7.2 + 1.2 v px), kind (60 % broadleaf, 40 % fir)
//
// and the switches, with their shares of all z
//
//	the tower's top: flat 25 %, dome 40 %, spire 35 %, in this order along one coordinate
//	a second, smaller tower with the same kind of top: left 30 %, right 30 %
//	a tree to the left 75 %, to the right 65 %
//	a text-like mark in the middle 6 %, on a strip along the bottom 3 %, independent
//
// The hard label changes at the threshold; the drawing blends within 0.15 of it,
// within 0.06 for the marks. A dome is 14 to 18 pixels wide, the middle mark's
// letters are 12 high.
//
// # Rules
//
//	"spire"        domes become spires
//	"tree"         domes become trees of the garden's kind; no latent draws that (worlds.ErrNoLatent)
//	"watermark"    the mark in the middle goes
//	"bottom mark"  the strip along the bottom goes
//	"add watermark", "add bottom mark"   the mark is drawn in every scene, to ask what a picture agrees with
//
// A scene without domes obeys the first two. The windows of the marks are the
// same in all pictures, marked or not.
//
// # Example
//
//	world, err := worlds.Open("churches")
//	domed, err := world.Truth(z, "dome")
//	if domed {
//		picture, err = world.Counterfactual(z, "tree")
//	}
package churches
