package rewrite

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"rewriting/compute"
	"rewriting/gan"
)

func quick(steps int, rate float64) InsertOptions {
	o := DefaultInsert()
	o.Steps, o.Rate = steps, rate
	return o
}

func linearGoal(t *testing.T, cut *linearCut) *Goal {
	t.Helper()
	goal, err := CopyPaste(cut, linearTable(), pasteSession(), TightPaste)
	if err != nil {
		t.Fatal(err)
	}
	return goal
}

func TestAnInsertChangesTheWeightOnlyWithinTheDirections(t *testing.T) {
	cut := newLinearCut(6, 3, 8, 3)
	goal := linearGoal(t, cut)
	before := cut.weight.Clone()
	for name, f := range map[string]func(context.Context, gan.Cut, *Goal, *compute.Tensor, InsertOptions) (*InsertResult, error){
		"insert": Insert, "linear insert": LinearInsert,
	} {
		for rank := 1; rank <= 3; rank++ {
			d := orthonormalRows(uint64(rank), rank, 6)
			r, err := f(t.Context(), cut, goal, d, quick(33, 0.05))
			if err != nil {
				t.Fatal(err)
			}
			if n := updateRank(cut.weight, r.Weight); n != rank {
				t.Errorf("%s of rank %d changed the weight by rank %d", name, rank, n)
			}
			// W1 - W0 lies in the directions up to the float32 rounding of weights of size about 3
			if diff := largestDifference(Zero(r.Weight, d, 0), Zero(cut.weight, d, 0)); diff > 2e-6 {
				t.Errorf("%s of rank %d: the rest of the weight changed by %g", name, rank, diff)
			}
			if len(r.Losses) != 33 || r.Losses[32] >= r.Losses[0] {
				t.Errorf("%s of rank %d: %d losses, from %g to %g", name, rank, len(r.Losses), r.Losses[0], r.Losses[len(r.Losses)-1])
			}
		}
	}
	if largestDifference(before, cut.weight) != 0 {
		t.Error("the given weight was changed")
	}
}

func TestAnUnconstrainedInsertChangesEveryDirection(t *testing.T) {
	cut := newLinearCut(4, 3, 8, 3)
	o := quick(12, 0.05)
	o.LowRankInsert = false
	r, err := Insert(t.Context(), cut, linearGoal(t, cut), nil, o)
	if err != nil {
		t.Fatal(err)
	}
	if n := updateRank(cut.weight, r.Weight); n != 4 {
		t.Errorf("rank %d", n)
	}
}

// App. B: on a linear layer the rule can be inserted exactly, Λ (D K*) = V* - W0 K*. The optimisers must
// find that solution: it is the only one with zero loss.
func TestInsertsFindTheClosedFormOnALinearLayer(t *testing.T) {
	const in, out, rank = 5, 3, 2
	cut := newLinearCut(in, out, 8, 1)
	keys, wanted := random(3, 1, in, 1, rank), random(4, 1, out, 1, rank)
	goal := &Goal{Keys: &gan.State{Key: keys}, Values: wanted}
	d := orthonormalRows(5, rank, in)

	k, w0, v := dense(keys.Reshape(in, rank)), dense(cut.weight.Reshape(out, in)), dense(wanted.Reshape(out, rank))
	var dk, rest, lambda, w1 mat.Dense
	dk.Mul(dense(d), k)
	rest.Mul(w0, k)
	rest.Sub(v, &rest)
	var inverse mat.Dense
	if err := inverse.Inverse(&dk); err != nil {
		t.Fatal(err)
	}
	lambda.Mul(&rest, &inverse)
	w1.Mul(&lambda, dense(d))
	w1.Add(w0, &w1)

	// With the L1 loss Adam circles the solution at a distance of about the rate: anneal it.
	var edited gan.Cut = cut
	weight := cut.weight
	for _, rate := range []float64{0.3, 0.05, 0.01, 0.001, 1e-4} {
		o := quick(600, rate)
		o.ProjectEvery = 1
		r, err := Insert(t.Context(), edited, goal, d, o)
		if err != nil {
			t.Fatal(err)
		}
		weight = r.Weight
		edited, _ = cut.WithWeight(weight)
	}
	for o := range out {
		for i := range in {
			if got := float64(weight.Data[o*in+i]); math.Abs(got-w1.At(o, i)) > 5e-3 {
				t.Errorf("W1[%d,%d] = %g, closed form %g", o, i, got, w1.At(o, i))
			}
		}
	}
	edited, _ = cut.WithWeight(single(&w1).Reshape(out, in, 1, 1))
	values, err := edited.Target(goal.Keys)
	if err != nil {
		t.Fatal(err)
	}
	if diff := largestDifference(values, wanted); diff > 1e-5 {
		t.Errorf("the closed form misses the goal by %g", diff)
	}
}

func dense(t *compute.Tensor) *mat.Dense {
	m := mat.NewDense(t.Dim(0), t.Dim(1), nil)
	m.Apply(func(i, j int, _ float64) float64 { return float64(t.Data[i*t.Dim(1)+j]) }, m)
	return m
}

func single(m *mat.Dense) *compute.Tensor {
	r, c := m.Dims()
	t := compute.New(r, c)
	for i := range t.Data {
		t.Data[i] = float32(m.At(i/c, i%c))
	}
	return t
}

func TestAnInsertReportsProgressAndStops(t *testing.T) {
	cut := newLinearCut(4, 3, 8, 3)
	goal, d := linearGoal(t, cut), orthonormalRows(1, 1, 4)
	ctx, stop := context.WithCancel(t.Context())
	o := quick(50, 0.05)
	last := -1
	o.Progress = func(step, steps int, loss float64) {
		if step != last+1 || steps != 50 || !(loss > 0) {
			t.Errorf("step %d of %d after %d, loss %g", step, steps, last, loss)
		}
		if last = step; step == 7 {
			stop()
		}
	}
	if _, err := Insert(ctx, cut, goal, d, o); !errors.Is(err, context.Canceled) || last != 7 {
		t.Errorf("stopped after step %d with %v", last, err)
	}
}

func TestANaNLossStopsTheInsert(t *testing.T) {
	cut := newLinearCut(4, 3, 8, 3)
	goal := linearGoal(t, cut)
	goal.Values = goal.Values.Clone()
	goal.Values.Data[5] = float32(math.NaN())
	if _, err := Insert(t.Context(), cut, goal, orthonormalRows(1, 1, 4), quick(5, 0.05)); !errors.Is(err, ErrDiverged) {
		t.Errorf("%v", err)
	}
}

func TestImpossibleSettingsAreRefused(t *testing.T) {
	cut := newLinearCut(4, 3, 8, 3)
	d := orthonormalRows(1, 1, 4)
	for want, change := range map[string]func(*InsertOptions, **compute.Tensor){
		"0 steps":              func(o *InsertOptions, _ **compute.Tensor) { o.Steps = 0 },
		"rate 0":               func(o *InsertOptions, _ **compute.Tensor) { o.Rate = 0 },
		"rate NaN":             func(o *InsertOptions, _ **compute.Tensor) { o.Rate = math.NaN() },
		"projection every 0":   func(o *InsertOptions, _ **compute.Tensor) { o.ProjectEvery = 0 },
		"needs directions":     func(_ *InsertOptions, d **compute.Tensor) { *d = nil },
		"directions [1 5] for": func(_ *InsertOptions, d **compute.Tensor) { *d = compute.New(1, 5) },
	} {
		o, d := quick(5, 0.05), d
		change(&o, &d)
		if _, err := Insert(t.Context(), cut, &Goal{}, d, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestAnEditIsTheSameEveryTime(t *testing.T) {
	cut := newLinearCut(4, 3, 8, 3)
	goal, d := linearGoal(t, cut), orthonormalRows(1, 1, 4)
	a, err := Insert(t.Context(), cut, goal, d, quick(25, 0.05))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Insert(t.Context(), cut, goal, d, quick(25, 0.05))
	if err != nil {
		t.Fatal(err)
	}
	if largestDifference(a.Weight, b.Weight) != 0 {
		t.Error("two runs differ")
	}
}
