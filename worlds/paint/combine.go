package paint

import "math"

// far is a distance in pixels beyond any soft edge. Where one shape alone
// decides the coverage by that much, combinations do not ask the other; the
// cheaper shape goes first.
const far = 4

// Union is the region of either shape.
type Union struct{ A, B Shape }

// Distance implements Shape.
func (u Union) Distance(x, y float64) float64 {
	a := u.A.Distance(x, y)
	if a < -far {
		return a
	}
	return min(a, u.B.Distance(x, y))
}

// Bounds implements Shape.
func (u Union) Bounds() Box { return u.A.Bounds().union(u.B.Bounds()) }

// Intersection is the region common to both shapes.
type Intersection struct{ A, B Shape }

// Distance implements Shape.
func (s Intersection) Distance(x, y float64) float64 {
	a := s.A.Distance(x, y)
	if a > far {
		return a
	}
	return max(a, s.B.Distance(x, y))
}

// Bounds implements Shape.
func (s Intersection) Bounds() Box { return s.A.Bounds().intersect(s.B.Bounds()) }

// Difference is the region of A without B.
type Difference struct{ A, B Shape }

// Distance implements Shape.
func (s Difference) Distance(x, y float64) float64 {
	a := s.A.Distance(x, y)
	if a > far {
		return a
	}
	return max(a, -s.B.Distance(x, y))
}

// Bounds implements Shape.
func (s Difference) Bounds() Box { return s.A.Bounds() }

// Outline is the outline of a shape drawn with a pen of radius R.
type Outline struct {
	Of Shape
	R  float64
}

// Distance implements Shape.
func (o Outline) Distance(x, y float64) float64 { return math.Abs(o.Of.Distance(x, y)) - o.R }

// Bounds implements Shape.
func (o Outline) Bounds() Box { return o.Of.Bounds().Grow(o.R) }

// Grown is a shape with its outline moved outwards by R (inwards if negative).
type Grown struct {
	Of Shape
	R  float64
}

// Distance implements Shape.
func (g Grown) Distance(x, y float64) float64 { return g.Of.Distance(x, y) - g.R }

// Bounds implements Shape.
func (g Grown) Bounds() Box { return g.Of.Bounds().Grow(max(g.R, 0)) }

// Above is the half plane of the points whose y is smaller than Y (y grows
// downwards).
type Above struct{ Y float64 }

// Distance implements Shape.
func (a Above) Distance(_, y float64) float64 { return y - a.Y }

// Bounds implements Shape.
func (a Above) Bounds() Box {
	b := Everywhere
	b.Y1 = a.Y
	return b
}
