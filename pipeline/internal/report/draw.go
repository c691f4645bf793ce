package report

import (
	"bytes"
	"image"
	"image/png"
	"math"

	"rewriting/pipeline/internal/picture"
	"rewriting/sessions"
	"rewriting/sessions/pillow"
)

// Colours and widths of the paper's figures (spec: studio 4).
var (
	yellow = [3]byte{255, 255, 0}
	red    = [3]byte{255, 0, 0}
	white  = [3]byte{255, 255, 255}
)

const border = 3 // pixels

// canvas is a square RGB picture to draw on, interleaved.
type canvas struct {
	side int
	pix  []byte
}

// newCanvas copies r*r*3 bytes, at the size that reports show, and enlarges small pictures (bicubic, by a whole factor) to
// at least 192 pixels, so that an outline of three pixels does not cover what it outlines.
func newCanvas(pixels []byte, r int) *canvas {
	const least = 192
	pixels, r = picture.ForShow(pixels, r)
	side := r * max(1, (least+r-1)/r)
	if side == r {
		return &canvas{r, append([]byte(nil), pixels...)}
	}
	return &canvas{side, pillow.Bicubic(pixels, r, r, 3, side, side)}
}

func (c *canvas) image(caption string) *Image {
	img := image.NewNRGBA(image.Rect(0, 0, c.side, c.side))
	for i := range c.side * c.side {
		copy(img.Pix[4*i:], c.pix[3*i:3*i+3])
		img.Pix[4*i+3] = 255
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic("report: a PNG of valid size cannot fail in memory: " + err.Error())
	}
	return &Image{PNG: b.Bytes(), Caption: caption}
}

// fill paints the pixels of the mask.
func (c *canvas) fill(mask []bool, colour [3]byte) {
	for i, in := range mask {
		if in {
			copy(c.pix[3*i:], colour[:])
		}
	}
}

// outline halves the brightness outside the mask and draws a border around it, outside: pixels that touch
// the mask in one of eight directions, repeated per pixel of width.
func (c *canvas) outline(mask []bool, colour [3]byte, width int) {
	for i, in := range mask {
		if !in {
			for k := range 3 {
				c.pix[3*i+k] /= 2
			}
		}
	}
	grown := mask
	for range width {
		grown = c.grow(grown)
	}
	rim := make([]bool, len(mask))
	for i := range rim {
		rim[i] = grown[i] && !mask[i]
	}
	c.fill(rim, colour)
}

func (c *canvas) grow(mask []bool) []bool {
	out := make([]bool, len(mask))
	for i, in := range mask {
		if !in {
			continue
		}
		x, y := i%c.side, i/c.side
		for v := max(0, y-1); v <= min(c.side-1, y+1); v++ {
			for u := max(0, x-1); u <= min(c.side-1, x+1); u++ {
				out[v*c.side+u] = true
			}
		}
	}
	return out
}

// painted is the mask of a region at the canvas's size: alpha above a quarter.
func (c *canvas) painted(m *sessions.Mask) []bool {
	if m == nil { // a region that nothing was painted in
		return make([]bool, c.side*c.side)
	}
	area := m.Area(c.side, c.side)
	mask := make([]bool, len(area.A))
	for i, a := range area.A {
		mask[i] = a > 0.25
	}
	return mask
}

// ObjectImage shows a copied object: inside untouched, outside darkened, a yellow border. pixels are
// r*r*3 bytes, RGB interleaved.
func ObjectImage(pixels []byte, r int, m *sessions.Mask, caption string) *Image {
	c := newCanvas(pixels, r)
	c.outline(c.painted(m), yellow, border)
	return c.image(caption)
}

// ContextImage shows a context region: filled white, the rest untouched.
func ContextImage(pixels []byte, r int, m *sessions.Mask, caption string) *Image {
	c := newCanvas(pixels, r)
	c.fill(c.painted(m), white)
	return c.image(caption)
}

// PasteImage shows where the object was pasted: the box, in cells of a cells x cells value map, with a red
// border and the rest darkened. The box is upsampled as the map is (half-pixel alignment, zero
// outside) and everything above zero is inside, so it is up to one cell wider on each side.
func PasteImage(pixels []byte, r int, box sessions.Box, cells int, caption string) *Image {
	c := newCanvas(pixels, r)
	mask := make([]bool, c.side*c.side)
	rows, cols := touched(box.Top, box.Bottom, cells, c.side), touched(box.Left, box.Right, cells, c.side)
	for y, in := range rows {
		for x := range cols {
			mask[y*c.side+x] = in && cols[x]
		}
	}
	c.outline(mask, red, border)
	return c.image(caption)
}

// touched marks the pixels of an axis at which the linear interpolation of cells from..to-1 is above zero.
func touched(from, to, cells, side int) []bool {
	in := make([]bool, side)
	for p := range in {
		at := (float64(p)+0.5)*float64(cells)/float64(side) - 0.5
		in[p] = at > float64(from-1) && at < float64(to)
	}
	return in
}

// MatchImage shows where an image responds to a key: the response at cells x cells places is interpolated as a map is (half-pixel
// alignment, zero outside); pixels above the level keep their brightness inside a thin white border, the rest is darkened.
func MatchImage(pixels []byte, r int, response []float32, cells int, level float64, caption string) *Image {
	c := newCanvas(pixels, r)
	mask := make([]bool, c.side*c.side)
	for i := range mask {
		mask[i] = interpolate(response, cells, c.side, i/c.side, i%c.side) > level
	}
	c.outline(mask, white, 1)
	return c.image(caption)
}

// interpolate is the map of cells x cells numbers at pixel (y, x) of side x side.
func interpolate(m []float32, cells, side, y, x int) float64 {
	v, u := (float64(y)+0.5)*float64(cells)/float64(side)-0.5, (float64(x)+0.5)*float64(cells)/float64(side)-0.5
	top, left := int(math.Floor(v)), int(math.Floor(u))
	sum := 0.0
	for i := range 2 {
		for j := range 2 {
			row, col := top+i, left+j
			if row < 0 || col < 0 || row >= cells || col >= cells {
				continue
			}
			weight := (1 - math.Abs(v-float64(row))) * (1 - math.Abs(u-float64(col)))
			sum += weight * float64(m[row*cells+col])
		}
	}
	return sum
}

// PlainImage shows pixels as they are, small ones enlarged.
func PlainImage(pixels []byte, r int, caption string) *Image {
	return newCanvas(pixels, r).image(caption)
}
