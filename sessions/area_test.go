package sessions_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rewriting/sessions"
)

// The expected cells were computed by an independent program from the rule of spec: method 3.
func TestSoftStrokesShrinkAsPillowShrinksThem(t *testing.T) {
	s := load(t, "testdata/strokes.json")
	for _, c := range []struct {
		name string
		mask *sessions.Mask
		want []float32
	}{
		{"object", s.Object.Mask, []float32{
			0, 0, 0, 0, 0, 0, 0, 0,
			4, 63, 85, 38, 0, 0, 0, 0,
			50, 230, 255, 180, 9, 0, 0, 0,
			50, 230, 255, 208, 19, 0, 0, 0,
			4, 91, 161, 66, 0, 0, 0, 0,
			0, 0, 0, 0, 0, 0, 0, 0,
			0, 0, 0, 0, 0, 0, 0, 0,
			0, 0, 0, 0, 0, 0, 0, 0}},
		{"paste", s.Paste.Mask, []float32{
			0, 0, 0, 0, 0, 0, 0, 0,
			0, 0, 0, 0, 0, 0, 0, 0,
			0, 0, 0, 0, 0, 0, 0, 0,
			0, 0, 0, 0, 0, 0, 0, 0,
			0, 0, 0, 0, 0, 0, 0, 0,
			0, 0, 0, 0, 0, 38, 161, 103,
			0, 0, 0, 0, 0, 85, 255, 241,
			0, 0, 0, 0, 0, 42, 181, 116}},
	} {
		for i := range c.want {
			c.want[i] /= 255
		}
		if d := cmp.Diff(c.want, c.mask.Area(8, 8).A); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
	object := s.Object.Mask.Area(8, 8)
	if got := object.Box(); got != (sessions.Box{Top: 1, Left: 0, Bottom: 5, Right: 5}) {
		t.Errorf("box %v", got)
	}
	if y, x := object.Centre(); y != 3 || x != 2 {
		t.Errorf("centre %d, %d", y, x)
	}
	if got := object.Positive(); got != 18 {
		t.Errorf("%d positive cells", got)
	}
	large := s.Object.Mask.Area(48, 48).A[20*48:]
	for x, v := range []float32{0, 0, 0, 16, 48, 112, 207, 255} {
		if large[x] != v/255 {
			t.Errorf("enlarged, row 20, column %d: %g/255, want %g/255", x, large[x]*255, v)
		}
	}
}

func TestThePasteIsShiftedInsideAndNeverCut(t *testing.T) {
	s := load(t, "testdata/strokes.json")
	b := s.Object.Mask.Area(8, 8).Box()
	p := sessions.Place(s.Paste.Mask.Area(8, 8), b.Height(), b.Width(), 2)
	want := sessions.Placement{
		Box:      sessions.Box{Top: 4, Left: 3, Bottom: 8, Right: 8},
		KeyCrop:  sessions.Box{Top: 2, Left: 1, Bottom: 4, Right: 4},
		MapCrop:  sessions.Box{Top: 4, Left: 2, Bottom: 8, Right: 8},
		CentreYX: [2]int{6, 6},
	}
	if d := cmp.Diff(want, p); d != "" {
		t.Error(d)
	}
	rapid.Check(t, func(t *rapid.T) {
		painted := rapid.SliceOfN(rapid.Bool(), 256, 256).Draw(t, "painted")
		painted[rapid.IntRange(0, 255).Draw(t, "one")] = true
		side := 2 * rapid.IntRange(2, 16).Draw(t, "half side")
		h, w := rapid.IntRange(1, side).Draw(t, "h"), rapid.IntRange(1, side).Draw(t, "w")
		scale := rapid.IntRange(1, 2).Draw(t, "scale")
		p := sessions.Place(sessions.NewMask(painted, 16, 16).Area(side, side), h, w, scale)
		in, crop := p.Box, p.MapCrop
		if in.Height() != h || in.Width() != w || in.Top < 0 || in.Left < 0 || in.Bottom > side || in.Right > side {
			t.Fatalf("object %dx%d lands on %v of %d", h, w, in, side)
		}
		if crop.Top > in.Top || crop.Left > in.Left || crop.Bottom < in.Bottom || crop.Right < in.Right ||
			crop.Bottom > side || crop.Right > side || crop.Height()-h >= 2*scale || crop.Width()-w >= 2*scale {
			t.Fatalf("crop %v of box %v", crop, in)
		}
	})
}

func TestPaintedPixelsSurviveTheMaskFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 30).Draw(t, "w"), rapid.IntRange(1, 30).Draw(t, "h")
		painted := rapid.SliceOfN(rapid.Bool(), w*h, w*h).Draw(t, "painted")
		m := sessions.NewMask(painted, w, h)
		again, err := sessions.ParseMask(m.URL())
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for i, p := range painted {
			if p {
				n++
			}
			if again.At(i/w, i%w) != m.At(i/w, i%w) || p != (m.At(i/w, i%w) == 255) {
				t.Fatalf("pixel %d: painted %t, made %d, read %d", i, p, m.At(i/w, i%w), again.At(i/w, i%w))
			}
		}
		full := again.Area(h, w)
		if again.Painted() != n || full.Positive() != n || math.Abs(full.Sum()-float64(n)) > 0 || full.Empty() != (n == 0) {
			t.Fatalf("painted %d, read %d, area %g", n, again.Painted(), full.Sum())
		}
		if n == 0 && full.Box() != (sessions.Box{}) {
			t.Fatalf("box of nothing is %v", full.Box())
		}
	})
}

func TestLabelsBecomeGrownRegions(t *testing.T) {
	label := make([]uint8, 64)
	label[0], label[3*8+4], label[7*8+7] = 5, 6, 9
	r, err := sessions.FromLabels(sessions.Labels{Image: 4, Size: 8, Value: label}, []uint8{5, 6}, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	if w, h := r.Mask.Size(); w != 16 || h != 16 || r.Image != 4 {
		t.Fatalf("image %d, mask %dx%d", r.Image, w, h)
	}
	if got := r.Mask.Painted(); got != 4*(4+9) { // a corner grows to 2x2, an inner pixel to 3x3
		t.Errorf("%d pixels painted", got)
	}
	if r.Mask.At(3, 3) != 255 || r.Mask.At(4, 4) != 0 || r.Mask.At(4, 6) != 255 || r.Mask.At(15, 15) != 0 {
		t.Error("wrong pixels painted")
	}
	if _, err := sessions.FromLabels(sessions.Labels{Size: 8, Value: label}, []uint8{1}, 1, 1); err == nil {
		t.Error("a label that no pixel has made a region")
	}
}
