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

var labelNames = [...]string{"background", "cloth", "skin", "hair", "eyes", "brow", "nose", "lips", "mouth inside", "teeth", "glasses", "earrings", "hat"}

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
	d.background()
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

// solid is an opaque brush.
func solid(c paint.Colour, label uint8) paint.Brush {
	return paint.Brush{Colour: c, Opacity: 1, Label: label}
}

// tint is a brush that owns no pixels.
func tint(c paint.Colour, opacity, edge float64) paint.Brush {
	return paint.Brush{Colour: c, Opacity: opacity, Edge: edge, Label: paint.NoLabel}
}

// background is a vertical gradient.
func (d *drawing) background() {
	for j := range size {
		c := paint.Mix(d.backTop, d.backBottom, (float64(j)+0.5)/size)
		for i := range size {
			for k := range 3 {
				d.RGB[(k*size+j)*size+i] = c[k]
			}
		}
	}
}

// body is shoulders, the hair that hangs behind the head, and the neck.
func (d *drawing) body() {
	f := paint.Frame{X: d.x, Y: d.y, Cos: 1}
	shirt := solid(d.shirt, labelCloth)
	shirt.ShadeX = -0.004
	shoulders := paint.RoundBox{X: 0, Y: d.ry + 23, HX: 22, HY: 18, R: 11}
	d.Fill(f, shoulders, shirt)
	collar := solid(paint.Mix(d.shirt, paint.Hex(0xffffff), 0.3), labelCloth)
	d.Fill(f, paint.Intersection{A: shoulders, B: paint.Disc(0, d.ry+4.5, 8)}, collar)
	d.backHair()
	shadow := d.skin.Scale(0.84)
	d.Fill(f, paint.Capsule{X0: 0, Y0: d.ry - 4, X1: 0, Y1: d.ry + 5, R: 5.6}, solid(shadow, labelSkin))
}
