package warp

import "math"

// Point is a place in a picture, in pixels; the middle of the first pixel is (0,0).
type Point struct{ Row, Col float64 }

// Rigid is the motion that carries the points From to the points To, of which there is one or more.
type Rigid struct{ From, To []Point }

// At is where a place goes. With one pair everything is shifted alike; control points go to their partners.
func (r Rigid) At(v Point) Point {
	var total float64
	var from, to Point // weighted centres: p* and q*
	weight := func(p Point) float64 {
		dr, dc := p.Row-v.Row, p.Col-v.Col
		d := dr*dr + dc*dc
		return 1 / (d*d + 1e-8)
	}
	for i, p := range r.From {
		w := weight(p)
		total += w
		from.Row += w * p.Row
		from.Col += w * p.Col
		to.Row += w * r.To[i].Row
		to.Col += w * r.To[i].Col
	}
	from, to = from.over(total), to.over(total)
	u := v.minus(from)
	// The sum over i of w q̂ᵢ Aᵢ, with Aᵢ = (p̂; -p̂⊥) (u; -u⊥)ᵀ: its direction is that of the rotated u.
	var row, col float64
	for i, p := range r.From {
		w, p, q := weight(p), p.minus(from), r.To[i].minus(to)
		along := p.Row*u.Row + p.Col*u.Col
		across := p.Col*u.Row - p.Row*u.Col
		col += w * (q.Col*along - q.Row*across)
		row += w * (q.Row*along + q.Col*across)
	}
	length := math.Hypot(row, col)
	if length == 0 { // one pair, or a place that all pairs turn about alike
		return Point{to.Row + u.Row, to.Col + u.Col}
	}
	scale := math.Hypot(u.Row, u.Col) / length
	return Point{to.Row + scale*row, to.Col + scale*col}
}

func (p Point) over(d float64) Point { return Point{p.Row / d, p.Col / d} }
func (p Point) minus(q Point) Point  { return Point{p.Row - q.Row, p.Col - q.Col} }
