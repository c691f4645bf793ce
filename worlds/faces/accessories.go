package faces

import "rewriting/worlds/paint"

// spectacles are two rounded frames, a bridge and the temples.
func (d *drawing) spectacles() {
	if d.glasses <= 0 {
		return
	}
	frame := paint.Solid(paint.Hex(0x3d3a4a), labelGlasses)
	frame.Opacity = d.glasses
	x := d.eyeDistance
	for _, side := range []float64{-1, 1} {
		d.Fill(d.head, paint.Outline{Of: paint.RoundBox{X: side * x, Y: -1.3, HX: 4.9, HY: 4.6, R: 4}, R: 0.75}, frame)
		d.Fill(d.head, paint.Capsule{X0: side * (x + 4.9), Y0: -2, X1: side * (d.rx + 0.5), Y1: -2.2, R: 0.7}, frame)
	}
	d.Fill(d.head, paint.Arc{X: 0, Y: -2.4, HX: max(0.5, x-4.9), Bend: 0.6, R: 0.7}, frame)
}

// jewels are earrings: discs below the ears.
func (d *drawing) jewels() {
	if d.earrings <= 0 {
		return
	}
	jewel := paint.Solid(d.jewel, labelEarrings)
	jewel.Opacity = d.earrings
	for _, side := range []float64{-1, 1} {
		d.Fill(d.head, paint.Disc(side*(d.rx+1.4), 6.6, 2.5), jewel)
	}
}

// cap is a knitted hat with a turned-up brim and a bobble.
func (d *drawing) cap() {
	if d.hatted <= 0 {
		return
	}
	brim := -d.ry * 0.52
	knit := paint.Solid(d.hat, labelHat)
	knit.Opacity = d.hatted
	knit.ShadeX = -0.006
	turn := knit
	turn.Colour = paint.Mix(d.hat, paint.Hex(0xffffff), 0.3)
	d.Fill(d.head, paint.Disc(0, -d.ry-4.8, 3.4), turn)
	dome := paint.Ellipse{X: 0, Y: brim, RX: d.rx + 2.8, RY: d.ry*0.48 + 4.5}
	d.Fill(d.head, paint.Intersection{A: paint.Above{Y: brim}, B: dome}, knit)
	d.Fill(d.head, paint.RoundBox{X: 0, Y: brim - 0.5, HX: d.rx + 3.2, HY: 2.7, R: 2.4}, turn)
}
