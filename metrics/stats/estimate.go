package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Level is the coverage of all intervals.
const Level = 0.95

// normal is the standard normal quantile at (1+Level)/2.
const normal = 1.959963984540054

// Kinds of intervals, as named in reports.
const (
	Wilson    = "Wilson"
	StudentT  = "Student t"
	Newcombe  = "Newcombe, paired"
	PairedT   = "Student t, paired"
	Bootstrap = "bootstrap (BCa)"
	BootPair  = "bootstrap (BCa), paired"
)

// Estimate is a number with its uncertainty over samples. With no sample that counts all numbers are
// NaN; with one, those of the spread are.
type Estimate struct {
	Value     float64
	Error     float64 // standard error
	Low, High float64 // 95 % interval
	Kind      string  // how the interval was made
	N         int     // samples that count
	Excluded  int     // samples left out as not applicable
}

// Scaled is the estimate in other units, such as percent (by 100).
func (e Estimate) Scaled(by float64) Estimate {
	e.Value *= by
	e.Error *= math.Abs(by)
	e.Low, e.High = e.Low*by, e.High*by
	if by < 0 {
		e.Low, e.High = e.High, e.Low
	}
	return e
}

// Verdict reads the estimate as a difference: "+" or "-" where the interval lies on one side of zero,
// "~" where it holds zero or nothing is known.
func (e Estimate) Verdict() string {
	switch {
	case e.Low > 0:
		return "+"
	case e.High < 0:
		return "-"
	}
	return "~"
}

func unknown(kind string, excluded int) Estimate {
	nan := math.NaN()
	return Estimate{Value: nan, Error: nan, Low: nan, High: nan, Kind: kind, Excluded: excluded}
}

// applicable drops NaN.
func applicable(x []float64) []float64 {
	kept := make([]float64, 0, len(x))
	for _, v := range x {
		if !math.IsNaN(v) {
			kept = append(kept, v)
		}
	}
	return kept
}

// aligned drops the samples for which any of the columns is NaN. It panics when lengths differ:
// columns of one run have one entry per sample.
func aligned(columns ...[]float64) [][]float64 {
	n := len(columns[0])
	kept := make([][]float64, len(columns))
	for _, c := range columns {
		if len(c) != n {
			panic("stats: columns of different length")
		}
	}
samples:
	for i := range n {
		for _, c := range columns {
			if math.IsNaN(c[i]) {
				continue samples
			}
		}
		for k, c := range columns {
			kept[k] = append(kept[k], c[i])
		}
	}
	return kept
}

// moments are the mean and the standard error of the mean (divisor n-1), in two passes.
func moments(x []float64) (mean, se float64) {
	n := float64(len(x))
	for _, v := range x {
		mean += v
	}
	mean /= n
	if len(x) < 2 {
		return mean, math.NaN()
	}
	var squares float64
	for _, v := range x {
		squares += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(squares / (n - 1) / n)
}

func student(x []float64, kind string, excluded int) Estimate {
	if len(x) == 0 {
		return unknown(kind, excluded)
	}
	mean, se := moments(x)
	half := math.NaN()
	if len(x) > 1 {
		half = se * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(len(x) - 1)}.Quantile((1+Level)/2)
	}
	return Estimate{Value: mean, Error: se, Low: mean - half, High: mean + half, Kind: kind, N: len(x), Excluded: excluded}
}

// Mean is the mean with Student's t interval.
func Mean(x []float64) Estimate {
	kept := applicable(x)
	return student(kept, StudentT, len(x)-len(kept))
}

// PairedMean is the mean of a-b over the samples that count in both.
func PairedMean(a, b []float64) Estimate {
	both := aligned(a, b)
	d := make([]float64, len(both[0]))
	for i := range d {
		d[i] = both[0][i] - both[1][i]
	}
	return student(d, PairedT, len(a)-len(d))
}
