package faces

import (
	"math"

	"rewriting/worlds/paint"
)

// mouth is the region between an upper and a lower parabola through the same
// corners, in head coordinates:
//
//	upper(x) = y - 0.3 opening + (1 - 0.09 opening) curvature (1/2 - q),  q = (x/halfWidth)^2
//	lower(x) = upper(x) + opening (1 - q)
//
// A closed mouth is the curve itself, distance 0 at the least.
type mouth struct{ y, halfWidth, curvature, opening float64 }

const chords = 10

func (m mouth) upper(x float64) float64 {
	q := x / m.halfWidth
	return m.y - 0.3*m.opening + (1-0.09*m.opening)*m.curvature*(0.5-q*q)
}

func (m mouth) lower(x float64) float64 {
	q := x / m.halfWidth
	return m.upper(x) + m.opening*(1-q*q)
}

// Distance implements paint.Shape.
func (m mouth) Distance(x, y float64) float64 {
	best := math.Inf(1)
	x0, u0, l0 := -m.halfWidth, m.upper(-m.halfWidth), m.lower(-m.halfWidth)
	for i := 1; i <= chords; i++ {
		x1 := m.halfWidth * (2*float64(i)/chords - 1)
		u1 := m.upper(x1)
		best = min(best, paint.SegmentDistance2(x, y, x0, u0, x1, u1))
		if m.opening > 0 {
			l1 := m.lower(x1)
			best = min(best, paint.SegmentDistance2(x, y, x0, l0, x1, l1))
			l0 = l1
		}
		x0, u0 = x1, u1
	}
	d := math.Sqrt(best)
	if m.opening > 0 && math.Abs(x) < m.halfWidth && y > m.upper(x) && y < m.lower(x) {
		return -d
	}
	return d
}

// Bounds implements paint.Shape.
func (m mouth) Bounds() paint.Box {
	a, b := m.upper(0), m.upper(m.halfWidth)
	return paint.Box{X0: -m.halfWidth, Y0: min(a, b), X1: m.halfWidth, Y1: max(b, m.lower(0))}
}

// row is the part of the mouth within depth below the upper lip.
type row struct {
	mouth
	depth float64
}

func (r row) Distance(x, y float64) float64 {
	return max(r.mouth.Distance(x, y), y-r.upper(max(-r.halfWidth, min(r.halfWidth, x)))-r.depth)
}
