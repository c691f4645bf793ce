package churches

import "rewriting/worlds/paint"

// size is the side of a picture, edge the full width of soft edges, in pixels.
const (
	size = 64
	edge = 1.4
)

// Label values.
const (
	labelSky = iota
	labelGround
	labelWall
	labelWindow
	labelDoor
	labelDome
	labelSpire
	labelRoof
	labelTree
	labelWatermark
)

var labelNames = []string{"sky", "ground", "wall", "window", "door", "dome", "spire", "roof", "tree", "watermark"}

// drawing is a scene on its way to a canvas.
type drawing struct {
	*paint.Canvas
	scene
}

// draw paints the scene from back to front. The networks of this world are
// trained on its pictures: a change here, or in newScene, asks for new ones.
func draw(s scene) *paint.Canvas {
	d := &drawing{paint.NewCanvas(size, edge), s}
	d.sky()
	d.ground()
	for _, t := range d.sideTowers() {
		d.shaft(t.tower, t.opacity)
		d.top(t.tower, t.opacity)
	}
	d.body()
	d.shaft(d.main, 1)
	d.top(d.main, 1)
	d.entrance()
	d.garden()
	d.watermarks()
	return d.Canvas
}

// touch makes a rule's part of something drawn.
func touch(part func(d *drawing)) func(s scene, touched []bool) {
	return func(s scene, touched []bool) {
		c := paint.NewCanvas(size, edge)
		c.Touched = touched
		part(&drawing{c, s})
	}
}

// sky is a gradient with sun or moon and two clouds.
func (d *drawing) sky() {
	d.Gradient(d.skyTop, d.skyBottom)
	d.Fill(paint.Fixed, paint.Disc(d.sunX, 8, 3.6), paint.Solid(d.sun, labelSky))
	d.cloudAt(d.cloudX-14, d.cloudY, d.cloudSize)
	d.cloudAt(d.cloudX+17, d.cloudY+9, 0.8*d.cloudSize)
}

func (d *drawing) cloudAt(x, y, s float64) {
	puffs := paint.Union{
		A: paint.Ellipse{X: 0, Y: 0, RX: 8.5 * s, RY: 2.4 * s},
		B: paint.Ellipse{X: 1.5 * s, Y: -1.8 * s, RX: 4.6 * s, RY: 2.8 * s},
	}
	brush := paint.Solid(d.cloud, labelSky)
	brush.Opacity = 0.85
	d.Fill(paint.Frame{X: x, Y: y, Cos: 1}, puffs, brush)
}

// ground is the lawn, darker in front, and the path to the door.
func (d *drawing) ground() {
	f := paint.Frame{Y: d.horizon, Cos: 1}
	lawn := paint.Solid(d.lawn, labelGround)
	lawn.ShadeY = -0.012
	d.Fill(f, paint.Polygon{{X: -4}, {X: 68}, {X: 68, Y: 30}, {X: -4, Y: 30}}, lawn)
	x := d.main.x
	path := paint.Solid(paint.Mix(d.lawn, d.wall, 0.75), labelGround)
	d.Fill(f, paint.Polygon{{X: x - 2.5, Y: 1.5}, {X: x + 2.5, Y: 1.5}, {X: x + 7, Y: 30}, {X: x - 7, Y: 30}}, path)
}
