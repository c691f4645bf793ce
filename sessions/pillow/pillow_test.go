package pillow

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// row and the expected values were made with Pillow 9.4 (spec: metrics 11.2).
var row = []uint8{0, 10, 50, 255, 255, 30, 0, 128}

func TestResizeEqualsPillow(t *testing.T) {
	resize := map[string]func([]uint8, int, int, int, int, int) []uint8{"bilinear": Bilinear, "bicubic": Bicubic}
	for _, c := range []struct {
		filter string
		want   []uint8
	}{
		{"bilinear", []uint8{4, 78, 237, 64, 76}},
		{"bilinear", []uint8{0, 6, 23, 59, 208, 255, 204, 40, 10, 52, 128}},
		{"bicubic", []uint8{0, 69, 255, 49, 72}},
		{"bicubic", []uint8{0, 3, 15, 56, 219, 255, 215, 36, 0, 51, 135}},
	} {
		f, n := resize[c.filter], len(c.want)
		if d := cmp.Diff(c.want, f(row, 8, 1, 1, n, 1)); d != "" {
			t.Errorf("%s 8 -> %d along a row: %s", c.filter, n, d)
		}
		if d := cmp.Diff(c.want, f(row, 1, 8, 1, 1, n)); d != "" {
			t.Errorf("%s 8 -> %d down a column: %s", c.filter, n, d)
		}
	}
}

func TestNearestTakesThePixelUnderTheCentre(t *testing.T) {
	if d := cmp.Diff([]uint8{0, 0, 1, 2, 2}, Nearest([]uint8{0, 1, 2}, 3, 1, 1, 5, 1)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]uint8{1, 3}, Nearest([]uint8{0, 1, 2, 3}, 4, 1, 1, 2, 1)); d != "" {
		t.Error(d)
	}
}

func TestConstantImagesStayConstantAndSizesAreKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 40).Draw(t, "w"), rapid.IntRange(1, 40).Draw(t, "h")
		ow, oh := rapid.IntRange(1, 60).Draw(t, "ow"), rapid.IntRange(1, 60).Draw(t, "oh")
		c := rapid.IntRange(1, 4).Draw(t, "channels")
		v := rapid.Byte().Draw(t, "value")
		pix := make([]uint8, w*h*c)
		for i := range pix {
			pix[i] = v
		}
		for _, f := range []func([]uint8, int, int, int, int, int) []uint8{Bilinear, Bicubic, Nearest} {
			out := f(pix, w, h, c, ow, oh)
			if len(out) != ow*oh*c {
				t.Fatalf("got %d bytes for %dx%dx%d", len(out), ow, oh, c)
			}
			for _, p := range out {
				if p != v {
					t.Fatalf("constant %d became %d", v, p)
				}
			}
		}
	})
}

func TestChannelsAreIndependent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 12).Draw(t, "w"), rapid.IntRange(1, 12).Draw(t, "h")
		ow, oh := rapid.IntRange(1, 20).Draw(t, "ow"), rapid.IntRange(1, 20).Draw(t, "oh")
		pix := rapid.SliceOfN(rapid.Byte(), w*h*3, w*h*3).Draw(t, "pix")
		whole := Bilinear(pix, w, h, 3, ow, oh)
		for c := range 3 {
			plane := make([]uint8, w*h)
			for i := range plane {
				plane[i] = pix[3*i+c]
			}
			for i, p := range Bilinear(plane, w, h, 1, ow, oh) {
				if whole[3*i+c] != p {
					t.Fatalf("channel %d differs at %d: %d, alone %d", c, i, whole[3*i+c], p)
				}
			}
		}
	})
}
