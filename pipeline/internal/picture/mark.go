package picture

import "rewriting/sessions"

// Marks are painted where an area is at least half covered, as the editing interface shows them.
const shown = 0.5

var (
	outlineColour = [3]byte{255, 60, 60}
	frameColour   = [3]byte{255, 60, 60}
	fillColour    = [3]byte{255, 255, 255}
)

// Outline draws the border of the area: the cells outside it that touch it.
func Outline(pixels []byte, a *sessions.Area) {
	in := func(y, x int) bool { return y >= 0 && y < a.H && x >= 0 && x < a.W && a.A[y*a.W+x] >= shown }
	for y := range a.H {
		for x := range a.W {
			if !in(y, x) && (in(y-1, x) || in(y+1, x) || in(y, x-1) || in(y, x+1)) {
				copy(pixels[3*(y*a.W+x):], outlineColour[:])
			}
		}
	}
}

// Fill paints the area white.
func Fill(pixels []byte, a *sessions.Area) {
	for i, v := range a.A {
		if v >= shown {
			copy(pixels[3*i:], fillColour[:])
		}
	}
}

// Frame draws the bounding box of the area.
func Frame(pixels []byte, a *sessions.Area) {
	b := a.Box()
	for y := b.Top; y < b.Bottom; y++ {
		for x := b.Left; x < b.Right; x++ {
			if y == b.Top || y == b.Bottom-1 || x == b.Left || x == b.Right-1 {
				copy(pixels[3*(y*a.W+x):], frameColour[:])
			}
		}
	}
}
