package sessions

import (
	"fmt"

	"rewriting/sessions/pillow"
)

// Area is a soft mask at the resolution of a feature map or an image.
type Area struct {
	H, W int
	A    []float32 // H*W values in [0,1], multiples of 1/255, row-major
}

// Box is a rectangle of cells; bottom and right are exclusive.
type Box struct{ Top, Left, Bottom, Right int }

// Height is the number of rows.
func (b Box) Height() int { return b.Bottom - b.Top }

// Width is the number of columns.
func (b Box) Width() int { return b.Right - b.Left }

// Area resizes the mask to h x w cells. A mask of another aspect ratio is stretched. Faint strokes
// can vanish: a cell of less than half of 1/255 rounds to zero.
func (m *Mask) Area(h, w int) *Area {
	if h <= 0 || w <= 0 {
		panic(fmt.Sprintf("sessions: area of %dx%d", h, w))
	}
	small := pillow.Bilinear(m.red, m.width, m.height, 1, w, h)
	a := &Area{H: h, W: w, A: make([]float32, h*w)}
	for i, v := range small {
		a.A[i] = float32(v) / 255
	}
	return a
}

// Box bounds the cells above zero; it is (0,0,0,0) when there are none.
func (a *Area) Box() Box {
	b := Box{Top: a.H, Left: a.W}
	for i, v := range a.A {
		if v > 0 {
			y, x := i/a.W, i%a.W
			b.Top, b.Left = min(b.Top, y), min(b.Left, x)
			b.Bottom, b.Right = max(b.Bottom, y+1), max(b.Right, x+1)
		}
	}
	if b.Bottom == 0 {
		return Box{}
	}
	return b
}

// Centre is the middle of the box, rounded down.
func (a *Area) Centre() (y, x int) {
	b := a.Box()
	return (b.Top + b.Bottom) / 2, (b.Left + b.Right) / 2
}

// Sum adds all values.
func (a *Area) Sum() float64 {
	sum := 0.0
	for _, v := range a.A {
		sum += float64(v)
	}
	return sum
}

// Positive counts the cells above zero.
func (a *Area) Positive() int {
	n := 0
	for _, v := range a.A {
		if v > 0 {
			n++
		}
	}
	return n
}

// Empty reports whether no cell is above zero.
func (a *Area) Empty() bool { return a.Positive() == 0 }

// Crop cuts a box out of the area. It panics when the box leaves the area.
func (a *Area) Crop(b Box) *Area {
	c := &Area{H: b.Height(), W: b.Width(), A: make([]float32, 0, b.Height()*b.Width())}
	for y := b.Top; y < b.Bottom; y++ {
		c.A = append(c.A, a.A[y*a.W+b.Left:y*a.W+b.Right]...)
	}
	return c
}
