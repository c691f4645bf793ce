package faces

import "rewriting/worlds/paint"

// backHair is the hair behind the head, as long as hairBottom.
func (d *drawing) backHair() {
	d.Fill(d.head, d.mane(), paint.Solid(d.hair.Scale(0.8), labelHair))
}

// hairBottom is where the hair ends: at the ears, the chin or the shoulders.
func (d *drawing) hairBottom() float64 {
	return paint.Lerp(paint.Lerp(3, d.ry-1, d.bob), d.ry+8, d.long)
}

// mane is the outline of all hair: the top of the skull and the fall of the
// sides.
func (d *drawing) mane() paint.Shape {
	wide := d.rx + paint.Lerp(1.4, 3.4, d.bob)
	bottom := d.hairBottom()
	skull := paint.Ellipse{X: 0, Y: -2, RX: wide, RY: d.ry + 2}
	fall := paint.RoundBox{X: 0, Y: (bottom - 6) / 2, HX: wide, HY: (bottom + 6) / 2, R: min(6, (bottom+6)/2)}
	return paint.Union{A: fall, B: paint.Intersection{A: paint.Above{Y: 2}, B: skull}}
}

// fringe is the hair in front: the mane without an opening for face and neck.
// Short hair ends at the temples.
func (d *drawing) fringe() {
	opening := paint.Ellipse{
		X:  paint.Lerp(paint.Lerp(0, -1, d.bob), 2, d.long),
		Y:  paint.Lerp(3, 4, d.bob),
		RX: paint.Lerp(d.rx*0.98, d.rx*0.86, d.bob),
		RY: paint.Lerp(paint.Lerp(d.ry*0.82, d.ry*0.72, d.bob), d.ry*0.88, d.long),
	}
	below := d.ry + 10
	neck := paint.RoundBox{X: opening.X / 2, Y: opening.Y + below/2, HX: opening.RX, HY: below / 2, R: 4}
	hair := paint.Solid(d.hair, labelHair)
	hair.ShadeX = -0.005
	front := paint.Difference{A: d.mane(), B: paint.Union{A: opening, B: neck}}
	end := paint.Above{Y: paint.Lerp(-2.5, d.hairBottom()+2, d.bob)}
	d.Fill(d.head, paint.Intersection{A: end, B: front}, hair)
}
