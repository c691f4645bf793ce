// Package paint draws flat illustrations from signed distances, with a label
// for every pixel. It is the machinery of the worlds' renderers: deterministic,
// without state, and smooth in every parameter, so that a small network can
// learn what it draws.
//
// A shape is a function d(x, y), the signed distance from its outline in
// pixels. A brush of opacity o paints colour c over it with a soft edge of full
// width e:
//
//	a   = o S(1/2 - d/e),   S(t) = 3t^2 - 2t^3 clamped to [0,1]
//	rgb = rgb + a (c - rgb)
//	label = the brush's own, where a > 1/2
//
// Only distances within e/2 of the outline matter; shapes and their
// combinations may be careless further away. x grows to the right, y downwards,
// pixel (i, j) has its centre at (i+1/2, j+1/2). All arithmetic is float64;
// processors that fuse multiplication and addition may differ in the last bit,
// which is far below a quantised level.
//
// Five lines, a red ring of 3 px on a black canvas:
//
//	c := paint.NewCanvas(64, 1.4)
//	ring := paint.Outline{Of: paint.Disc(0, 0, 20), R: 1.5}
//	red := paint.Brush{Colour: paint.Hex(0xd03c48), Opacity: 1, Label: 1}
//	c.Fill(paint.Turned(32, 32, 0), ring, red)
//	rgb, label := c.Planar(), c.Label
package paint
