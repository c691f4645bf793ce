package axes

import (
	"math"
	"math/rand/v2"
	"testing"
)

func normal(rng *rand.Rand) []float32 {
	z := make([]float32, Dim)
	for j := range z {
		z[j] = float32(rng.NormFloat64())
	}
	return z
}

func TestTheAxesAreOrthonormal(t *testing.T) {
	for a := range Dim - 1 {
		for b := range Dim - 1 {
			dot, want := 0.0, 0.0
			for j := range Dim {
				dot += direction(a, j) * direction(b, j)
			}
			if a == b {
				want = 1
			}
			if dot != want { // sums of multiples of 1/64 are exact
				t.Fatalf("axes %d and %d have product %v", a, b, dot)
			}
		}
	}
}

func TestNormalisedLatentsHaveLengthEight(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		sum := 0.0
		for _, v := range Normalize(normal(rng)) {
			sum += v * v
		}
		if math.Abs(sum-64) > 1e-5 { // the 1e-8 under the root takes 64e-8/mean
			t.Fatalf("squared length %v", sum)
		}
	}
}

func TestPhiOfEachCoordinateIsUniform(t *testing.T) {
	const n, used, bins = 20000, 28, 20
	rng := rand.New(rand.NewPCG(2, 1))
	var counts [used][bins]int
	for range n {
		for i, v := range Coordinates(normal(rng), used) {
			counts[i][min(bins-1, int(Uniform(v)*bins))]++
		}
	}
	// Largest distance of distribution functions: 1.95/sqrt(n) is exceeded by
	// chance in 0.1 % of cases, and the coordinates are only almost normal (0.003).
	limit := 1.95/math.Sqrt(n) + 0.003
	for i, row := range counts {
		below := 0
		for b, c := range row {
			below += c
			if d := math.Abs(float64(below)/n - float64(b+1)/bins); d > limit {
				t.Errorf("coordinate %d: distribution off by %.4f at %.2f", i, d, float64(b+1)/bins)
			}
		}
	}
}

func TestMoveSetsOneCoordinateAndKeepsTheOthersAndTheNorm(t *testing.T) {
	const used = 28
	rng := rand.New(rand.NewPCG(3, 1))
	for range 200 {
		z, i, to := normal(rng), rng.IntN(used), rng.NormFloat64()
		moved, err := Move(z, used, i, to)
		if err != nil {
			t.Fatal(err)
		}
		norm := 0.0
		for _, v := range moved {
			norm += float64(v) * float64(v)
		}
		want, got := Coordinates(z, used), Coordinates(moved, used)
		want[i] = to
		// float32 entries of size 1 round by 6e-8; 64 of them add up to some 1e-6.
		for k := range want {
			if math.Abs(got[k]-want[k]) > 2e-6 {
				t.Fatalf("coordinate %d is %v, want %v", k, got[k], want[k])
			}
		}
		if math.Abs(norm-64) > 1e-4 {
			t.Fatalf("squared length %v", norm)
		}
	}
}

func TestMoveFailsWhereTheNormLeavesNoRoom(t *testing.T) {
	if _, err := Move(normal(rand.New(rand.NewPCG(4, 1))), 28, 3, 9); err == nil {
		t.Error("a coordinate of 9 within norm 8 gave no error")
	}
}

func TestALatentOfTheWrongLengthPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Normalize(make([]float32, 63))
}
