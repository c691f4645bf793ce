package warp

import "rewriting/compute"

// The grid on which the released code evaluates a motion: it reaches beyond the picture on every side.
const (
	margin = 30
	step   = 15
)

// Displacement is the field f(v)-v of a motion at the pixels of a picture of size x size: [1,2,size,size], rows first. The motion is
// evaluated every 15 pixels of the picture with a margin of 30, and linear between; beyond the last node it is constant.
func Displacement(r Rigid, size int) *compute.Tensor {
	nodes := (size + 2*margin + step - 1) / step
	at := make([]Point, nodes*nodes)
	for i := range at {
		v := Point{float64(i/nodes*step - margin), float64(i%nodes*step - margin)}
		at[i] = r.At(v).minus(v)
	}
	out := compute.New(1, 2, size, size)
	area := size * size
	for i := range area {
		d := between(at, nodes, float64(i/size+margin)/step, float64(i%size+margin)/step)
		out.Data[i], out.Data[area+i] = float32(d.Row), float32(d.Col)
	}
	return out
}

// between is the linear value of a square grid at a place in nodes; beyond the last node its value holds.
func between(at []Point, n int, row, col float64) Point {
	r, c := min(int(row), n-1), min(int(col), n-1)
	r1, c1 := min(r+1, n-1), min(c+1, n-1)
	y, x := row-float64(r), col-float64(c)
	mix := func(f func(Point) float64) float64 {
		top := f(at[r*n+c])*(1-x) + f(at[r*n+c1])*x
		low := f(at[r1*n+c])*(1-x) + f(at[r1*n+c1])*x
		return top*(1-y) + low*y
	}
	return Point{mix(func(p Point) float64 { return p.Row }), mix(func(p Point) float64 { return p.Col })}
}

// Field holds whole-pixel displacements of a square picture, rows and columns.
type Field struct {
	Size     int
	Row, Col []int
}

// Released is the field that the released code warps pictures of out x out pixels with, from a motion found on size x size: its displacement truncated,
// resized to out without scaling its values, truncated again.
func Released(r Rigid, size, out int) Field {
	d := truncate(Displacement(r, size))
	d = truncate(compute.ResizeBilinear(d, out, out, compute.HalfPixel))
	f := Field{Size: out, Row: make([]int, out*out), Col: make([]int, out*out)}
	for i := range f.Row {
		f.Row[i], f.Col[i] = int(d.Data[i]), int(d.Data[out*out+i])
	}
	return f
}

// ReleasedMask is the released code's binary mask of out x out pixels from a soft one [1,1,S,S]: only cells that are exactly 1 stay, and
// after resizing only pixels that are exactly 1 again.
func ReleasedMask(m *compute.Tensor, out int) []float32 {
	return truncate(compute.ResizeBilinear(truncate(m.Clone()), out, out, compute.HalfPixel)).Data
}

// truncate drops the fractions of all elements in place.
func truncate(x *compute.Tensor) *compute.Tensor {
	for i, v := range x.Data {
		x.Data[i] = float32(int(v))
	}
	return x
}

// Sample warps planes of Size x Size pixels: each pixel comes from its place minus its displacement; what lies outside is zero.
func (f Field) Sample(planes []float32) []float32 {
	n := f.Size
	out := make([]float32, len(planes))
	for at := 0; at < len(planes); at += n * n {
		for i := range n * n {
			row, col := i/n-f.Row[i], i%n-f.Col[i]
			if row >= 0 && row < n && col >= 0 && col < n {
				out[at+i] = planes[at+row*n+col]
			}
		}
	}
	return out
}
