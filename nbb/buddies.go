package nbb

import (
	"math"
	"slices"

	"rewriting/compute"
)

// Point is a place in a square map.
type Point struct{ Row, Col int }

// Pair are two points that chose each other: A in the picture to be edited, B in the target.
type Pair struct{ A, B Point }

// buddy is a pair of one level with its strength.
type buddy struct {
	Pair
	value float64
}

// level is what the buddies of one level are chosen from.
type level struct {
	size, radius int
	ab, ba       matching
	a, b         energies
}

// energies are the squared norms of the plain features of every pixel of a picture, stretched from 0 to 1 over the map, and the
// norms likewise.
type energies struct{ squares, norms []float64 }

func energiesOf(x *compute.Tensor) energies {
	area := x.Dim(2) * x.Dim(3)
	e := energies{make([]float64, area), make([]float64, area)}
	for i, v := range x.Data {
		e.squares[i%area] += float64(v) * float64(v)
	}
	for i, s := range e.squares {
		e.norms[i] = math.Sqrt(s)
	}
	stretch(e.squares)
	stretch(e.norms)
	return e
}

// stretch maps the smallest value to 0 and the largest to 1; a constant map becomes zero.
func stretch(x []float64) {
	low, high := slices.Min(x), slices.Max(x)
	for i := range x {
		if high > low {
			x[i] = (x[i] - low) / (high - low)
		} else {
			x[i] = 0
		}
	}
}

// value is the mean activation of a pair.
func (l *level) value(p Pair) float64 {
	return (l.a.norms[l.index(p.A)] + l.b.norms[l.index(p.B)]) / 2
}

func (l *level) index(p Point) int { return p.Row*l.size + p.Col }
func (l *level) point(i int) Point { return Point{i / l.size, i % l.size} }

// all are the mutual matches of the whole map, row by row: the pairs of the coarsest level.
func (l *level) all() []buddy {
	return l.within(nil, Point{}, Point{}, l.size)
}

// below are the mutual matches inside the windows that the pairs of the level above open, the pairs taken from the last to the first. A child adds
// its parent's value to its own.
func (l *level) below(parents []buddy) []buddy {
	var out []buddy
	for _, parent := range slices.Backward(parents) {
		first := len(out)
		out = l.within(out, Point{2 * parent.A.Row, 2 * parent.A.Col}, Point{2 * parent.B.Row, 2 * parent.B.Col}, l.radius)
		for i := range out[first:] {
			out[first+i].value += parent.value
		}
	}
	return out
}

// within appends the mutual matches from the window around a into that around b, row by row.
func (l *level) within(out []buddy, a, b Point, radius int) []buddy {
	for row := max(a.Row-radius, 0); row < min(a.Row+radius+1, l.size); row++ {
		for col := max(a.Col-radius, 0); col < min(a.Col+radius+1, l.size); col++ {
			p := row*l.size + col
			q := l.ab[p]
			to := l.point(q)
			if l.ba[q] != p || abs(to.Row-b.Row) > radius || abs(to.Col-b.Col) > radius {
				continue
			}
			pair := Pair{Point{row, col}, to}
			out = append(out, buddy{pair, l.value(pair)})
		}
	}
	return out
}

// strong keeps the pairs whose energies reach the threshold in both pictures.
func (l *level) strong(pairs []buddy, threshold float64) []buddy {
	return slices.DeleteFunc(pairs, func(p buddy) bool {
		return !(l.a.squares[l.index(p.A)] >= threshold && l.b.squares[l.index(p.B)] >= threshold)
	})
}

// limit keeps the strongest pair of each of k clusters, in their order, where there are at least k; of equals the first.
func limit(pairs []buddy, k int, seed uint64) []buddy {
	if len(pairs) < k {
		return pairs
	}
	points := make([][4]float64, len(pairs))
	for i, p := range pairs {
		points[i] = [4]float64{float64(p.A.Row), float64(p.A.Col), float64(p.B.Row), float64(p.B.Col)}
	}
	best := map[int]int{} // cluster to pair
	labels := cluster(points, k, seed)
	for i, c := range labels {
		if at, seen := best[c]; !seen || pairs[i].value > pairs[at].value {
			best[c] = i
		}
	}
	var out []buddy
	for i, p := range pairs {
		if best[labels[i]] == i {
			out = append(out, p)
		}
	}
	return out
}

// finish turns the pairs of the last level into points of the picture: of those that share a point of A the first stays, cells become
// pixels, and what lies within the border goes.
func finish(pairs []buddy, factor, size, border int) []Pair {
	seen := map[Point]bool{}
	var out []Pair
	for _, p := range pairs {
		if seen[p.A] {
			continue
		}
		seen[p.A] = true
		scaled := Pair{Point{p.A.Row * factor, p.A.Col * factor}, Point{p.B.Row * factor, p.B.Col * factor}}
		coordinates := []int{scaled.A.Row, scaled.A.Col, scaled.B.Row, scaled.B.Col}
		if slices.Min(coordinates) >= border && slices.Max(coordinates) <= size-border {
			out = append(out, scaled)
		}
	}
	return out
}

func abs(x int) int { return max(x, -x) }
