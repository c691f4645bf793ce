package rewrite

import (
	"math"
	"slices"
	"testing"

	"rewriting/gan"
	"rewriting/gan/latent"
	"rewriting/rewrite/rewritetest"
)

// whole hides that a cut has a low-rank form.
type whole struct{ gan.Cut }

func TestTheLowRankFormSolvesTheSameProblem(t *testing.T) {
	g := rewritetest.Sized(t, 16, 2, 24, 16, 16, 12)
	table := latent.Table(1, 20, 16)
	for _, layer := range []int{4, 5, 6, 7} {
		cut, err := g.Cut(layer)
		if err != nil {
			t.Fatal(err)
		}
		goal, err := CopyPaste(cut, table, rewritetest.Session(), TightPaste)
		if err != nil {
			t.Fatal(err)
		}
		for rank := 1; rank <= 4; rank++ {
			d := orthonormalRows(1, rank, cut.Layer().In)
			o := quick(30, 0.05)
			fast, err := LinearInsert(t.Context(), cut, goal, d, o)
			if err != nil {
				t.Fatal(err)
			}
			slow, err := LinearInsert(t.Context(), whole{cut}, goal, d, o)
			if err != nil {
				t.Fatal(err)
			}
			if fast.Losses[0] != slow.Losses[0] {
				t.Errorf("layer %d, rank %d: the untouched weight has loss %v and %v", layer, rank, fast.Losses[0], slow.Losses[0])
			}
			// Adam divides a gradient by its size: where a gradient is near zero, rounding can turn a step of 0.05 round, so
			// single weights may part. The losses of thirty steps do not.
			for i := range fast.Losses {
				if diff := math.Abs(fast.Losses[i] - slow.Losses[i]); diff > 1e-3*slow.Losses[0] {
					t.Errorf("layer %d, rank %d, step %d: loss %g and %g", layer, rank, i, fast.Losses[i], slow.Losses[i])
					break
				}
			}
		}
	}
}

func TestTheLowRankFormStaysWhereTheGoalIsMet(t *testing.T) {
	for _, layer := range []int{5, 6} {
		cut, err := rewritetest.Generator(t).Cut(layer)
		if err != nil {
			t.Fatal(err)
		}
		state, values, err := valuesOf(cut, rewritetest.Table(), "paste", 5)
		if err != nil {
			t.Fatal(err)
		}
		d := orthonormalRows(1, 1, cut.Layer().In)
		r, err := LinearInsert(t.Context(), cut, &Goal{Keys: state, Values: values}, d, quick(3, 0.05))
		if err != nil {
			t.Fatal(err)
		}
		if r.Losses[0] != 0 || !slices.Equal(r.Weight.Data, cut.Weight().Data) {
			t.Errorf("layer %d: loss %g where nothing is to be done", layer, r.Losses[0])
		}
	}
}
