package warp

import "math"

// Outside says what lies beyond the edge of a picture.
type Outside bool

const (
	Empty Outside = false // nothing: zero
	Edge  Outside = true  // the nearest pixel of the edge
)

// Bilinear samples planes of n x n pixels at places, one for each pixel of the result, linearly between pixels.
func Bilinear(planes []float32, n int, places []Point, outside Outside) []float32 {
	out := make([]float32, len(planes)/(n*n)*len(places))
	pixel := func(plane []float32, r, c int) float32 {
		if r < 0 || r >= n || c < 0 || c >= n {
			if outside == Empty {
				return 0
			}
			r, c = min(max(r, 0), n-1), min(max(c, 0), n-1)
		}
		return plane[r*n+c]
	}
	for i, p := range places {
		row, col := math.Floor(p.Row), math.Floor(p.Col)
		y, x := float32(p.Row-row), float32(p.Col-col)
		r, c := whole(row, n), whole(col, n)
		for k := range len(planes) / (n * n) {
			plane := planes[k*n*n:][:n*n]
			top := pixel(plane, r, c)*(1-x) + pixel(plane, r, c+1)*x
			low := pixel(plane, r+1, c)*(1-x) + pixel(plane, r+1, c+1)*x
			out[k*len(places)+i] = top*(1-y) + low*y
		}
	}
	return out
}

// whole is a coordinate as an integer, kept where its neighbour is still outside: pairs that nearly coincide can throw a place very far.
func whole(x float64, n int) int { return int(min(max(x, -2), float64(n+1))) }
