package churches

import "rewriting/worlds/paint"

// upright is a box between two heights.
func upright(x, half, top, bottom float64) paint.RoundBox {
	return paint.RoundBox{X: x, Y: (top + bottom) / 2, HX: half, HY: (bottom - top) / 2}
}

// arch is an opening with a round head.
func arch(x, half, top, bottom float64) paint.Shape {
	return paint.Union{A: upright(x, half, top+half, bottom), B: paint.Disc(x, top+half, half)}
}

func (d *drawing) foot() float64 { return d.horizon + 2 }

// body is the nave: wall, roof and four arched windows, some of them behind
// the tower.
func (d *drawing) body() {
	f := paint.Frame{X: d.bodyX, Cos: 1}
	wall := paint.Solid(d.wall, labelWall)
	wall.ShadeX = -0.004
	d.Fill(f, upright(0, d.bodyHalf, d.eaves, d.foot()), wall)
	roof := paint.Solid(d.roof, labelRoof)
	roof.ShadeX = -0.004
	out, in := d.bodyHalf+2, d.bodyHalf-3.5
	d.Fill(f, paint.Polygon{{X: -out, Y: d.eaves + 0.5}, {X: -in, Y: d.ridge}, {X: in, Y: d.ridge}, {X: out, Y: d.eaves + 0.5}}, roof)
	y := (d.eaves + d.foot()) / 2
	for _, x := range []float64{-0.78, -0.42, 0.42, 0.78} {
		d.Fill(f, arch(x*d.bodyHalf, 1.5, y-d.windowHeight-1.2, y+d.windowHeight), paint.Solid(d.pane, labelWindow))
	}
}

// sideTower is a second tower, at one end of the body.
type sideTower struct {
	tower
	opacity float64
}

func (d *drawing) sideTowers() [2]sideTower {
	l, r := sideTower{d.second, d.left}, sideTower{d.second, d.right}
	l.x, r.x = d.bodyX-d.bodyHalf+4.5, d.bodyX+d.bodyHalf-4.5
	return [2]sideTower{l, r}
}

// shaft is the tower's wall with a window under the top.
func (d *drawing) shaft(t tower, opacity float64) {
	f := paint.Frame{X: t.x, Cos: 1}
	wall := paint.Brush{Colour: paint.Mix(d.wall, paint.Hex(0xffffff), 0.12), ShadeX: -0.018, Opacity: opacity, Label: labelWall}
	d.Fill(f, upright(0, t.half, t.y, d.foot()), wall)
	pane := paint.Solid(d.pane, labelWindow)
	pane.Opacity = opacity
	d.Fill(f, arch(0, 0.28*t.half, t.y+3, t.y+7.5), pane)
}

// entrance is the door in the foot of the main tower, in its frame of stone.
func (d *drawing) entrance() {
	x, y := d.main.x, d.foot()
	d.Fill(paint.Fixed, arch(x, d.doorHalf+1, y-9.5, y), paint.Solid(d.wall.Scale(0.72), labelWall))
	d.Fill(paint.Fixed, arch(x, d.doorHalf, y-8.5, y), paint.Solid(d.door, labelDoor))
}
