package report

import (
	"bytes"
	"image/png"
	"slices"
	"testing"

	"rewriting/sessions"
)

// flat is an r x r picture of one grey.
func flat(r int, v byte) []byte { return bytes.Repeat([]byte{v}, 3*r*r) }

func pixel(t *testing.T, img *Image, x, y int) [3]byte {
	t.Helper()
	p, err := png.Decode(bytes.NewReader(img.PNG))
	if err != nil {
		t.Fatal(err)
	}
	r, g, b, _ := p.At(x, y).RGBA()
	return [3]byte{byte(r >> 8), byte(g >> 8), byte(b >> 8)}
}

// The mask is columns and rows 100..149 of 256: the border is three pixels outside it, the rest is
// half as bright.
func TestAnObjectIsOutlinedOutsideItsMask(t *testing.T) {
	img := ObjectImage(flat(256, 200), 256, brush(100, 100, 150, 150), "")
	for x, want := range map[int][3]byte{
		125: {200, 200, 200}, 100: {200, 200, 200}, 149: {200, 200, 200},
		99: yellow, 97: yellow, 150: yellow, 152: yellow,
		96: {100, 100, 100}, 153: {100, 100, 100}, 10: {100, 100, 100},
	} {
		if got := pixel(t, img, x, 125); got != want {
			t.Errorf("column %d is %v, want %v", x, got, want)
		}
	}
}

func TestAContextRegionIsFilledAndTheRestUntouched(t *testing.T) {
	img := ContextImage(flat(256, 200), 256, brush(100, 100, 150, 150), "")
	if in, out := pixel(t, img, 120, 120), pixel(t, img, 99, 120); in != white || out != [3]byte{200, 200, 200} {
		t.Errorf("inside %v, outside %v", in, out)
	}
	none := ContextImage(flat(256, 200), 256, nil, "")
	if got := pixel(t, none, 120, 120); got != [3]byte{200, 200, 200} {
		t.Errorf("a region without paint changes the picture: %v", got)
	}
}

// Cells 2..3 of 8 on a 256-pixel picture: 64..127, grown by nearly a cell on each side, since the
// upsampled box fades to zero at the neighbouring cell's centre.
func TestAPasteBoxReachesAlmostOneCellFurther(t *testing.T) {
	in := touched(2, 4, 8, 256)
	if first, last := slices.Index(in, true), len(in)-1; first != 48 || !in[143] || in[144] || in[last] {
		t.Errorf("inside from %d", first)
	}
	img := PasteImage(flat(256, 200), 256, sessions.Box{Top: 2, Left: 2, Bottom: 4, Right: 4}, 8, "")
	for x, want := range map[int][3]byte{48: {200, 200, 200}, 47: red, 45: red, 44: {100, 100, 100}} {
		if got := pixel(t, img, x, 100); got != want {
			t.Errorf("column %d is %v, want %v", x, got, want)
		}
	}
}

func TestABoxAtTheEdgeOfTheMapReachesTheEdgeOfThePicture(t *testing.T) {
	in := touched(0, 8, 8, 256)
	if slices.Contains(in, false) {
		t.Error("a box over the whole map does not cover the picture")
	}
}

func TestSmallPicturesAreEnlarged(t *testing.T) {
	for r, want := range map[int]int{64: 192, 256: 256, 128: 256} {
		if c := newCanvas(flat(r, 9), r); c.side != want {
			t.Errorf("%d pixels become %d, want %d", r, c.side, want)
		}
	}
}
