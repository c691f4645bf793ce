package kitchens

import "rewriting/worlds/paint"

// counterDepth is the height of the counter's top in the picture.
const counterDepth = 13.0

// board is a shelf right of the window with three plates or jars on it.
func (d *drawing) board() {
	if d.shelf <= 0 {
		return
	}
	wood := fade(paint.Solid(paint.Hex(0x9a6a42), labelShelf), d.shelf)
	china := fade(paint.Solid(d.plates, labelShelf), d.shelf)
	for _, x := range []float64{45, 51, 57} {
		d.Fill(paint.Fixed, rect(x-2.2, d.shelfY-5.5+0.35*(x-51)/3, x+2.2, d.shelfY, 1.2), china)
	}
	d.Fill(paint.Fixed, rect(40.5, d.shelfY-0.6, 61.5, d.shelfY+1.4, 0.5), wood)
}

// pendant is a lamp that hangs from the ceiling, and its glow on the wall.
func (d *drawing) pendant() {
	if d.lamp <= 0 {
		return
	}
	f := paint.Frame{X: d.lampX, Y: d.lampDrop, Cos: 1}
	d.Fill(f, paint.Disc(0, 4, 9), fade(paint.Tint(paint.Hex(0xfff0c0), 0.35, 8), d.lamp))
	d.Fill(f, paint.Capsule{X0: 0, Y0: -20, X1: 0, Y1: 0, R: 0.5}, fade(paint.Solid(paint.Hex(0x4a4140), labelLamp), d.lamp))
	d.Fill(f, paint.Disc(0, 4.6, 2), fade(paint.Solid(paint.Hex(0xfff3c4), labelLamp), d.lamp))
	shade := paint.Intersection{A: paint.Above{Y: 4.4}, B: paint.Ellipse{X: 0, Y: 4.4, RX: 5.6, RY: 5.4}}
	d.Fill(f, shade, fade(paint.Solid(d.lampColour, labelLamp), d.lamp))
}

// worktop is the glossy counter, lighter towards the viewer, with its front edge.
func (d *drawing) worktop() {
	f := paint.Frame{X: size / 2, Y: d.counterY, Cos: 1}
	top := paint.Solid(d.counter, labelCounter)
	top.ShadeY = 0.006
	d.Fill(f, rect(-size, 0, size, counterDepth, 0), top)
	d.Fill(f, rect(-size, -0.2, size, 0.6, 0), paint.Tint(d.counter.Scale(0.7), 0.6, edge))
	d.Fill(f, rect(-size, counterDepth, size, counterDepth+2.6, 0), paint.Solid(d.counter.Scale(0.68), labelCounter))
}

// kettle is a pot with a lid, a knob and a handle, on the right of the counter.
func (d *drawing) kettle() {
	if d.pot <= 0 {
		return
	}
	f := paint.Frame{X: d.potX, Y: d.counterY + 4.5, Cos: 1}
	body := fade(paint.Solid(d.potColour, labelPot), d.pot)
	body.ShadeX = -0.02
	d.Fill(f, paint.Ellipse{X: 0.5, Y: 2.6, RX: 6.8, RY: 1.8}, fade(paint.Tint(d.counter.Scale(0.6), 0.6, 2), d.pot))
	dark := fade(paint.Solid(d.potColour.Scale(0.7), labelPot), d.pot)
	for _, side := range []float64{-1, 1} {
		d.Fill(f, paint.Capsule{X0: side * 5.5, Y0: -4, X1: side * 7.4, Y1: -4.4, R: 0.9}, dark)
	}
	d.Fill(f, rect(-5.6, -6, 5.6, 3, 2), body)
	d.Fill(f, rect(-5.8, -6.8, 5.8, -5.2, 0.8), dark)
	d.Fill(f, paint.Disc(0, -7.6, 1.1), dark)
}

// cupboards are the cabinet doors below the counter, with handles.
func (d *drawing) cupboards() {
	y := d.counterY + counterDepth + 2.2
	front := paint.Solid(d.cabinet, labelCabinet)
	front.ShadeX = -0.002
	d.Fill(paint.Fixed, rect(-4, y, size+4, size+6, 0), front)
	d.Fill(paint.Fixed, rect(-4, y, size+4, y+1.2, 0), paint.Tint(d.cabinet.Scale(0.7), 0.5, edge))
	for i := range 4 {
		x := 16 * float64(i)
		panel := paint.Outline{Of: rect(x+2, y+2.6, x+14, size+6, 1), R: 0.5}
		d.Fill(paint.Fixed, panel, paint.Tint(d.cabinet.Scale(1.22), 0.8, edge))
		knob := x + 11.5
		if i%2 == 1 {
			knob = x + 4.5
		}
		d.Fill(paint.Fixed, paint.Disc(knob, y+6, 1), paint.Tint(paint.Hex(0xf0e6d2), 0.85, edge))
	}
}

// seat is a stool in front of the cabinets.
func (d *drawing) seat() {
	if d.stool <= 0 {
		return
	}
	f := paint.Frame{X: d.stoolX, Y: d.counterY + counterDepth + 5, Cos: 1}
	leg := fade(paint.Solid(d.stoolColour.Scale(0.62), labelStool), d.stool)
	for _, side := range []float64{-1, 1} {
		d.Fill(f, paint.Capsule{X0: side * 4, Y0: 0, X1: side * 6, Y1: 20, R: 0.9}, leg)
	}
	d.Fill(f, paint.Ellipse{X: 0, Y: 0, RX: 7.4, RY: 2.6}, fade(paint.Solid(d.stoolColour, labelStool), d.stool))
}
