package faces

import "rewriting/worlds/paint"

// size is the side of a picture in pixels.
const size = 64

// edge is the full width of soft edges in pixels.
const edge = 1.4

// Label values.
const (
	labelBackground = iota
	labelCloth
	labelSkin
	labelHair
	labelEyes
	labelBrow
	labelNose
	labelLips
	labelInside
	labelTeeth
	labelGlasses
	labelEarrings
	labelHat
)

var labelNames = []string{"background", "cloth", "skin", "hair", "eyes", "brow", "nose", "lips", "mouth inside", "teeth", "glasses", "earrings", "hat"}

// drawing is a scene on its way to a canvas; head is the head's own frame.
type drawing struct {
	*paint.Canvas
	scene
	head paint.Frame
}

func newDrawing(s scene) *drawing {
	return &drawing{paint.NewCanvas(size, edge), s, paint.Turned(s.x, s.y, s.tilt)}
}

// draw paints the scene from back to front. The networks of this world are
// trained on its pictures: a change here, or in newScene, asks for new ones.
func draw(s scene) *paint.Canvas {
	d := newDrawing(s)
	d.Gradient(d.backTop, d.backBottom)
	d.body()
	d.face()
	d.fringe()
	d.eyes()
	d.nose()
	d.lips()
	d.spectacles()
	d.jewels()
	d.cap()
	return d.Canvas
}

// body is shoulders, the hair that hangs behind the head, and the neck.
func (d *drawing) body() {
	f := paint.Frame{X: d.x, Y: d.y, Cos: 1}
	shirt := paint.Solid(d.shirt, labelCloth)
	shirt.ShadeX = -0.004
	shoulders := paint.RoundBox{X: 0, Y: d.ry + 23, HX: 22, HY: 18, R: 11}
	d.Fill(f, shoulders, shirt)
	collar := paint.Solid(paint.Mix(d.shirt, paint.Hex(0xffffff), 0.3), labelCloth)
	d.Fill(f, paint.Intersection{A: shoulders, B: paint.Disc(0, d.ry+4.5, 8)}, collar)
	d.backHair()
	shadow := d.skin.Scale(0.84)
	d.Fill(f, paint.Capsule{X0: 0, Y0: d.ry - 4, X1: 0, Y1: d.ry + 5, R: 5.6}, paint.Solid(shadow, labelSkin))
}
