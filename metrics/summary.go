package metrics

import (
	"fmt"
	"hash/fnv"

	"rewriting/metrics/stats"
)

// Scores are the raw numbers of one method, [column][sample], in the order of the columns; samples are
// in seed order, so that the same index is the same seed under every method.
type Scores [][]float64

// Summarise turns column i into one number with its interval, in the shown unit.
func Summarise(columns []Column, s Scores, i int) stats.Estimate {
	c := columns[i]
	switch c.Kind {
	case Rate:
		return stats.Rate(s[i]).Scaled(c.Scale())
	case Count:
		e := stats.Rate(s[i])
		return e.Scaled(float64(e.N))
	case Ratio:
		return stats.Ratio(s[i], s[per(columns, c)], seed(c)).Scaled(c.Scale())
	}
	return stats.Mean(s[i]).Scaled(c.Scale())
}

// Compare is column i under a minus the same under b, paired by sample, in the shown unit.
func Compare(columns []Column, a, b Scores, i int) stats.Estimate {
	c := columns[i]
	switch c.Kind {
	case Rate:
		return stats.PairedRate(a[i], b[i]).Scaled(c.Scale())
	case Count:
		e := stats.PairedRate(a[i], b[i])
		return e.Scaled(float64(e.N))
	case Ratio:
		p := per(columns, c)
		return stats.PairedRatio(a[i], a[p], b[i], b[p], seed(c)).Scaled(c.Scale())
	}
	return stats.PairedMean(a[i], b[i]).Scaled(c.Scale())
}

func per(columns []Column, c Column) int {
	for i := range columns {
		if columns[i].Key == c.Per {
			return i
		}
	}
	panic(fmt.Sprintf("metrics: column %q has no denominators %q", c.Key, c.Per))
}

// seed gives every column its own bootstrap stream, the same in every run.
func seed(c Column) uint64 {
	h := fnv.New64a()
	h.Write([]byte(c.Key))
	return h.Sum64()
}
