package faces

import "rewriting/worlds/paint"

// face is ears, head and blush; the light comes from the left.
func (d *drawing) face() {
	ear := paint.Solid(d.skin.Scale(0.93), labelSkin)
	for _, side := range []float64{-1, 1} {
		d.Fill(d.head, paint.Ellipse{X: side * (d.rx + 0.3), Y: 0.5, RX: 2.6, RY: 3.8}, ear)
	}
	skin := paint.Solid(d.skin, labelSkin)
	skin.ShadeX = -0.005
	d.Fill(d.head, paint.Ellipse{X: 0, Y: 0, RX: d.rx, RY: d.ry, Taper: 0.08}, skin)
	blush := paint.Tint(paint.Mix(d.skin, paint.Hex(0xe8604f), 0.5), 0.5, 6)
	for _, side := range []float64{-1, 1} {
		d.Fill(d.head, paint.Disc(side*(d.rx*0.62), 5.2, 2.2), blush)
	}
}

// eyes are white, iris, pupil, glint and lid; the brows come with them, their
// outer ends lowered by browAngle.
func (d *drawing) eyes() {
	const y = -1.5
	e := d.eyeSize
	for _, side := range []float64{-1, 1} {
		x := side * d.eyeDistance
		d.Fill(d.head, paint.Ellipse{X: x, Y: y, RX: 3.1 * e, RY: 2.9 * e}, paint.Solid(paint.Hex(0xfdfaf5), labelEyes))
		d.Fill(d.head, paint.Disc(x+d.gaze, y+0.3, 1.9*e), paint.Solid(d.iris, labelEyes))
		d.Fill(d.head, paint.Disc(x+d.gaze, y+0.3, 0.9*e), paint.Tint(paint.Hex(0x201a1c), 0.8, edge))
		d.Fill(d.head, paint.Disc(x+d.gaze-0.8, y-0.6, 0.5), paint.Tint(paint.Hex(0xffffff), 0.8, edge))
		lid := paint.Tint(paint.Hex(0x3b2a2a), 0.75, edge)
		d.Fill(d.head, paint.Arc{X: x, Y: y - 2.9*e, HX: 3.1 * e, Bend: 1.7 * e, R: 0.45}, lid)
		brow := paint.Solid(d.hair.Scale(0.75), labelBrow)
		dx, dy := 2.9, side*3.0*d.browAngle
		d.Fill(d.head, paint.Capsule{X0: x - dx, Y0: y - 5.9 - dy, X1: x + dx, Y1: y - 5.9 + dy, R: 0.9}, brow)
	}
}

// nose is the shade under its tip.
func (d *drawing) nose() {
	d.Fill(d.head, paint.Ellipse{X: 0.2, Y: d.noseLength, RX: 1.9, RY: 1.4}, paint.Solid(d.skin.Scale(0.84), labelNose))
}

// lips draws the mouth and nothing else; the smile rule changes nothing else.
func (d *drawing) lips() {
	m := d.mouth()
	lip := paint.Mix(d.skin.Scale(0.8), paint.Hex(0xd03c48), 0.78)
	d.Fill(d.head, paint.Grown{Of: m, R: 1.3}, paint.Solid(lip, labelLips))
	if m.opening <= 0 {
		return
	}
	open := min(m.opening/2, 1)
	inside := paint.Solid(paint.Hex(0x6b1f2a), labelInside)
	inside.Opacity = open
	d.Fill(d.head, paint.Grown{Of: m, R: -0.2}, inside)
	teeth := paint.Solid(paint.Hex(0xfdfaf5), labelTeeth)
	teeth.Opacity = open
	d.Fill(d.head, paint.Grown{Of: row{m, 2.6}, R: -0.3}, teeth)
}
