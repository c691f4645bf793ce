package rewrite

import (
	"context"
	"math"
	"slices"

	"rewriting/compute"
	"rewriting/gan"
)

// normScores is App. E: the mean square of each unit over the context, weighted by the masks, relative
// to its mean square everywhere. A unit that is always zero scores zero.
func normScores(keys *contextKeys, moment *Moment) []float64 {
	scores := make([]float64, moment.In)
	total := 0.0
	for t, a := range keys.weight {
		total += a
		for u, k := range keys.key.RawRowView(t) {
			scores[u] += a * k * k
		}
	}
	for u := range scores {
		if usual := moment.C[u*moment.In+u]; usual > 0 {
			scores[u] /= usual * total
		} else {
			scores[u] = 0
		}
	}
	return scores
}

// mostExtreme bounds a quantile from above: a context value at the maximum of the data would score infinity.
const mostExtreme = 1 - 1e-7

// quantileScores is GAN dissection's score: the mean of -log(1-q) over the context, weighted by the masks,
// q being the quantile of a value in its unit's distribution over the whole table.
func quantileScores(ctx context.Context, cut gan.Cut, table *compute.Tensor, keys *contextKeys) ([]float64, error) {
	quantiles, err := measureQuantiles(ctx, cut, table, keys)
	if err != nil {
		return nil, err
	}
	scores := make([]float64, cut.Layer().In)
	for u := range scores {
		total := 0.0
		for t, a := range keys.weight {
			total += a
			q := min(quantiles[u].of(keys.key.At(t, u)), mostExtreme)
			scores[u] -= a * math.Log1p(-q)
		}
		scores[u] /= total
	}
	return scores, nil
}

// units makes one-hot directions of the units of the highest scores, best first; of equal ones the lower unit.
func (b *Basis) units(scores []float64, rank int) {
	if rank > len(scores) {
		rank = b.limit(rank, rank, len(scores))
	}
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case scores[a] > scores[b]:
			return -1
		case scores[a] < scores[b]:
			return 1
		}
		return 0
	})
	b.Units = order[:rank]
	b.D = compute.New(rank, len(scores))
	for s, u := range b.Units {
		b.D.Data[s*len(scores)+u] = 1
		b.Scores = append(b.Scores, scores[u])
	}
}
