package rewrite

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"rewriting/compute"
)

func random(seed uint64, shape ...int) *compute.Tensor {
	r := rand.New(rand.NewPCG(seed, 7))
	t := compute.New(shape...)
	for i := range t.Data {
		t.Data[i] = float32(r.NormFloat64())
	}
	return t
}

// orthonormalRows makes rank orthonormal rows of length in.
func orthonormalRows(seed uint64, rank, in int) *compute.Tensor {
	x := random(seed, rank, in)
	m := mat.NewDense(in, rank, nil)
	for s := range rank {
		for i := range in {
			m.Set(i, s, float64(x.Data[s*in+i]))
		}
	}
	b := &Basis{}
	b.set(b.orthonormal(m), make([]float64, rank))
	return b.D
}

func largestDifference(a, b *compute.Tensor) float64 {
	most := 0.0
	for i := range a.Data {
		most = max(most, math.Abs(float64(a.Data[i])-float64(b.Data[i])))
	}
	return most
}

// updateRank counts the singular values of b-a, viewed as [In, Out*kh*kw], above float32 rounding.
func updateRank(a, b *compute.Tensor) int {
	out, in, taps := a.Dim(0), a.Dim(1), a.Dim(2)*a.Dim(3)
	m := mat.NewDense(in, out*taps, nil)
	for o := range out {
		for i := range in {
			for t := range taps {
				at := (o*in+i)*taps + t
				m.Set(i, o*taps+t, float64(b.Data[at])-float64(a.Data[at]))
			}
		}
	}
	var svd mat.SVD
	svd.Factorize(m, mat.SVDNone)
	values := svd.Values(nil)
	n := 0
	for _, v := range values {
		if v > 1e-5*values[0] {
			n++
		}
	}
	return n
}

func TestProjectionIsIdempotentAndSplitsTheWeight(t *testing.T) {
	w, d := random(1, 4, 7, 3, 3), orthonormalRows(2, 3, 7)
	p := Project(w, d)
	if diff := largestDifference(p, Project(p, d)); diff > 1e-6 {
		t.Errorf("projecting twice differs from once by %g", diff)
	}
	rest := Zero(w, d, 0)
	if diff := largestDifference(Project(rest, d), compute.New(4, 7, 3, 3)); diff > 1e-6 {
		t.Errorf("what is left has a part of %g along the directions", diff)
	}
	for i := range rest.Data {
		if math.Abs(float64(rest.Data[i]+p.Data[i]-w.Data[i])) > 1e-6 {
			t.Fatalf("the parts do not add up at %d", i)
		}
	}
	if n := updateRank(w, rest); n != 3 {
		t.Errorf("removing three directions changed %d", n)
	}
}

func TestZeroingOneHotDirectionsDeletesExactlyThoseUnits(t *testing.T) {
	w, d := random(1, 2, 4, 3, 3), compute.New(2, 4)
	d.Data[1], d.Data[4+3] = 1, 1
	for _, amount := range []float64{0, 0.5} {
		z := Zero(w, d, amount)
		for i, v := range z.Data {
			unit := i / 9 % 4
			if want := w.Data[i]; unit == 1 || unit == 3 {
				if v != float32(amount) {
					t.Errorf("unit %d has a weight of %g", unit, v)
				}
			} else if v != want {
				t.Errorf("unit %d changed from %g to %g", unit, want, v)
			}
		}
	}
}
