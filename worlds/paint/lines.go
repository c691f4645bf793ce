package paint

import "math"

// Point is a place on the canvas, pixels.
type Point struct{ X, Y float64 }

// Polygon is a closed polygon without self-intersections, in either
// direction.
type Polygon []Point

// Distance implements Shape; it is exact.
func (p Polygon) Distance(x, y float64) float64 {
	best, inside := math.Inf(1), false
	a := p[len(p)-1]
	for _, b := range p {
		best = min(best, SegmentDistance2(x, y, a.X, a.Y, b.X, b.Y))
		if (a.Y > y) != (b.Y > y) && x < a.X+(y-a.Y)*(b.X-a.X)/(b.Y-a.Y) {
			inside = !inside
		}
		a = b
	}
	if inside {
		return -math.Sqrt(best)
	}
	return math.Sqrt(best)
}

// Bounds implements Shape.
func (p Polygon) Bounds() Box {
	box := Box{p[0].X, p[0].Y, p[0].X, p[0].Y}
	for _, v := range p[1:] {
		box = box.union(Box{v.X, v.Y, v.X, v.Y})
	}
	return box
}

// Strokes are straight lines drawn with a round pen of radius R, such as
// letters; each is from (X0, Y0) to (X1, Y1).
type Strokes struct {
	Lines []Box
	R     float64
}

// Distance implements Shape; it is exact outside.
func (s Strokes) Distance(x, y float64) float64 {
	best := math.Inf(1)
	for _, l := range s.Lines {
		best = min(best, SegmentDistance2(x, y, l.X0, l.Y0, l.X1, l.Y1))
	}
	return math.Sqrt(best) - s.R
}

// Bounds implements Shape.
func (s Strokes) Bounds() Box {
	box := Box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, l := range s.Lines {
		box = box.union(Box{min(l.X0, l.X1), min(l.Y0, l.Y1), max(l.X0, l.X1), max(l.Y0, l.Y1)})
	}
	return box.Grow(s.R)
}
