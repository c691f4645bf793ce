package kitchens

import "rewriting/worlds/paint"

// size is the side of a picture in pixels.
const size = 64

// edge is the full width of soft edges in pixels.
const edge = 1.4

// Label values. Glass is labelled "window" by day and "dark window" by night.
const (
	labelWall = iota
	labelWindow
	labelDarkWindow
	labelFrame
	labelCounter
	labelReflection
	labelCabinet
	labelShelf
	labelLamp
	labelPot
	labelStool
)

var labelNames = []string{"wall", "window", "dark window", "frame", "counter", "reflection", "cabinet", "shelf", "lamp", "pot", "stool"}

// drawing is a scene on its way to a canvas.
type drawing struct {
	*paint.Canvas
	scene
}

func newDrawing(s scene) *drawing { return &drawing{paint.NewCanvas(size, edge), s} }

// draw paints the scene from back to front. The networks of this world are
// trained on its pictures: a change here, or in newScene, asks for new ones.
func draw(s scene) *paint.Canvas {
	d := newDrawing(s)
	d.room()
	d.casement()
	d.panes()
	d.board()
	d.pendant()
	d.worktop()
	d.reflection()
	d.kettle()
	d.cupboards()
	d.seat()
	return d.Canvas
}

// fade scales the opacity of a brush.
func fade(b paint.Brush, by float64) paint.Brush {
	b.Opacity *= by
	return b
}

// rect is the rectangle of these sides with corners of radius r.
func rect(x0, y0, x1, y1, r float64) paint.RoundBox {
	return paint.RoundBox{X: (x0 + x1) / 2, Y: (y0 + y1) / 2, HX: (x1 - x0) / 2, HY: (y1 - y0) / 2, R: r}
}

// room is the wall with a ceiling moulding and a row of light tiles above the counter.
func (d *drawing) room() {
	wall := paint.Solid(d.wall, labelWall)
	wall.ShadeX, wall.ShadeY = -0.0015, -0.002
	d.Fill(paint.Fixed, rect(-4, -4, size+4, size+4, 0), wall)
	d.Fill(paint.Fixed, rect(-4, -4, size+4, 2.2, 0), paint.Tint(paint.Hex(0xfbf7ef), 0.65, edge))
	tiles := paint.Tint(paint.Mix(d.wall, paint.Hex(0xffffff), 0.35), 0.8, edge)
	d.Fill(paint.Fixed, rect(-4, d.counterY-3.2, size+4, d.counterY+1, 0), tiles)
}
