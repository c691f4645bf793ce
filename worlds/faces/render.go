package faces

import (
	"rewriting/worlds/paint"
)

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

// draw paints the scene from back to front.
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

func solid(c paint.Colour, label uint8) paint.Brush {
	return paint.Brush{Colour: c, Opacity: 1, Label: label}
}

func tint(c paint.Colour, opacity, edge float64) paint.Brush {
	return paint.Brush{Colour: c, Opacity: opacity, Edge: edge, Label: paint.NoLabel}
}

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

// backHair is the hair behind the head, as long as hairBottom.
func (d *drawing) backHair() {
	d.Fill(d.head, d.mane(), solid(d.hair.Scale(0.8), labelHair))
}

// hairBottom is where the hair ends: at the ears, the chin or the shoulders.
func (d *drawing) hairBottom() float64 {
	return lerp(lerp(3, d.ry-1, d.bob), d.ry+8, d.long)
}

// mane is the outline of all hair: the top of the skull and the fall of the
// sides.
func (d *drawing) mane() paint.Shape {
	wide := d.rx + lerp(1.4, 3.4, d.bob)
	bottom := d.hairBottom()
	skull := paint.Ellipse{X: 0, Y: -2, RX: wide, RY: d.ry + 2}
	fall := paint.RoundBox{X: 0, Y: (bottom - 6) / 2, HX: wide, HY: (bottom + 6) / 2, R: min(6, (bottom+6)/2)}
	return paint.Union{A: paint.Intersection{A: skull, B: paint.Above{Y: 2}}, B: fall}
}

func (d *drawing) face() {
	ear := solid(d.skin.Scale(0.93), labelSkin)
	for _, side := range []float64{-1, 1} {
		d.Fill(d.head, paint.Ellipse{X: side * (d.rx + 0.3), Y: 0.5, RX: 2.6, RY: 3.8}, ear)
	}
	skin := solid(d.skin, labelSkin)
	skin.ShadeX = -0.005
	d.Fill(d.head, paint.Ellipse{X: 0, Y: 0, RX: d.rx, RY: d.ry, Taper: 0.08}, skin)
	blush := tint(paint.Mix(d.skin, paint.Hex(0xe8604f), 0.5), 0.5, 6)
	for _, side := range []float64{-1, 1} {
		d.Fill(d.head, paint.Disc(side*(d.rx*0.62), 5.2, 2.2), blush)
	}
}

// fringe is the hair in front: the mane without an opening for face and neck.
// Short hair ends at the temples.
func (d *drawing) fringe() {
	opening := paint.Ellipse{
		X:  lerp(lerp(0, -1, d.bob), 2, d.long),
		Y:  lerp(3, 4, d.bob),
		RX: lerp(d.rx*0.98, d.rx*0.86, d.bob),
		RY: lerp(lerp(d.ry*0.82, d.ry*0.72, d.bob), d.ry*0.88, d.long),
	}
	below := d.ry + 10
	neck := paint.RoundBox{X: opening.X / 2, Y: opening.Y + below/2, HX: opening.RX, HY: below / 2, R: 4}
	hair := solid(d.hair, labelHair)
	hair.ShadeX = -0.005
	front := paint.Difference{A: d.mane(), B: paint.Union{A: opening, B: neck}}
	d.Fill(d.head, paint.Intersection{A: front, B: paint.Above{Y: lerp(-2.5, d.hairBottom()+2, d.bob)}}, hair)
}

func (d *drawing) eyes() {
	const y = -1.5
	e := d.eyeSize
	for _, side := range []float64{-1, 1} {
		x := side * d.eyeDistance
		d.Fill(d.head, paint.Ellipse{X: x, Y: y, RX: 3.1 * e, RY: 2.9 * e}, solid(paint.Hex(0xfdfaf5), labelEyes))
		d.Fill(d.head, paint.Disc(x+d.gaze, y+0.3, 1.9*e), solid(d.iris, labelEyes))
		d.Fill(d.head, paint.Disc(x+d.gaze, y+0.3, 0.9*e), tint(paint.Hex(0x201a1c), 0.8, edge))
		d.Fill(d.head, paint.Disc(x+d.gaze-0.8, y-0.6, 0.5), tint(paint.Hex(0xffffff), 0.8, edge))
		lid := tint(paint.Hex(0x3b2a2a), 0.75, edge)
		d.Fill(d.head, paint.Arc{X: x, Y: y - 2.9*e, HX: 3.1 * e, Bend: 1.7 * e, R: 0.45}, lid)
		brow := solid(d.hair.Scale(0.75), labelBrow)
		dx, dy := 2.9, side*3.0*d.browAngle
		d.Fill(d.head, paint.Capsule{X0: x - dx, Y0: y - 5.9 - dy, X1: x + dx, Y1: y - 5.9 + dy, R: 0.9}, brow)
	}
}

func (d *drawing) nose() {
	d.Fill(d.head, paint.Ellipse{X: 0.2, Y: d.noseLength, RX: 1.9, RY: 1.4}, solid(d.skin.Scale(0.84), labelNose))
}

// lips draws the mouth and nothing else; the smile rule changes nothing else.
func (d *drawing) lips() {
	m := d.mouth()
	lip := paint.Mix(d.skin.Scale(0.8), paint.Hex(0xd03c48), 0.78)
	d.Fill(d.head, grown{m, 1.3}, solid(lip, labelLips))
	if m.opening <= 0 {
		return
	}
	open := clamp(m.opening/2, 0, 1)
	inside := solid(paint.Hex(0x6b1f2a), labelInside)
	inside.Opacity = open
	d.Fill(d.head, grown{m, -0.2}, inside)
	teeth := solid(paint.Hex(0xfdfaf5), labelTeeth)
	teeth.Opacity = open
	d.Fill(d.head, grown{row{m, 2.6}, -0.3}, teeth)
}

func (d *drawing) spectacles() {
	if d.glasses <= 0 {
		return
	}
	frame := solid(paint.Hex(0x3d3a4a), labelGlasses)
	frame.Opacity = d.glasses
	x := d.eyeDistance
	for _, side := range []float64{-1, 1} {
		d.Fill(d.head, paint.Outline{Of: paint.RoundBox{X: side * x, Y: -1.3, HX: 4.9, HY: 4.6, R: 4}, R: 0.75}, frame)
		d.Fill(d.head, paint.Capsule{X0: side * (x + 4.9), Y0: -2, X1: side * (d.rx + 0.5), Y1: -2.2, R: 0.7}, frame)
	}
	d.Fill(d.head, paint.Arc{X: 0, Y: -2.4, HX: max(0.5, x-4.9), Bend: 0.6, R: 0.7}, frame)
}

func (d *drawing) jewels() {
	if d.earrings <= 0 {
		return
	}
	jewel := solid(d.jewel, labelEarrings)
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
	knit := solid(d.hat, labelHat)
	knit.Opacity = d.hatted
	knit.ShadeX = -0.006
	turn := knit
	turn.Colour = paint.Mix(d.hat, paint.Hex(0xffffff), 0.3)
	d.Fill(d.head, paint.Disc(0, -d.ry-4.8, 3.4), turn)
	dome := paint.Ellipse{X: 0, Y: brim, RX: d.rx + 2.8, RY: d.ry*0.48 + 4.5}
	d.Fill(d.head, paint.Intersection{A: dome, B: paint.Above{Y: brim}}, knit)
	d.Fill(d.head, paint.RoundBox{X: 0, Y: brim - 0.5, HX: d.rx + 3.2, HY: 2.7, R: 2.4}, turn)
}
