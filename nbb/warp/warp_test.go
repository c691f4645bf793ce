package warp_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rewriting/compute"
	"rewriting/nbb/warp"
)

// specified is the motion of the check of spec: baselines 8.
var specified = warp.Rigid{
	From: []warp.Point{{Row: 60, Col: 50}, {Row: 40, Col: 100}, {Row: 120, Col: 80}},
	To:   []warp.Point{{Row: 58, Col: 55}, {Row: 47, Col: 96}, {Row: 115, Col: 84}},
}

func TestTheDisplacementIsThatOfTheReleasedCode(t *testing.T) {
	d := warp.Displacement(specified, 224)
	f := warp.Released(specified, 224, 224)
	for at, want := range map[[2]int][2]float64{
		{0, 0}: {-3.69639, 6.50189}, {60, 50}: {-1.92769, 4.98713}, {58, 55}: {-1.53204, 5.12085}, {100, 100}: {-4.73447, 2.91738},
		{112, 112}: {-5.75962, 3.46848}, {223, 223}: {-6.80784, 6.90703}, {150, 30}: {-3.24984, 4.71199},
	} {
		i := at[0]*224 + at[1]
		row, col := float64(d.Data[i]), float64(d.Data[224*224+i])
		if math.Abs(row-want[0]) > 6e-6 || math.Abs(col-want[1]) > 6e-6 { // the digits that are given, and float32
			t.Errorf("at %v: %v, %v, want %v", at, row, col, want)
		}
		if f.Row[i] != int(want[0]) || f.Col[i] != int(want[1]) {
			t.Errorf("at %v: whole pixels %d, %d, want %v truncated", at, f.Row[i], f.Col[i], want)
		}
	}
}

func TestControlPointsGoToTheirPartners(t *testing.T) {
	for i, p := range specified.From {
		// The weight at a control point is 1e8, of the others 1e-6 and less; so is the error.
		if got, want := specified.At(p), specified.To[i]; math.Hypot(got.Row-want.Row, got.Col-want.Col) > 1e-6 {
			t.Errorf("%v goes to %v, want %v", p, got, want)
		}
	}
}

func TestARigidMotionOfThePointsIsTheMotionOfEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		angle := rapid.Float64Range(-math.Pi, math.Pi).Draw(t, "angle")
		shift := warp.Point{Row: rapid.Float64Range(-20, 20).Draw(t, "down"), Col: rapid.Float64Range(-20, 20).Draw(t, "right")}
		move := func(p warp.Point) warp.Point {
			s, c := math.Sincos(angle)
			return warp.Point{Row: c*p.Row - s*p.Col + shift.Row, Col: s*p.Row + c*p.Col + shift.Col}
		}
		r := warp.Rigid{From: []warp.Point{{Row: 3, Col: 4}, {Row: 30, Col: 8}, {Row: 12, Col: 40}}}
		for _, p := range r.From {
			r.To = append(r.To, move(p))
		}
		v := warp.Point{Row: rapid.Float64Range(0, 64).Draw(t, "row"), Col: rapid.Float64Range(0, 64).Draw(t, "column")}
		if got, want := r.At(v), move(v); math.Hypot(got.Row-want.Row, got.Col-want.Col) > 1e-6 {
			t.Fatalf("%v goes to %v, want %v", v, got, want)
		}
	})
}

func TestOnePairShiftsEverything(t *testing.T) {
	r := warp.Rigid{From: []warp.Point{{Row: 1, Col: 2}}, To: []warp.Point{{Row: 4, Col: 1}}}
	if got := r.At(warp.Point{Row: 10, Col: 10}); got != (warp.Point{Row: 13, Col: 9}) {
		t.Error(got)
	}
}

// The row of spec: baselines 9.
func TestTheReleasedMaskKeepsOnlyFullPixelsTwice(t *testing.T) {
	row := []float32{0, 1, 1, 0, 1, 1, 1}
	m, soft := compute.New(1, 1, 7, 7), compute.New(1, 1, 7, 7)
	for i := range m.Data {
		m.Data[i] = row[i%7]
		soft.Data[i] = row[i%7] * 0.999
	}
	wide := compute.ResizeBilinear(m, 8, 8, compute.HalfPixel)
	if want := []float32{0, .8125, 1, .4375, .4375, 1, 1, 1}; !slices.Equal(wide.Data[:8], want) {
		t.Errorf("resized %v, want %v", wide.Data[:8], want)
	}
	got := warp.ReleasedMask(m, 8)
	if want := []float32{0, 0, 1, 0, 0, 1, 1, 1}; !slices.Equal(got[:8], want) {
		t.Errorf("mask %v, want %v", got[:8], want)
	}
	if got := warp.ReleasedMask(soft, 8); slices.Max(got) != 0 {
		t.Errorf("a mask without a 1 became %v", got)
	}
}

func TestAFieldTakesPixelsFromWhereItCameFromAndNothingFromOutside(t *testing.T) {
	f := warp.Field{Size: 2, Row: []int{0, 0, 1, 0}, Col: []int{0, 1, 0, -1}}
	if got := f.Sample([]float32{1, 2, 3, 4, 5, 6, 7, 8}); !slices.Equal(got, []float32{1, 1, 1, 0, 5, 5, 5, 0}) {
		t.Error(got)
	}
}

func TestBilinearSamplesBetweenPixelsAndBeyondTheEdge(t *testing.T) {
	plane := []float32{0, 4, 8, 16}
	places := []warp.Point{{}, {Row: 0.5, Col: 0.25}, {Row: -0.5}, {Row: 1, Col: 1e300}, {Row: -1e300, Col: 1}}
	for outside, want := range map[warp.Outside][]float32{
		warp.Empty: {0, 5.5, 0, 0, 0}, warp.Edge: {0, 5.5, 0, 16, 4},
	} {
		if got := warp.Bilinear(plane, 2, places, outside); !slices.Equal(got, want) {
			t.Errorf("outside %v: %v, want %v", outside, got, want)
		}
	}
}
