package rewrite

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"rewriting/compute"
	"rewriting/rewrite/rewritetest"
	"rewriting/sessions"
)

func basisOf(t *testing.T, method KeyMethod, cut *linearCut, regions []sessions.Region, rank int) *Basis {
	t.Helper()
	table := linearTable()
	b, err := Directions(t.Context(), method, cut, measured(t, cut, table), table, regions, rank)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOneKeyOfRankOneGivesThePapersDirection(t *testing.T) {
	cut, table := newLinearCut(5, 2, 4, 3), linearTable()
	m := measured(t, cut, table)
	inverse, err := m.Inverse()
	if err != nil {
		t.Fatal(err)
	}
	s, err := cut.Context(table.Item(3))
	if err != nil {
		t.Fatal(err)
	}
	k := mat.NewVecDense(5, nil)
	for c := range 5 {
		k.SetVec(c, float64(s.Key.Data[c*16+6]))
	}
	var d mat.VecDense
	d.MulVec(inverse, k) // d = C⁻¹k*, Eqn. 16
	d.ScaleVec(1/mat.Norm(&d, 2), &d)
	for _, method := range []KeyMethod{ZCA, SVD, Mean} {
		b := basisOf(t, method, cut, []sessions.Region{rewritetest.Rectangle(3, 4, 1, 2, 2, 3)}, 1)
		for c := range 5 {
			if math.Abs(float64(b.D.Data[c])-d.AtVec(c)) > 1e-6 {
				t.Errorf("%s: d[%d] = %g, want %g", method, c, b.D.Data[c], d.AtVec(c))
			}
		}
	}
}

func TestDirectionsAreOrthonormalAndAsManyAsThereCanBe(t *testing.T) {
	cut := newLinearCut(5, 2, 4, 3)
	three := []sessions.Region{rewritetest.Rectangle(3, 4, 1, 1, 2, 3), rewritetest.Rectangle(9, 4, 0, 0, 1, 1)}
	for _, c := range []struct {
		method          KeyMethod
		rank, want, say int
	}{
		{ZCA, 2, 2, 0}, {ZCA, 3, 3, 0}, {ZCA, 4, 3, 1}, {SVD, 4, 3, 1}, {Mean, 2, 1, 1},
		{GANDissect, 4, 4, 0}, {GANDissect, 6, 5, 1}, {NormDissect, 6, 5, 1},
	} {
		b := basisOf(t, c.method, cut, three, c.rank)
		if b.D.Dim(0) != c.want || len(b.Warnings) != c.say || len(b.Scores) != c.want || !slices.Equal(b.Counts, []int{2, 1}) {
			t.Errorf("%s of rank %d: %d directions, %d scores, %v, warnings %q", c.method, c.rank, b.D.Dim(0), len(b.Scores), b.Counts, b.Warnings)
		}
		for i := range b.D.Dim(0) {
			for j := range b.D.Dim(0) {
				want := 0.0
				if i == j {
					want = 1
				}
				if got := compute.Dot(b.D.Item(i).Data, b.D.Item(j).Data); math.Abs(float64(got)-want) > 1e-6 {
					t.Errorf("%s: rows %d and %d multiply to %g", c.method, i, j, got)
				}
			}
		}
	}
}

func TestMistakesInTheContextAreNamed(t *testing.T) {
	cut, table := newLinearCut(5, 2, 4, 3), linearTable()
	m := measured(t, cut, table)
	ok := rewritetest.Rectangle(3, 4, 1, 1, 2, 3)
	thin := rewritetest.Rectangle(7, 1000, 500, 500, 501, 501)
	for _, c := range []struct {
		name    string
		method  KeyMethod
		regions []sessions.Region
		rank    int
		want    string
	}{
		{"rank", ZCA, []sessions.Region{ok}, 0, "rank 0"},
		{"method", "pca", []sessions.Region{ok}, 1, `unknown key method "pca"; there are [zca`},
		{"no regions", ZCA, nil, 1, "neither keys nor a paste"},
		{"no mask", ZCA, []sessions.Region{ok, {Image: 8}}, 1, "context region 1 (image 8): nothing is painted"},
		{"empty mask", ZCA, []sessions.Region{rewritetest.Rectangle(4, 4, 0, 0, 0, 0)}, 1, "context region 0 (image 4): nothing is painted"},
		{"vanishes", ZCA, []sessions.Region{thin}, 1, "context region 0 (image 7): the painted area vanishes at 4x4"},
		{"outside the table", ZCA, []sessions.Region{rewritetest.Rectangle(37, 4, 0, 0, 1, 1)}, 1, "image 37 is not in the table of 37"},
	} {
		_, err := Directions(t.Context(), c.method, cut, m, table, c.regions, c.rank)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestQuantilesAreExactMidRanks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.Custom(func(t *rapid.T) float32 { return float32(rapid.IntRange(-6, 6).Draw(t, "v")) / 2 })
		data := rapid.SliceOfN(value, 1, 40).Draw(t, "data")
		asked := rapid.SliceOfN(value, 1, 5).Draw(t, "asked")
		cutAt := rapid.IntRange(0, len(data)).Draw(t, "cut")
		d, e := newDistribution(slices.Clone(asked)), newDistribution(slices.Clone(asked))
		d.add(data[:cutAt])
		e.add(data[cutAt:])
		d.merge(e)
		sorted := slices.Sorted(slices.Values(data))
		n := float64(len(data))
		for _, x := range asked {
			lo, _ := slices.BinarySearch(sorted, x)
			hi := lo
			for hi < len(sorted) && sorted[hi] == x {
				hi++
			}
			var want float64
			switch {
			case lo == 0:
				want = 0
			case hi == len(sorted):
				want = 1
			case hi > lo:
				want = float64(lo+hi) / 2 / n
			default:
				part := float64(x-sorted[lo-1]) / float64(sorted[lo]-sorted[lo-1])
				want = (float64(lo) - 0.5 + part) / n
			}
			if got := d.of(float64(x)); math.Abs(got-want) > 1e-12 {
				t.Fatalf("quantile of %g in %v is %g, want %g", x, sorted, got, want)
			}
		}
	})
}

func TestTheUnitThatAlwaysFiresInTheContextComesFirst(t *testing.T) {
	// Unit 2 is made the strongest of image 3's painted cell relative to everywhere else.
	cut := newLinearCut(5, 2, 4, 3)
	z := linearTable().Item(3).Data
	for j := range z {
		cut.mix.Data[(2*16+6)*linearDim+j] = 5 * z[j]
	}
	for _, method := range []KeyMethod{GANDissect, NormDissect} {
		b := basisOf(t, method, cut, []sessions.Region{rewritetest.Rectangle(3, 4, 1, 2, 2, 3)}, 2)
		if b.Units[0] != 2 || b.D.Data[2] != 1 || b.Scores[0] < b.Scores[1] {
			t.Errorf("%s: units %v, scores %v", method, b.Units, b.Scores)
		}
	}
}
