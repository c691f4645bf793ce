package nbb

import (
	"math"

	"rewriting/compute"
)

// matching sends every cell of one square map to a cell of another: row*size + column.
type matching []int

func identity(size int) matching {
	m := make(matching, size*size)
	for i := range m {
		m[i] = i
	}
	return m
}

// doubled is the matching of maps of twice the size: every cell goes where its parent went, at the upper left of the four.
func (m matching) doubled(size int) matching {
	out := make(matching, 4*len(m))
	for i := range out {
		to := m[i/(2*size)/2*size+i%(2*size)/2]
		out[i] = to/size*2*(2*size) + to%size*2
	}
	return out
}

// grid is a square feature map with the channels of a pixel side by side and a border of reflected pixels.
type grid struct {
	size, border, channels int
	data                   []float32
}

// newGrid lays out features [1,C,size,size]. The border must be smaller than the map.
func newGrid(x *compute.Tensor, border int) *grid {
	g := &grid{size: x.Dim(2), border: border, channels: x.Dim(1)}
	wide, area := g.wide(), g.size*g.size
	g.data = make([]float32, wide*wide*g.channels)
	for r := range wide {
		for c := range wide {
			from := reflect(r-border, g.size)*g.size + reflect(c-border, g.size)
			to := g.data[(r*wide+c)*g.channels:][:g.channels]
			for k := range to {
				to[k] = x.Data[k*area+from]
			}
		}
	}
	return g
}

func (g *grid) wide() int { return g.size + 2*g.border }

// reflect mirrors a coordinate at the first and the last cell, which are not repeated.
func reflect(i, n int) int {
	if i < 0 {
		i = -i
	}
	if i >= n {
		i = 2*(n-1) - i
	}
	return i
}

// normalise divides every pixel by the norm of its channels; a pixel of zeros stays.
func (g *grid) normalise() *grid {
	for at := 0; at < len(g.data); at += g.channels {
		pixel := g.data[at:][:g.channels]
		var squares float64
		for _, v := range pixel {
			squares += float64(v) * float64(v)
		}
		if squares > 0 {
			compute.Scale(pixel, float32(1/math.Sqrt(squares)))
		}
	}
	return g
}

// row is row y of the patch around a cell: 2*border+1 pixels.
func (g *grid) row(cell, y int) []float32 {
	at := ((cell/g.size+y)*g.wide() + cell%g.size) * g.channels
	return g.data[at:][:(2*g.border+1)*g.channels]
}

// match finds, for every patch of a, the patch of b of largest correlation among those centred within radius cells of where start
// sends it, on each axis. Of equals the first in row-major order wins.
func match(a, b *grid, start matching, radius int) matching {
	out := make(matching, len(start))
	patch := 2*a.border + 1
	for p, from := range start {
		row, col := from/b.size, from%b.size
		best := float32(math.Inf(-1))
		out[p] = from
		for y := max(row-radius, 0); y <= min(row+radius, b.size-1); y++ {
			for x := max(col-radius, 0); x <= min(col+radius, b.size-1); x++ {
				q := y*b.size + x
				var score float32
				for k := range patch {
					score += compute.Dot(a.row(p, k), b.row(q, k))
				}
				if score > best {
					best, out[p] = score, q
				}
			}
		}
	}
	return out
}

// carry brings features of another map to the cells that a matching starts from: every pixel is the mean over all patches that
// cover it of what the patch's match has there (spec: baselines 7.4). The result is [1,C,size,size].
func carry(from *grid, m matching) *compute.Tensor {
	size, wide, patch := from.size, from.wide(), 2*from.border+1
	sum := &grid{size: size, border: from.border, channels: from.channels, data: make([]float32, len(from.data))}
	times := make([]int, wide*wide)
	for p, q := range m {
		for k := range patch {
			to := sum.row(p, k)
			compute.Add(to, to, from.row(q, k))
			for x := range patch {
				times[(p/size+k)*wide+p%size+x]++
			}
		}
	}
	out := compute.New(1, from.channels, size, size)
	for i := range size * size {
		at := (i/size+from.border)*wide + i%size + from.border
		for k, v := range sum.data[at*from.channels:][:from.channels] {
			out.Data[k*size*size+i] = v / float32(times[at])
		}
	}
	return out
}
