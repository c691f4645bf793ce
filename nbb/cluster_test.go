package nbb

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestClustersThatLieApartAreFound(t *testing.T) {
	var points [][4]float64
	for i := range 60 {
		c := float64(i % 5)
		points = append(points, [4]float64{20 * c, float64(i) / 60, 10 * c * c, -float64(i%7) / 7})
	}
	labels := cluster(points, 5, 0)
	for i, l := range labels {
		if l != labels[i%5] {
			t.Fatalf("points %d and %d of one group have the labels %d and %d", i, i%5, l, labels[i%5])
		}
	}
	if all := slices.Compact(slices.Sorted(slices.Values(labels[:5]))); len(all) != 5 {
		t.Errorf("five groups have %d labels", len(all))
	}
}

func TestEqualPointsAndSeedsGiveEqualClusters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) (p [4]float64) {
			for d := range p {
				p[d] = float64(rapid.IntRange(0, 6).Draw(t, "coordinate"))
			}
			return p
		}), 10, 40).Draw(t, "points")
		first := cluster(points, 10, 3)
		if !slices.Equal(first, cluster(points, 10, 3)) {
			t.Fatal("two runs differ")
		}
		for i, p := range points {
			if first[i] < 0 || first[i] >= 10 {
				t.Fatalf("label %d", first[i])
			}
			for j, q := range points {
				if p == q && first[i] != first[j] {
					t.Fatalf("one point, two labels")
				}
			}
		}
	})
}

func TestTheStrongestOfEachClusterStaysAndTheFirstOfEquals(t *testing.T) {
	var pairs []buddy
	for i := range 30 {
		c := i % 10
		pairs = append(pairs, buddy{Pair{Point{30 * c, i}, Point{i, 40 * c * c}}, float64(i / 10 % 2)})
	}
	got := limit(pairs, 10, 0)
	if !slices.Equal(got, pairs[10:20]) {
		t.Errorf("kept %v", got)
	}
	if few := limit(pairs[:9], 10, 0); !slices.Equal(few, pairs[:9]) {
		t.Errorf("of nine pairs %v stay", few)
	}
}

func TestVarianceIsTheMeanOverCoordinates(t *testing.T) {
	if got := variance([][4]float64{{0, 1, 2, 3}, {2, 1, 6, 3}}); math.Abs(got-(1+0+4+0)/4.0) > 1e-15 {
		t.Error(got)
	}
}
