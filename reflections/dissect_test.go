package reflections

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"rewriting/compute"
)

func TestEnlargingIsBilinearWithZerosBeyondTheEdge(t *testing.T) {
	const side, grid = 4, 32
	rng := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, side*side)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	at := func(i, j int) float64 {
		if i < 0 || j < 0 || i >= side || j >= side {
			return 0
		}
		return float64(x[i*side+j])
	}
	got := make([]float32, grid*grid)
	newEnlarger(side, grid).into(got, x)
	for t1 := range grid {
		for t2 := range grid {
			y, z := (float64(t1)-3.5)/8, (float64(t2)-3.5)/8
			i, j := int(math.Floor(y)), int(math.Floor(z))
			a, b := y-float64(i), z-float64(j)
			want := (1-a)*((1-b)*at(i, j)+b*at(i, j+1)) + a*((1-b)*at(i+1, j)+b*at(i+1, j+1))
			if math.Abs(float64(got[t1*grid+t2])-want) > 1e-6 {
				t.Fatalf("cell (%d, %d) is %v, want %v", t1, t2, got[t1*grid+t2], want)
			}
		}
	}
}

func TestTheQuantileIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, n := range []int{1, 2, 3, 100, 1000, 4321} {
		all := make([]float32, n)
		for i := range all {
			all[i] = float32(rng.NormFloat64())
			if i%7 == 0 {
				all[i] = float32(rng.IntN(3) - 1) // ties, zeros and both signs
			}
		}
		sorted := slices.Clone(all)
		slices.Sort(sorted)
		for _, q := range []float64{0, 0.01, 0.5, 0.99, 1} {
			r := q * float64(n-1)
			lower := int(math.Floor(r))
			upper := min(lower+1, n-1)
			part := r - float64(lower)
			want := float64(sorted[lower])*(1-part) + float64(sorted[upper])*part
			got := quantile(q, func(yield func([]float32)) {
				yield(all[:n/3])
				yield(all[n/3:])
			})
			if got != want {
				t.Errorf("%v quantile of %d numbers is %v, want %v", q, n, got, want)
			}
		}
	}
	if !math.IsNaN(quantile(0.5, func(func([]float32)) {})) {
		t.Error("no numbers have a quantile")
	}
}

func TestDissectionFindsTheUnitThatShowsTheLabel(t *testing.T) {
	const n, c, side = 12, 5, 4
	rng := rand.New(rand.NewPCG(3, 2))
	p := Pictures{Activation: compute.New(n, c, side, side)}
	for i := range p.Activation.Data {
		p.Activation.Data[i] = float32(rng.NormFloat64())
	}
	grid := GridFactor * side
	e, large := newEnlarger(side, grid), make([]float32, grid*grid)
	for i := range n {
		of := p.Activation.Data[(i*c+2)*side*side:][:side*side]
		clear(of)
		of[rng.IntN(side*side)] = 5 + float32(rng.Float64()) // one bump a picture
		e.into(large, of)
		covered := make([]bool, grid*grid)
		for q, v := range large {
			covered[q] = v > 4
		}
		p.Covered = append(p.Covered, covered)
	}
	units, err := Dissect(t.Context(), p, 1)
	if err != nil {
		t.Fatal(err)
	}
	if best := Best(units, 2); best[0] != 2 || len(best) != 2 {
		t.Errorf("the best units are %v of %+v", best, units)
	}
	// By hand for every unit.
	for u, unit := range units {
		var all []float32
		for i := range n {
			e.into(large, p.Activation.Data[(i*c+u)*side*side:][:side*side])
			all = append(all, large...)
		}
		var active, either, both float64
		for i, v := range all {
			a, l := float64(v) > unit.Threshold, p.Covered[i/(grid*grid)][i%(grid*grid)]
			if a {
				active++
			}
			if a || l {
				either++
			}
			if a && l {
				both++
			}
		}
		if got := active / float64(len(all)); got > 0.0101 || got < 0.0095 {
			t.Errorf("unit %d is active in %.4f of its cells", u, got)
		}
		if unit.IoU != both/either {
			t.Errorf("unit %d has IoU %v, want %v", u, unit.IoU, both/either)
		}
	}
	again, err := Dissect(t.Context(), p, 3)
	if err != nil || !slices.Equal(units, again) {
		t.Errorf("three workers give %+v, %v", again, err)
	}
	p.Covered[0] = p.Covered[0][1:]
	if _, err := Dissect(t.Context(), p, 1); err == nil {
		t.Error("labels of another size were taken")
	}
}

func TestOfEqualUnitsTheLowerNumberIsBetter(t *testing.T) {
	units := []Unit{{Number: 0, IoU: 0.1}, {Number: 1, IoU: 0.3}, {Number: 2, IoU: 0.3}, {Number: 3}}
	if got := Best(units, 3); !slices.Equal(got, []int{1, 2, 0}) {
		t.Errorf("best units %v", got)
	}
	if got := Best(units, 9); len(got) != 4 {
		t.Errorf("best units %v", got)
	}
}
