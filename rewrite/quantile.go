package rewrite

import (
	"context"
	"math"
	"slices"
	"sort"

	"rewriting/compute"
	"rewriting/gan"
)

// distribution answers exact quantile questions about one unit for a fixed set of values, without keeping
// the data: for each asked value it counts the data below and at it and keeps the nearest neighbours.
type distribution struct {
	asked        []float32 // distinct, ascending
	equal        []int64   // data equal to asked[i]
	between      []int64   // data between asked[i-1] and asked[i], exclusive; one more entry than asked
	lowest, high []float32 // smallest and largest datum of each gap
	n            int64
}

func newDistribution(values []float32) *distribution {
	slices.Sort(values)
	values = slices.Compact(values)
	d := &distribution{
		asked: values, equal: make([]int64, len(values)), between: make([]int64, len(values)+1),
		lowest: make([]float32, len(values)+1), high: make([]float32, len(values)+1),
	}
	for i := range d.lowest {
		d.lowest[i], d.high[i] = float32(math.Inf(1)), float32(math.Inf(-1))
	}
	return d
}

func (d *distribution) add(values []float32) {
	d.n += int64(len(values))
	for _, v := range values {
		i, found := slices.BinarySearch(d.asked, v)
		if found {
			d.equal[i]++
			continue
		}
		d.between[i]++
		d.lowest[i], d.high[i] = min(d.lowest[i], v), max(d.high[i], v)
	}
}

// merge adds the counts of a distribution with the same asked values.
func (d *distribution) merge(e *distribution) {
	d.n += e.n
	for i := range d.between {
		d.between[i] += e.between[i]
		d.lowest[i], d.high[i] = min(d.lowest[i], e.lowest[i]), max(d.high[i], e.high[i])
	}
	for i := range d.equal {
		d.equal[i] += e.equal[i]
	}
}

// of is the quantile of one of the asked values in 0..1. A datum of rank r = 0, 1, ... stands at (r+1/2)/n,
// data of equal value at the middle of their ranks, the minimum at 0, the maximum at 1, and values in
// between are interpolated (spec: sessions 3).
func (d *distribution) of(value float64) float64 {
	x := float32(value)
	i := sort.Search(len(d.asked), func(i int) bool { return d.asked[i] >= x })
	below := int64(0)
	for j := range i {
		below += d.between[j] + d.equal[j]
	}
	below += d.between[i]
	above := d.n - below - d.equal[i]
	switch {
	case below == 0:
		return 0
	case above == 0:
		return 1
	case d.equal[i] > 0:
		return (float64(below) + float64(d.equal[i])/2) / float64(d.n)
	}
	lo, hi := d.neighbours(i)
	part := (float64(x) - float64(lo)) / (float64(hi) - float64(lo))
	return (float64(below) - 0.5 + part) / float64(d.n)
}

// neighbours are the data next to asked[i] on both sides.
func (d *distribution) neighbours(i int) (lo, hi float32) {
	for j := i; ; j-- {
		if d.between[j] > 0 {
			lo = d.high[j]
			break
		}
		if d.equal[j-1] > 0 {
			lo = d.asked[j-1]
			break
		}
	}
	for j := i + 1; ; j++ {
		if d.between[j] > 0 {
			return lo, d.lowest[j]
		}
		if d.equal[j] > 0 {
			return lo, d.asked[j]
		}
	}
}

// measureQuantiles reads the whole table and returns, for each unit, the distribution of its values that can
// be asked about the context keys.
func measureQuantiles(ctx context.Context, cut gan.Cut, table *compute.Tensor, keys *contextKeys) ([]*distribution, error) {
	in := cut.Layer().In
	fresh := func() []*distribution {
		all := make([]*distribution, in)
		for u := range all {
			values := make([]float32, len(keys.weight))
			for t := range values {
				values[t] = float32(keys.key.At(t, u))
			}
			all[u] = newDistribution(values)
		}
		return all
	}
	total := fresh()
	err := scan(ctx, cut, table, nil,
		func(_ int, k *compute.Tensor) []*distribution {
			part := fresh()
			pixels := k.Len() / (k.Dim(0) * in)
			for b := range k.Dim(0) {
				for u, d := range part {
					d.add(k.Data[(b*in+u)*pixels:][:pixels])
				}
			}
			return part
		},
		func(part []*distribution) {
			for u, d := range part {
				total[u].merge(d)
			}
		})
	return total, err
}
