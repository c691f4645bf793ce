package reflections

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"rewriting/compute"
	"rewriting/rewrite/rewritetest"
)

func TestAFitLowersTheLossAndEndsWithTheLossOfItsWeight(t *testing.T) {
	chain := rewritetest.Progressive(t)
	o := toyObjective(t, chain)
	for _, opt := range []SolveOptions{
		{Steps: 25, Rate: 0.02},
		{Steps: 25, Rate: 0.02, Rank: 1, ProjectEvery: 10},
		{Steps: 30, Rate: 0.02, Rank: 2, ProjectEvery: 10},
	} {
		s, err := o.Solve(t.Context(), 5, opt)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Losses) != opt.Steps+1 || !(s.Loss() < s.Losses[0]) {
			t.Errorf("%+v: losses %v", opt, s.Losses)
		}
		if want := naiveLoss(t, chain, s.Chain); math.Abs(s.Loss()-want) > 1e-5*want {
			t.Errorf("%+v: the last loss is %v, that of the generator %v", opt, s.Loss(), want)
		}
		rank := 7
		if opt.Rank > 0 {
			rank = opt.Rank
		}
		if got := changeRank(s.Weight, weight(t, chain, 5)); got > rank || opt.Rank > 0 && got != rank {
			t.Errorf("%+v: the weight changed by rank %d", opt, got)
		}
	}
}

// changeRank counts the singular values of a change that are above the rounding of float32 weights.
func changeRank(w, start *compute.Tensor) int {
	out, in, taps := w.Dim(0), w.Dim(1), w.Dim(2)*w.Dim(3)
	d := mat.NewDense(in, out*taps, nil)
	for o := range out {
		for i := range in {
			for k := range taps {
				at := (o*in+i)*taps + k
				d.Set(i, o*taps+k, float64(w.Data[at])-float64(start.Data[at]))
			}
		}
	}
	var svd mat.SVD
	svd.Factorize(d, mat.SVDNone)
	n := 0
	for _, v := range svd.Values(nil) {
		if v > 1e-5 {
			n++
		}
	}
	return n
}

func TestLimitingTheRankIsTheTruncatedSingularValueDecomposition(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	start, w := compute.New(5, 6, 3, 3), compute.New(5, 6, 3, 3)
	for i := range w.Data {
		start.Data[i], w.Data[i] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
	}
	for rank := 1; rank <= 6; rank++ {
		d := mat.NewDense(6, 45, nil)
		for o := range 5 {
			for i := range 6 {
				for k := range 9 {
					d.Set(i, o*9+k, float64(w.Data[(o*6+i)*9+k])-float64(start.Data[(o*6+i)*9+k]))
				}
			}
		}
		var svd mat.SVD
		svd.Factorize(d, mat.SVDThin)
		var u, v mat.Dense
		svd.UTo(&u)
		svd.VTo(&v)
		got := w.Clone()
		if err := limitRank(got, start, rank); err != nil {
			t.Fatal(err)
		}
		for o := range 5 {
			for i := range 6 {
				for k := range 9 {
					want := float64(start.Data[(o*6+i)*9+k])
					for s := range rank {
						want += u.At(i, s) * svd.Values(nil)[s] * v.At(o*9+k, s)
					}
					if d := float64(got.Data[(o*6+i)*9+k]) - want; math.Abs(d) > 1e-6 { // float32 weights
						t.Fatalf("rank %d: element off by %g", rank, d)
					}
				}
			}
		}
	}
}

func TestWorkersDoNotChangeAFit(t *testing.T) {
	o := toyObjective(t, rewritetest.Progressive(t))
	opt := SolveOptions{Steps: 12, Rate: 0.01, Rank: 1, ProjectEvery: 5}
	one, err := o.Solve(t.Context(), 4, opt)
	if err != nil {
		t.Fatal(err)
	}
	opt.Workers = 2
	two, err := o.Solve(t.Context(), 4, opt)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(one.Weight.Data, two.Weight.Data) || !slices.Equal(one.Losses, two.Losses) {
		t.Error("two workers give another weight")
	}
}

func TestAFitStopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := toyObjective(t, rewritetest.Progressive(t))
	_, err := o.Solve(ctx, 4, SolveOptions{Steps: 1000, Rate: 0.01, Progress: func(step, _ int, _ float64) {
		if step == 3 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// A rule that is inverted without any limit moves the brightness in the mask the other way.
func TestFittingTurnsTheSignOfTheChangeInTheReflection(t *testing.T) {
	chain, scenes := rewritetest.ProgressiveSized(t, 8, 16, 16, 12, 10), toyScenes(1)
	// Units that move the reflection much: the toy was not trained, so they are not windows.
	edit := Edit{Layer: 4, Units: []int{0, 1, 2, 3, 4, 5, 6, 7}, High: []float32{4, 4, 4, 4, 4, 4, 4, 4}, Low: []float32{-4, -4, -4, -4, -4, -4, -4, -4}}
	scenes[0].Reflect = rewritetest.Rectangle(0, 64, 24, 8, 44, 40).Mask
	o, err := NewObjective(chain, scenes, edit, 8)
	if err != nil {
		t.Fatal(err)
	}
	s, err := o.Solve(t.Context(), 6, SolveOptions{Steps: 150, Rate: 0.02})
	if err != nil {
		t.Fatal(err)
	}
	before, err := Measure(chain, scenes, edit)
	if err != nil {
		t.Fatal(err)
	}
	after, err := Measure(s.Chain, scenes, edit)
	if err != nil {
		t.Fatal(err)
	}
	if before[0].Inside*after[0].Inside >= 0 {
		t.Errorf("loss %.4g to %.4g, change inside %.4f before and %.4f after", s.Losses[0], s.Loss(), before[0].Inside, after[0].Inside)
	}
}
