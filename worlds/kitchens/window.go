package kitchens

import "rewriting/worlds/paint"

// frameWidth is the width of the window's frame and of its bars.
const frameWidth = 1.8

// casement is the frame of the window with its sill.
func (d *drawing) casement() {
	f := paint.Frame{X: d.windowX, Y: d.windowY, Cos: 1}
	hx, hy := d.windowHX+frameWidth, d.windowHY+frameWidth
	d.Fill(f, rect(-hx+0.8, -hy+1, hx+1.2, hy+1.4, 1), paint.Tint(d.wall.Scale(0.75), 0.5, 2))
	d.Fill(f, rect(-hx, -hy, hx, hy, 0.8), paint.Solid(d.frame, labelFrame))
	d.Fill(f, rect(-hx-1.5, hy-1, hx+1.5, hy+0.8, 0.6), paint.Solid(d.frame.Scale(0.9), labelFrame))
}

// panes are the glass, brighter at the top, and the cross bars before it.
func (d *drawing) panes() {
	label := uint8(labelDarkWindow)
	if d.day > 0.5 {
		label = labelWindow
	}
	f := paint.Frame{X: d.windowX, Y: d.windowY, Cos: 1}
	glass := paint.Solid(d.lit(d.light()), label)
	glass.ShadeY = -0.006
	d.Fill(f, rect(-d.windowHX, -d.windowHY, d.windowHX, d.windowHY, 0.5), glass)
	bar := paint.Solid(d.frame, labelFrame)
	d.Fill(f, rect(-frameWidth/2, -d.windowHY, frameWidth/2, d.windowHY, 0), bar)
	d.Fill(f, rect(-d.windowHX, -frameWidth/2-1, d.windowHX, frameWidth/2-1, 0), bar)
}

// reflectionDepth is how far the mirrored window reaches from the wall towards the viewer.
const reflectionDepth = 9.5

// reflection is the window mirrored in the counter: its light, as wide as its glass and
// half as deep, fainter towards the viewer, with the middle bar's shadow.
func (d *drawing) reflection() {
	f := paint.Frame{X: d.windowX, Y: d.counterY, Cos: 1}
	light := paint.Brush{Colour: d.lit(d.mirrored()), Opacity: d.gloss, Edge: 2, Label: labelReflection}
	d.Fill(f, rect(-d.windowHX, 0.8, d.windowHX, reflectionDepth, 1.5), light)
	light.Opacity, light.Label = 0.5*d.gloss, paint.NoLabel
	d.Fill(f, rect(-d.windowHX+1, 1, d.windowHX-1, reflectionDepth*0.62, 1.5), light)
	d.Fill(f, rect(-0.8, 1.2, 0.8, reflectionDepth-0.6, 0.5), paint.Tint(d.counter.Scale(0.9), 0.55, edge))
}
