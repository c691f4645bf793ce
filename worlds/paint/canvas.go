package paint

import "math"

// Frame places a local coordinate system on the canvas: the local origin is
// the canvas point (X, Y) and the local axes are turned by the angle whose
// cosine and sine are Cos and Sin. Frames keep lengths, so distances do not
// change.
type Frame struct{ X, Y, Cos, Sin float64 }

// Fixed is the frame of the canvas itself.
var Fixed = Frame{Cos: 1}

// Turned is the frame at (x, y) turned by angle radians, clockwise as seen
// (y grows downwards).
func Turned(x, y, angle float64) Frame {
	s, c := math.Sincos(angle)
	return Frame{x, y, c, s}
}

// local maps a canvas point into the frame.
func (f Frame) local(x, y float64) (float64, float64) {
	x -= f.X
	y -= f.Y
	return x*f.Cos + y*f.Sin, y*f.Cos - x*f.Sin
}

// cover is the canvas box around a local box.
func (f Frame) cover(b Box) Box {
	cx, cy := (b.X0+b.X1)/2, (b.Y0+b.Y1)/2
	hx, hy := (b.X1-b.X0)/2, (b.Y1-b.Y0)/2
	c, s := math.Abs(f.Cos), math.Abs(f.Sin)
	x, y := f.X+cx*f.Cos-cy*f.Sin, f.Y+cx*f.Sin+cy*f.Cos
	hx, hy = hx*c+hy*s, hx*s+hy*c
	return Box{x - hx, y - hy, x + hx, y + hy}
}

// NoLabel marks brushes that tint without owning pixels (shading, blush).
const NoLabel = 255

// Brush says how a shape is filled.
type Brush struct {
	Colour Colour
	// ShadeX and ShadeY brighten the colour along the local axes, as a
	// fraction per pixel: Colour(1 + ShadeX x + ShadeY y).
	ShadeX, ShadeY float64
	// Opacity in [0,1] scales the coverage.
	Opacity float64
	// Edge is the full width of the soft edge in pixels; 0 means the
	// canvas's own.
	Edge float64
	// Label is written where the coverage exceeds one half; NoLabel writes
	// none.
	Label uint8
}

// Solid is an opaque brush.
func Solid(c Colour, label uint8) Brush { return Brush{Colour: c, Opacity: 1, Label: label} }

// Tint is a brush that owns no pixels.
func Tint(c Colour, opacity, edge float64) Brush {
	return Brush{Colour: c, Opacity: opacity, Edge: edge, Label: NoLabel}
}

// Canvas is a square picture with a label per pixel. Pixel (i, j) is sampled
// once at its centre (i+1/2, j+1/2).
type Canvas struct {
	Size  int
	Edge  float64   // full width of soft edges, pixels
	RGB   []float64 // 3*Size*Size, planar, [0,1] up to shading
	Label []uint8   // Size*Size
	// Touched, when not nil, has an entry per pixel that Fill sets wherever
	// it had any coverage at all.
	Touched []bool
}

// NewCanvas returns a black canvas of label 0.
func NewCanvas(size int, edge float64) *Canvas {
	return &Canvas{Size: size, Edge: edge, RGB: make([]float64, 3*size*size), Label: make([]uint8, size*size)}
}

// Gradient covers the canvas with a vertical gradient; labels stay.
func (c *Canvas) Gradient(top, bottom Colour) {
	for j := range c.Size {
		row := Mix(top, bottom, (float64(j)+0.5)/float64(c.Size))
		for i := range c.Size {
			for k, v := range row {
				c.RGB[(k*c.Size+j)*c.Size+i] = v
			}
		}
	}
}

// Coverage is the smoothstep of a signed distance over a soft edge of the
// given full width: 1 well inside, 1/2 on the outline, 0 well outside.
func Coverage(distance, edge float64) float64 { return Smoothstep(0.5 - distance/edge) }

// Smoothstep is 3t^2-2t^3 on [0,1], 0 before and 1 after.
func Smoothstep(t float64) float64 {
	if t <= 0 {
		return 0
	}
	if t >= 1 {
		return 1
	}
	return t * t * (3 - 2*t)
}

// Fill paints the shape, given in the coordinates of f, over the canvas.
func (c *Canvas) Fill(f Frame, s Shape, b Brush) {
	if b.Opacity <= 0 {
		return
	}
	edge := b.Edge
	if edge == 0 {
		edge = c.Edge
	}
	box := f.cover(s.Bounds().Grow(edge / 2))
	x0, x1 := c.span(box.X0, box.X1)
	y0, y1 := c.span(box.Y0, box.Y1)
	plane := c.Size * c.Size
	for j := y0; j < y1; j++ {
		for i := x0; i < x1; i++ {
			x, y := f.local(float64(i)+0.5, float64(j)+0.5)
			a := b.Opacity * Coverage(s.Distance(x, y), edge)
			if a <= 0 {
				continue
			}
			light := 1 + b.ShadeX*x + b.ShadeY*y
			p := j*c.Size + i
			for k := range 3 {
				v := &c.RGB[k*plane+p]
				*v += a * (b.Colour[k]*light - *v)
			}
			if a > 0.5 && b.Label != NoLabel {
				c.Label[p] = b.Label
			}
			if c.Touched != nil {
				c.Touched[p] = true
			}
		}
	}
}

// span is the range of pixels whose centres may lie between a and b.
func (c *Canvas) span(a, b float64) (int, int) {
	n := float64(c.Size)
	a, b = max(0, min(n, a-0.5)), max(0, min(n, b+0.5))
	return int(math.Floor(a)), int(math.Ceil(b))
}

// Planar returns the colours as float32 in [-1,1], planar, clamped.
func (c *Canvas) Planar() []float32 {
	out := make([]float32, len(c.RGB))
	for i, v := range c.RGB {
		out[i] = float32(2*max(0, min(1, v)) - 1)
	}
	return out
}
