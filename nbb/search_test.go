package nbb

import (
	"math"
	"slices"
	"testing"

	"rewriting/compute"
)

// specified are the maps of the check of spec: baselines 7.3: B is A shifted down a row, with something added.
func specified() (a, b *compute.Tensor) {
	a, b = compute.New(1, 6, 6, 6), compute.New(1, 6, 6, 6)
	for i := range a.Data {
		a.Data[i] = float32(math.Abs(math.Sin(0.7*float64(i) + 0.3)))
	}
	for i := range b.Data {
		c, y, x := i/36, i/6%6, i%6
		b.Data[i] = float32(0.9*float64(a.Data[c*36+(y+5)%6*6+x]) + 0.05*math.Abs(math.Cos(1.3*float64(i))))
	}
	return a, b
}

func specifiedLevel() *level {
	a, b := specified()
	ga, gb := newGrid(a, 1).normalise(), newGrid(b, 1).normalise()
	return &level{size: 6, radius: 2, ab: match(ga, gb, identity(6), 2), ba: match(gb, ga, identity(6), 2),
		a: energiesOf(a), b: energiesOf(b)}
}

func TestMatchesAreThoseOfTheReleasedCode(t *testing.T) {
	rows := "000111 222222 333333 144444 222222 333533"
	cols := "223345 012345 012345 012345 012345 012445"
	l := specifiedLevel()
	for p, q := range l.ab {
		at := p/6*7 + p%6
		if want := (Point{int(rows[at] - '0'), int(cols[at] - '0')}); l.point(q) != want {
			t.Errorf("cell %v goes to %v, want %v", l.point(p), l.point(q), want)
		}
	}
}

func TestBuddiesTheirStrengthAndTheThresholdAreThoseOfTheReleasedCode(t *testing.T) {
	l := specifiedLevel()
	pairs := l.all()
	if len(pairs) != 21 {
		t.Fatalf("%d mutual pairs, want 21", len(pairs))
	}
	for i, want := range []buddy{{Pair{Point{0, 0}, Point{0, 2}}, 0.52843}, {Pair{Point{0, 2}, Point{0, 3}}, 0.97393}, {Pair{Point{1, 0}, Point{2, 0}}, 0.98958}} {
		if pairs[i].Pair != want.Pair || math.Abs(pairs[i].value-want.value) > 5e-6 { // as many digits as are given
			t.Errorf("pair %d is %v, want %v", i, pairs[i], want)
		}
	}
	if last := pairs[20].Pair; last != (Pair{Point{5, 3}, Point{5, 4}}) {
		t.Errorf("the last pair is %v", last)
	}
	for threshold, want := range map[float64]int{0.05: 17, 0.4: 12} {
		if got := len(l.strong(slices.Clone(pairs), threshold)); got != want {
			t.Errorf("%d pairs pass %g, want %d", got, threshold, want)
		}
	}
}

// Of two parents the later goes first, a window is cut at the border, and a child adds its parent's value.
func TestChildrenFollowTheirParentsFromTheLastToTheFirst(t *testing.T) {
	l := &level{size: 8, radius: 1, ab: identity(8), ba: identity(8), a: energies{norms: make([]float64, 64)}, b: energies{norms: make([]float64, 64)}}
	l.a.norms[0] = 1
	got := l.below([]buddy{{Pair{Point{0, 0}, Point{0, 0}}, 10}, {Pair{Point{2, 2}, Point{2, 3}}, 20}})
	want := []buddy{ // the windows of (4,4) and (4,6) share the column 5
		{Pair{Point{3, 5}, Point{3, 5}}, 20}, {Pair{Point{4, 5}, Point{4, 5}}, 20}, {Pair{Point{5, 5}, Point{5, 5}}, 20},
		{Pair{Point{0, 0}, Point{0, 0}}, 10.5}, {Pair{Point{0, 1}, Point{0, 1}}, 10},
		{Pair{Point{1, 0}, Point{1, 0}}, 10}, {Pair{Point{1, 1}, Point{1, 1}}, 10},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestACarriedMapIsTheMapWhereTheMatchingIsTheIdentity(t *testing.T) {
	_, b := specified()
	for _, half := range []int{1, 2} {
		got := carry(newGrid(b, half), identity(6))
		for i, v := range got.Data {
			if math.Abs(float64(v-b.Data[i])) > 1e-6 { // a mean of 25 float32 of order one
				t.Fatalf("half a patch of %d: element %d is %v, want %v", half, i, v, b.Data[i])
			}
		}
	}
}

// All cells match the same: what covers a pixel is then the patch around that one match, as far as patches reach.
func TestACarriedPixelIsTheMeanOfAllPatchesThatCoverIt(t *testing.T) {
	x := compute.New(1, 1, 4, 4)
	for i := range x.Data {
		x.Data[i] = float32(i)
	}
	m := make(matching, 16)
	for i := range m {
		m[i] = 5
	}
	got := carry(newGrid(x, 1), m)
	if mean := float32(0+1+2+4+5+6+8+9+10) / 9; got.Data[5] != mean {
		t.Errorf("inside: %v, want the mean of the patch, %v", got.Data[5], mean)
	}
	if mean := float32(0+1+4+5) / 4; got.Data[0] != mean { // the patches of (0,0), (0,1), (1,0), (1,1) see its lower right there
		t.Errorf("corner: %v, want %v", got.Data[0], mean)
	}
}

func TestADoubledMatchingFollowsItsParents(t *testing.T) {
	m := matching{3, 2, 1, 0} // of 2x2, mirrored
	want := matching{10, 10, 8, 8, 10, 10, 8, 8, 2, 2, 0, 0, 2, 2, 0, 0}
	if got := m.doubled(2); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPointsAreUniqueInsideTheBorderAndInPixels(t *testing.T) {
	pair := func(a, b, c, d int) buddy { return buddy{Pair: Pair{Point{a, b}, Point{c, d}}} }
	got := finish([]buddy{pair(4, 5, 6, 7), pair(4, 5, 8, 8), pair(3, 50, 9, 9), pair(20, 108, 108, 20), pair(20, 109, 50, 50)}, 2, 224, borderOf(224))
	want := []Pair{{Point{8, 10}, Point{12, 14}}, {Point{40, 216}, Point{216, 40}}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if borderOf(64) != 2 {
		t.Errorf("border of 64 pixels: %d, want 2", borderOf(64))
	}
}
