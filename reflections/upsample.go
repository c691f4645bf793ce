package reflections

import "math"

// enlarger enlarges maps of side x side cells to grid x grid bilinearly with half-pixel alignment. Beyond the edge lie zeros, as in the
// released dissection: for a factor f, cell t of the grid lies at (t - (f-1)/2)/f of the map, and neighbours outside count as zero.
type enlarger struct {
	side, grid int
	at         []int     // lower neighbour of each cell, -1 .. side-1
	part       []float32 // weight of the upper neighbour
	row        []float32 // side+2 cells: a row of the map between zeros, interpolated vertically
}

func newEnlarger(side, grid int) *enlarger {
	e := &enlarger{side: side, grid: grid, at: make([]int, grid), part: make([]float32, grid), row: make([]float32, side+2)}
	f := float64(grid) / float64(side)
	for t := range grid {
		s := (float64(t) - (f-1)/2) / f
		lower := math.Floor(s)
		e.at[t], e.part[t] = int(lower), float32(s-lower)
	}
	return e
}

// into writes the enlarged map to out [grid*grid].
func (e *enlarger) into(out, x []float32) {
	n := e.side
	for t := range e.grid {
		lower, part := e.at[t], e.part[t]
		for j := range n {
			var a, b float32
			if lower >= 0 {
				a = x[lower*n+j]
			}
			if lower+1 < n {
				b = x[(lower+1)*n+j]
			}
			e.row[j+1] = a*(1-part) + b*part
		}
		to := out[t*e.grid:][:e.grid]
		for u := range to {
			at, p := e.at[u]+1, e.part[u]
			to[u] = e.row[at]*(1-p) + e.row[at+1]*p
		}
	}
}
