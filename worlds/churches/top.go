package churches

import "rewriting/worlds/paint"

// everyTop draws the tops of all towers and nothing else; the rules of the
// dome change nothing else.
func (d *drawing) everyTop() {
	for _, t := range d.sideTowers() {
		d.top(t.tower, t.opacity)
	}
	d.top(d.main, 1)
}

// top draws what stands on a tower, each kind with its own strength.
func (d *drawing) top(t tower, opacity float64) {
	f := paint.Frame{X: t.x, Y: t.y, Cos: 1}
	d.battlement(f, t, opacity*d.flat)
	d.cupola(f, t, opacity*d.dome)
	d.steeple(f, t, opacity*d.spire)
	if d.planted > 0 {
		d.tree(f, 1.15*t.half, 1.5, opacity*d.planted)
	}
}

// cornice is the ledge that every top stands on.
func (d *drawing) cornice(f paint.Frame, t tower, opacity float64) {
	d.Fill(f, paint.RoundBox{HX: t.half + 0.9, HY: 1.1}, paint.Brush{Colour: d.wall.Scale(0.78), Opacity: opacity, Label: labelWall})
}

// battlement is a flat top with three merlons.
func (d *drawing) battlement(f paint.Frame, t tower, opacity float64) {
	wall := paint.Brush{Colour: paint.Mix(d.wall, paint.Hex(0xffffff), 0.12), ShadeX: -0.018, Opacity: opacity, Label: labelWall}
	w := 0.24 * t.half
	for _, x := range []float64{-1, 0, 1} {
		d.Fill(f, upright(x*(t.half+0.7-w), w, -4.2, 0), wall)
	}
	d.cornice(f, t, opacity)
}

// cupola is half an egg with a glint, a ball and a needle.
func (d *drawing) cupola(f paint.Frame, t tower, opacity float64) {
	brush := paint.Brush{Colour: d.scene.top, ShadeX: -0.022, Opacity: opacity, Label: labelDome}
	rx := t.half + 1.4
	ry := 1.3 * rx * t.tall
	d.Fill(f, paint.Capsule{Y0: -ry - 3.2, Y1: -ry, R: 0.7}, brush)
	d.Fill(f, paint.Disc(0, -ry-0.6, 1.3), brush)
	d.Fill(f, paint.Intersection{A: paint.Above{Y: 0}, B: paint.Ellipse{RX: rx, RY: ry}}, brush)
	d.Fill(f, paint.Ellipse{X: -0.42 * rx, Y: -0.52 * ry, RX: 0.2 * rx, RY: 0.26 * ry}, paint.Tint(paint.Hex(0xffffff), 0.45*opacity, 3))
	d.cornice(f, t, opacity)
}

// steeple is a steep pyramid whose right face lies in the shade.
func (d *drawing) steeple(f paint.Frame, t tower, opacity float64) {
	brush := paint.Brush{Colour: d.scene.top, Opacity: opacity, Label: labelSpire}
	out, height := t.half+1.2, 2.75*t.half*t.tall
	d.Fill(f, paint.Polygon{{X: -out}, {Y: -height}, {X: out}}, brush)
	shade := brush
	shade.Colour = brush.Colour.Scale(0.72)
	d.Fill(f, paint.Polygon{{X: 0.1 * out}, {Y: -height}, {X: out}}, shade)
	d.cornice(f, t, opacity)
}
