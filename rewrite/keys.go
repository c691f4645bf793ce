package rewrite

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/sessions"
)

// contextKeys are the keys under the painted context, one row for each cell with a positive weight: regions
// in their order, cells row by row.
type contextKeys struct {
	key    *mat.Dense // T x In, not weighted
	weight []float64  // T values of the soft masks
	counts []int      // positive cells of each region
}

// contextOf reads the keys of each region with its image alone (a batch of one).
func contextOf(ctx context.Context, cut gan.Cut, table *compute.Tensor, regions []sessions.Region) (*contextKeys, error) {
	if len(regions) == 0 {
		return nil, fmt.Errorf("no context: the session has neither keys nor a paste region")
	}
	layer := cut.Layer()
	var rows, weight []float64
	counts := make([]int, len(regions))
	for i, r := range regions {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		name := fmt.Sprintf("context region %d", i)
		a, err := Area(name, r, layer.KeySize)
		if err != nil {
			return nil, err
		}
		z, err := latentOf(table, r.Image)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		s, err := cut.Context(z)
		if err != nil {
			return nil, fmt.Errorf("%s (image %d): %w", name, r.Image, err)
		}
		for p, v := range a.A {
			if v <= 0 {
				continue
			}
			for c := range layer.In {
				rows = append(rows, float64(s.Key.Data[c*len(a.A)+p]))
			}
			weight = append(weight, float64(v))
			counts[i]++
		}
	}
	return &contextKeys{mat.NewDense(len(weight), layer.In, rows), weight, counts}, nil
}

// weighted are the rows a·(M k) for a symmetric matrix M.
func (k *contextKeys) weighted(m *mat.Dense) *mat.Dense {
	out := new(mat.Dense)
	out.Mul(k.key, m)
	for i, a := range k.weight {
		row := out.RawRowView(i)
		for j := range row {
			row[j] *= a
		}
	}
	return out
}

func sumRows(a *mat.Dense) []float64 {
	t, n := a.Dims()
	sum := make([]float64, n)
	for i := range t {
		for j, v := range a.RawRowView(i) {
			sum[j] += v
		}
	}
	return sum
}

// QueryKey is the normalised direction C⁻¹m of one region, where m is the mean of its keys weighted by the
// soft mask: the key of the interface's "match selection" (spec: method 4). It is [In], for Rank.
func QueryKey(ctx context.Context, cut gan.Cut, moment *Moment, table *compute.Tensor, r sessions.Region) ([]float64, error) {
	keys, err := contextOf(ctx, cut, table, []sessions.Region{r})
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	inverse, err := moment.Inverse()
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	total := 0.0
	for _, a := range keys.weight {
		total += a
	}
	q := sumRows(keys.weighted(inverse))
	norm := 0.0
	for i := range q {
		q[i] /= 1e-10 + total
		norm += q[i] * q[i]
	}
	for i := range q {
		q[i] /= 1e-10 + math.Sqrt(norm)
	}
	return q, nil
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += v * b[i]
	}
	return s
}
