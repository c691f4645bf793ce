package fid

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func gather(rows [][]float32) *Statistics {
	s := New(len(rows[0]))
	for _, r := range rows {
		s.Add(r)
	}
	return s
}

// gaussian draws n vectors of d features with correlations, some of them constant zero as after a ReLU.
func gaussian(seed uint64, n, d int, shift float64) [][]float32 {
	random := rand.New(rand.NewPCG(seed, 1))
	rows := make([][]float32, n)
	for i := range rows {
		rows[i] = make([]float32, d)
		common := random.NormFloat64()
		for j := range d {
			rows[i][j] = float32(max(0, common*float64(j%3)+random.NormFloat64()+shift))
		}
	}
	return rows
}

func TestTheDistanceIsThatOfNumPy(t *testing.T) {
	b, err := os.ReadFile("testdata/numpy.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Name  string
			A, B  [][]float32
			FID   float64
			Ranks [2]int
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		got, err := Distance(gather(c.A), gather(c.B))
		if err != nil {
			t.Fatal(err)
		}
		// Both sides are float64; where the rank is below the dimension the root of a zero eigenvalue is 1e-8 of the largest.
		if math.Abs(got.Value-c.FID) > 1e-6*c.FID || got.Ranks != c.Ranks {
			t.Errorf("%s: %v of ranks %v, NumPy has %v of %v", c.Name, got.Value, got.Ranks, c.FID, c.Ranks)
		}
	}
}

func TestASetHasNoDistanceToItself(t *testing.T) {
	for _, n := range []int{2, 20, 300} { // below the dimension, and above
		s := gather(gaussian(3, n, 48, 0.5))
		d, err := Distance(s, s)
		if err != nil || d.Value > 1e-6 {
			t.Errorf("%d images: %v, %v", n, d.Value, err)
		}
	}
}

func TestTheDistanceIsSymmetricAndThatOfGaussiansInOneDimension(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) [][]float32 {
			rows := rapid.SliceOfN(rapid.Float32Range(-10, 10), 2, 20).Draw(t, label)
			out := make([][]float32, len(rows))
			for i, v := range rows {
				out[i] = []float32{v}
			}
			return out
		}
		a, b := gather(draw("a")), gather(draw("b"))
		there, err := Distance(a, b)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Distance(b, a)
		if err != nil {
			t.Fatal(err)
		}
		m := a.Mean()[0] - b.Mean()[0]
		s := math.Sqrt(max(a.Covariance().At(0, 0), 0)) - math.Sqrt(max(b.Covariance().At(0, 0), 0))
		// Variances come from differences of sums near 100 per sample: 1e-12 of that, and its root in s.
		if want := m*m + s*s; math.Abs(there.Value-want) > 1e-5 || math.Abs(there.Value-back.Value) > 1e-5 {
			t.Fatalf("%v and back %v, want %v", there.Value, back.Value, want)
		}
	})
}

// Two draws of one population are not 0 apart but about as far as their number makes: the distance falls with 1/n.
func TestTwoDrawsComeCloserWithMoreImages(t *testing.T) {
	var apart [2]float64
	for i, n := range []int{200, 2000} {
		d, err := Distance(gather(gaussian(7, n, 10, 0.5)), gather(gaussian(8, n, 10, 0.5)))
		if err != nil {
			t.Fatal(err)
		}
		apart[i] = d.Value
	}
	// A factor of ten is expected; a draw is within a factor of three of its expectation by far.
	if ratio := apart[0] / apart[1]; ratio < 3 || ratio > 30 {
		t.Errorf("%v at 200 images, %v at 2000", apart[0], apart[1])
	}
}

func TestMeansApartAreTheirSquaredDistance(t *testing.T) {
	rows := gaussian(4, 100, 5, 9)
	moved := make([][]float32, len(rows))
	for i, r := range rows {
		moved[i] = make([]float32, len(r))
		for j, v := range r {
			moved[i][j] = v + 2
		}
	}
	d, err := Distance(gather(rows), gather(moved))
	if err != nil || math.Abs(d.Value-20) > 1e-4 || math.Abs(d.Means-20) > 1e-4 { // float32 rounds the moved features
		t.Errorf("%+v, %v", d, err)
	}
}

func TestAnyChunkingGivesTheSameSums(t *testing.T) {
	rows := gaussian(5, 97, 7, 0)
	whole := gather(rows)
	for _, size := range []int{1, 10, 96} {
		s := New(7)
		for at := 0; at < len(rows); at += size {
			for _, r := range rows[at:min(len(rows), at+size)] {
				s.Add(r)
			}
		}
		if diff := cmp.Diff(whole, s); diff != "" {
			t.Errorf("chunks of %d:\n%s", size, diff)
		}
	}
	merged := gather(rows[:40])
	merged.Merge(gather(rows[40:]))
	a, err := Distance(whole, merged)
	if err != nil || a.Value > 1e-9 || merged.N != 97 {
		t.Errorf("merged sums are %v away, %v", a.Value, err)
	}
}

func TestSetsThatHaveNoDistanceAreErrors(t *testing.T) {
	good := gather(gaussian(6, 5, 3, 0))
	bad := gather([][]float32{{1, float32(math.NaN()), 2}, {1, 1, 1}})
	for name, s := range map[string]*Statistics{"one image": gather(gaussian(6, 1, 3, 0)), "not finite": bad, "other dimension": gather(gaussian(6, 5, 4, 0))} {
		if _, err := Distance(good, s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
