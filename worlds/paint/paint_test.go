package paint

import (
	"math"
	"testing"
)

var shapes = map[string]Shape{
	"disc":         Disc(32, 32, 12),
	"ellipse":      Ellipse{X: 32, Y: 32, RX: 14, RY: 9},
	"egg":          Ellipse{X: 32, Y: 32, RX: 14, RY: 17, Taper: 0.1},
	"round box":    RoundBox{X: 32, Y: 32, HX: 15, HY: 9, R: 4},
	"capsule":      Capsule{X0: 20, Y0: 25, X1: 44, Y1: 38, R: 5},
	"arc":          Arc{X: 32, Y: 30, HX: 14, Bend: 6, R: 3},
	"union":        Union{Disc(26, 32, 9), Disc(38, 32, 9)},
	"intersection": Intersection{Disc(28, 32, 13), Disc(36, 32, 13)},
	"difference":   Difference{Disc(32, 32, 14), Disc(40, 32, 8)},
	"outline":      Outline{Disc(32, 32, 12), 2.5},
	"polygon":      Polygon{{16, 18}, {46, 22}, {40, 44}, {30, 34}, {20, 42}},
	"strokes":      Strokes{[]Box{{18, 20, 44, 20}, {44, 44, 31, 20}}, 3},
	"half":         Intersection{Disc(32, 32, 14), Above{30}},
}

// area is the sum of the coverage of a white brush.
func area(s Shape, f Frame) float64 {
	c := NewCanvas(64, 1.4)
	c.Fill(f, s, Brush{Colour: Colour{1, 1, 1}, Opacity: 1, Label: 1})
	sum := 0.0
	for _, v := range c.RGB[:64*64] {
		sum += v
	}
	return sum
}

func TestThePaintedAreaIsTheArea(t *testing.T) {
	want := map[string]float64{
		"disc":      math.Pi * 12 * 12,
		"ellipse":   math.Pi * 14 * 9,
		"round box": 30*18 - (4-math.Pi)*16,
		"capsule":   10*math.Hypot(24, 13) + math.Pi*25,
		"outline":   2 * math.Pi * 12 * 5,
	}
	for name, w := range want {
		// One sample per pixel of a soft edge: half a per cent.
		if got := area(shapes[name], Fixed); math.Abs(got-w) > 0.005*w {
			t.Errorf("%s: painted %.1f square pixels, want %.1f", name, got, w)
		}
	}
}

func TestTurningAShapeKeepsItsArea(t *testing.T) {
	for name, s := range shapes {
		want := area(s, Fixed)
		// The frame turns about its origin: put (32, 32) back into the middle.
		sin, cos := math.Sincos(0.4)
		f := Turned(32-32*cos+32*sin, 32-32*sin-32*cos, 0.4)
		if got := area(s, f); math.Abs(got-want) > 0.01*want {
			t.Errorf("%s: %.1f square pixels turned, %.1f before", name, got, want)
		}
	}
}

func TestBoundsHoldTheWholeShape(t *testing.T) {
	for name, s := range shapes {
		b := s.Bounds().Grow(1e-9)
		for y := 0.25; y < 64; y += 0.5 {
			for x := 0.25; x < 64; x += 0.5 {
				outside := x < b.X0 || x > b.X1 || y < b.Y0 || y > b.Y1
				if outside && s.Distance(x, y) < 0 {
					t.Fatalf("%s: (%v, %v) is inside the shape and outside its bounds", name, x, y)
				}
			}
		}
	}
}

func TestDistancesGrowByAboutAPixelPerPixelNearTheOutline(t *testing.T) {
	const h = 1e-4
	for name, s := range shapes {
		for y := 0.25; y < 64; y += 0.5 {
			for x := 0.25; x < 64; x += 0.5 {
				if math.Abs(s.Distance(x, y)) > 0.7 {
					continue
				}
				gx := (s.Distance(x+h, y) - s.Distance(x-h, y)) / (2 * h)
				gy := (s.Distance(x, y+h) - s.Distance(x, y-h)) / (2 * h)
				// Ellipses are first-order estimates, and at the seams of
				// combinations the difference quotient straddles a kink.
				if g := math.Hypot(gx, gy); g > 1.15 {
					t.Fatalf("%s: slope %.2f at (%v, %v)", name, g, x, y)
				}
			}
		}
	}
}

func TestCoverageIsOneHalfOnTheOutline(t *testing.T) {
	for _, c := range []struct{ distance, want float64 }{{-0.7, 1}, {0, 0.5}, {0.7, 0}, {-5, 1}, {5, 0}} {
		if got := Coverage(c.distance, 1.4); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("coverage %v at %v px, want %v", got, c.distance, c.want)
		}
	}
}

func TestALabelIsTakenWhereTheCoverageExceedsOneHalf(t *testing.T) {
	for _, opacity := range []float64{1, 0.7, 0.5, 0.3} {
		c := NewCanvas(64, 1.4)
		c.Fill(Fixed, Disc(31.3, 32.8, 12), Brush{Colour: Colour{1, 1, 1}, Opacity: opacity, Label: 3})
		for p, l := range c.Label {
			if (c.RGB[p] > 0.5) != (l == 3) {
				t.Fatalf("opacity %v: coverage %v has label %d", opacity, c.RGB[p], l)
			}
		}
	}
}

func TestATintOwnsNoPixels(t *testing.T) {
	c := NewCanvas(64, 1.4)
	c.Fill(Fixed, Disc(32, 32, 12), Brush{Colour: Colour{1, 0, 0}, Opacity: 1, Label: NoLabel})
	for p, l := range c.Label {
		if l != 0 {
			t.Fatalf("pixel %d has label %d", p, l)
		}
	}
}

func TestTouchedMarksExactlyThePixelsThatChange(t *testing.T) {
	c := NewCanvas(64, 1.4)
	c.Touched = make([]bool, 64*64)
	c.Fill(Turned(30, 30, 0.2), RoundBox{HX: 9, HY: 5, R: 2}, Brush{Colour: Colour{1, 1, 1}, Opacity: 0.4, Label: 1})
	for p, touched := range c.Touched {
		if touched != (c.RGB[p] > 0) {
			t.Fatalf("pixel %d: touched %v, value %v", p, touched, c.RGB[p])
		}
	}
}

func TestShapesBeyondTheCanvasAreCutOff(t *testing.T) {
	c := NewCanvas(64, 1.4)
	for _, s := range []Shape{Disc(-50, 3, 10), Disc(64, 64, 10), Above{-3}, Above{1e5}} {
		c.Fill(Fixed, s, Brush{Colour: Colour{1, 1, 1}, Opacity: 1, Label: 1}) // must not panic
	}
}

func TestRampsAndMixesReachTheirEnds(t *testing.T) {
	r := Ramp{Hex(0x000000), Hex(0xff0000), Hex(0xffffff)}
	for _, c := range []struct {
		u    float64
		want Colour
	}{{0, Colour{}}, {0.25, Colour{0.5}}, {0.5, Colour{1}}, {1, Colour{1, 1, 1}}, {2, Colour{1, 1, 1}}} {
		if got := r.At(c.u); got != c.want {
			t.Errorf("ramp at %v is %v, want %v", c.u, got, c.want)
		}
	}
}

func TestAGrownMaskHoldsTheNeighboursAndStaysOnTheCanvas(t *testing.T) {
	const n = 5
	mask := make([]bool, n*n)
	mask[0], mask[3*n+3] = true, true // a corner, and a pixel in the middle
	for p, got := range Grow(mask, n) {
		x, y := p%n, p/n
		want := x <= 1 && y <= 1 || x >= 2 && y >= 2
		if got != want {
			t.Errorf("pixel (%d, %d): %v", x, y, got)
		}
	}
}

func TestGrowingAShapeMovesItsOutline(t *testing.T) {
	for _, r := range []float64{-2, 3} {
		g := Grown{Disc(32, 32, 10), r}
		if d := g.Distance(32+10+r, 32); math.Abs(d) > 1e-9 {
			t.Errorf("radius %v: the outline is off by %v", r, d)
		}
	}
}

func TestAGradientGoesFromTopToBottomAndLeavesLabels(t *testing.T) {
	c := NewCanvas(4, 1)
	c.Label[5] = 3
	c.Gradient(Colour{0, 0.5, 1}, Colour{1, 0.5, 0})
	for j := range 4 {
		want := [3]float64{(float64(j) + 0.5) / 4, 0.5, 1 - (float64(j)+0.5)/4}
		for k := range 3 {
			if got := c.RGB[16*k+4*j+2]; math.Abs(got-want[k]) > 1e-12 {
				t.Errorf("row %d, channel %d is %v, want %v", j, k, got, want[k])
			}
		}
	}
	if c.Label[5] != 3 {
		t.Error("a label changed")
	}
}
