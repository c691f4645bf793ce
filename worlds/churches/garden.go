package churches

import "rewriting/worlds/paint"

// garden is the trees beside the building.
func (d *drawing) garden() {
	y := d.horizon + 4
	d.tree(paint.Frame{X: d.leftX, Y: y, Cos: 1}, d.leftSize, 4, d.leftTree)
	d.tree(paint.Frame{X: d.rightX, Y: y, Cos: 1}, d.rightSize, 4, d.rightTree)
}

// tree stands on the origin of its frame; its crown is some 2r wide and
// begins above the trunk.
func (d *drawing) tree(f paint.Frame, r, trunk, opacity float64) {
	if opacity <= 0 {
		return
	}
	d.Fill(f, upright(0, 1.2, -trunk-2, 0), paint.Brush{Colour: d.trunk, Opacity: opacity, Label: labelTree})
	d.broadleaf(paint.Frame{X: f.X, Y: f.Y - trunk, Cos: 1}, r, opacity*(1-d.conifer))
	d.fir(paint.Frame{X: f.X, Y: f.Y - trunk, Cos: 1}, r, opacity*d.conifer)
}

// broadleaf is a crown of three balls with light from the left.
func (d *drawing) broadleaf(f paint.Frame, r, opacity float64) {
	crown := paint.Union{
		A: paint.Disc(0, -1.25*r, 0.75*r),
		B: paint.Union{A: paint.Disc(-0.42*r, -0.6*r, 0.62*r), B: paint.Disc(0.42*r, -0.6*r, 0.62*r)},
	}
	d.Fill(f, crown, paint.Brush{Colour: d.leaf, ShadeX: -0.016, Opacity: opacity, Label: labelTree})
	light := paint.Mix(d.leaf, paint.Hex(0xffffff), 0.35)
	d.Fill(f, paint.Disc(-0.3*r, -1.35*r, 0.25*r), paint.Tint(light, 0.6*opacity, 3))
}

// fir is three tiers of boughs.
func (d *drawing) fir(f paint.Frame, r, opacity float64) {
	for i, w := range []float64{0.95, 0.75, 0.52} {
		y := -0.72 * r * float64(i)
		bough := paint.Brush{Colour: d.leaf.Scale(0.74 + 0.12*float64(i)), ShadeX: -0.016, Opacity: opacity, Label: labelTree}
		d.Fill(f, paint.Polygon{{X: -w * r, Y: y + 0.5}, {Y: y - 1.25*r}, {X: w * r, Y: y + 0.5}}, bough)
	}
}
