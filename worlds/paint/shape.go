package paint

import "math"

// Shape is a region of the plane given by a signed distance: negative inside,
// zero on the outline, positive outside, in pixels. Distances need to be
// accurate only near the outline, where the soft edge is.
type Shape interface {
	// Distance is the signed distance of (x, y) from the outline.
	Distance(x, y float64) float64
	// Bounds is a box that holds the whole region (the soft edge excluded).
	Bounds() Box
}

// Box is an axis-parallel rectangle, X0 <= x <= X1 and Y0 <= y <= Y1.
type Box struct{ X0, Y0, X1, Y1 float64 }

// Everywhere is the box of shapes without an end, such as half planes.
var Everywhere = Box{-1e6, -1e6, 1e6, 1e6}

// Grow returns the box with every side moved outwards by d.
func (b Box) Grow(d float64) Box { return Box{b.X0 - d, b.Y0 - d, b.X1 + d, b.Y1 + d} }

func (b Box) union(o Box) Box {
	return Box{min(b.X0, o.X0), min(b.Y0, o.Y0), max(b.X1, o.X1), max(b.Y1, o.Y1)}
}

func (b Box) intersect(o Box) Box {
	return Box{max(b.X0, o.X0), max(b.Y0, o.Y0), min(b.X1, o.X1), min(b.Y1, o.Y1)}
}

// Ellipse has centre (X, Y) and half axes RX, RY. Taper narrows it towards
// larger y: at the bottom the half width is RX(1-Taper), at the top
// RX(1+Taper); an egg.
type Ellipse struct{ X, Y, RX, RY, Taper float64 }

// Disc is the ellipse of one radius.
func Disc(x, y, r float64) Ellipse { return Ellipse{X: x, Y: y, RX: r, RY: r} }

// Distance is the first-order estimate k(k-1)/|grad|, with k = |p/r|; it is
// exact on the outline and good to a few per cent a pixel away from it.
func (e Ellipse) Distance(x, y float64) float64 {
	x -= e.X
	y -= e.Y
	if e.Taper != 0 {
		v := max(-1, min(1, y/e.RY))
		x /= 1 - e.Taper*v
	}
	px, py := x/e.RX, y/e.RY
	k := math.Sqrt(px*px + py*py)
	if k == 0 {
		return -min(e.RX, e.RY)
	}
	gx, gy := px/e.RX, py/e.RY
	return k * (k - 1) / math.Sqrt(gx*gx+gy*gy)
}

// Bounds implements Shape.
func (e Ellipse) Bounds() Box {
	rx := e.RX * (1 + math.Abs(e.Taper))
	return Box{e.X - rx, e.Y - e.RY, e.X + rx, e.Y + e.RY}
}

// RoundBox is a rectangle with centre (X, Y), half sides HX, HY (corners
// included) and corner radius R.
type RoundBox struct{ X, Y, HX, HY, R float64 }

// Distance implements Shape; it is exact.
func (b RoundBox) Distance(x, y float64) float64 {
	qx := math.Abs(x-b.X) - b.HX + b.R
	qy := math.Abs(y-b.Y) - b.HY + b.R
	ox, oy := max(qx, 0), max(qy, 0)
	return math.Sqrt(ox*ox+oy*oy) + min(max(qx, qy), 0) - b.R
}

// Bounds implements Shape.
func (b RoundBox) Bounds() Box { return Box{b.X - b.HX, b.Y - b.HY, b.X + b.HX, b.Y + b.HY} }

// Capsule is the line from (X0, Y0) to (X1, Y1) drawn with a round pen of
// radius R.
type Capsule struct{ X0, Y0, X1, Y1, R float64 }

// Distance implements Shape; it is exact.
func (c Capsule) Distance(x, y float64) float64 {
	return math.Sqrt(SegmentDistance2(x, y, c.X0, c.Y0, c.X1, c.Y1)) - c.R
}

// Bounds implements Shape.
func (c Capsule) Bounds() Box {
	return Box{min(c.X0, c.X1), min(c.Y0, c.Y1), max(c.X0, c.X1), max(c.Y0, c.Y1)}.Grow(c.R)
}

// SegmentDistance2 is the squared distance of (x, y) from the segment
// (x0, y0)-(x1, y1).
func SegmentDistance2(x, y, x0, y0, x1, y1 float64) float64 {
	dx, dy := x1-x0, y1-y0
	px, py := x-x0, y-y0
	h := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		h = max(0, min(1, (px*dx+py*dy)/l))
	}
	px -= h * dx
	py -= h * dy
	return px*px + py*py
}

// Arc is a piece of the parabola y = Y + Bend((x-X)/HX)^2, |x-X| <= HX, drawn
// with a round pen of radius R.
type Arc struct{ X, Y, HX, Bend, R float64 }

// Distance implements Shape; the parabola is taken as eight chords.
func (a Arc) Distance(x, y float64) float64 {
	const n = 8
	best := math.Inf(1)
	x0, y0 := a.X-a.HX, a.Y+a.Bend
	for i := 1; i <= n; i++ {
		u := 2*float64(i)/n - 1
		x1, y1 := a.X+a.HX*u, a.Y+a.Bend*u*u
		best = min(best, SegmentDistance2(x, y, x0, y0, x1, y1))
		x0, y0 = x1, y1
	}
	return math.Sqrt(best) - a.R
}

// Bounds implements Shape.
func (a Arc) Bounds() Box {
	return Box{a.X - a.HX, a.Y + min(0, a.Bend), a.X + a.HX, a.Y + max(0, a.Bend)}.Grow(a.R)
}
