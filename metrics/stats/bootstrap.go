package stats

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Draws is the number of bootstrap samples behind every bootstrap interval.
const Draws = 2000

// Ratio is the pooled ratio: the sum of num over the sum of den, with a bootstrap interval over samples.
func Ratio(num, den []float64, seed uint64) Estimate {
	columns := aligned(num, den)
	return pooled(columns, Bootstrap, seed, len(num)-len(columns[0]),
		func(s []float64) float64 { return s[0] / s[1] })
}

// PairedRatio is the ratio of columns a minus that of columns b over the same samples, drawn together.
func PairedRatio(aNum, aDen, bNum, bDen []float64, seed uint64) Estimate {
	columns := aligned(aNum, aDen, bNum, bDen)
	return pooled(columns, BootPair, seed, len(aNum)-len(columns[0]),
		func(s []float64) float64 { return s[0]/s[1] - s[2]/s[3] })
}

// Pooled estimates any function of the sums of aligned columns, such as a harmonic mean of two rates,
// with a bootstrap interval over samples.
func Pooled(columns [][]float64, seed uint64, f func(sums []float64) float64) Estimate {
	kept := aligned(columns...)
	return pooled(kept, Bootstrap, seed, len(columns[0])-len(kept[0]), f)
}

func pooled(columns [][]float64, kind string, seed uint64, excluded int, f func([]float64) float64) Estimate {
	n := len(columns[0])
	sums := make([]float64, len(columns))
	for k, c := range columns {
		for _, v := range c {
			sums[k] += v
		}
	}
	value := f(sums)
	if n == 0 || math.IsNaN(value) {
		return unknown(kind, excluded)
	}
	e := Estimate{Value: value, Error: math.NaN(), Low: math.NaN(), High: math.NaN(), Kind: kind, N: n, Excluded: excluded}
	if n < 2 {
		return e
	}
	drawn := resample(columns, seed, f)
	if len(drawn) < 2 {
		return e
	}
	_, se := moments(drawn)
	e.Error = se * math.Sqrt(float64(len(drawn)))
	slices.Sort(drawn)
	e.Low, e.High = accelerated(drawn, value, acceleration(columns, sums, f))
	return e
}

// resample evaluates f on Draws samples of n with replacement; draws on which f is undefined are left
// out. The stream is PCG-64, mapped to indices by its high bits, so it is the same everywhere.
func resample(columns [][]float64, seed uint64, f func([]float64) float64) []float64 {
	n := uint64(len(columns[0]))
	source := rand.NewPCG(seed, n)
	drawn := make([]float64, 0, Draws)
	sums := make([]float64, len(columns))
	for range Draws {
		clear(sums)
		for range n {
			i, _ := bits.Mul64(source.Uint64(), n)
			for k := range columns {
				sums[k] += columns[k][i]
			}
		}
		if v := f(sums); !math.IsNaN(v) {
			drawn = append(drawn, v)
		}
	}
	return drawn
}

// acceleration is Efron's constant from the jackknife: how the spread changes with the value.
func acceleration(columns [][]float64, sums []float64, f func([]float64) float64) float64 {
	n := len(columns[0])
	left := make([]float64, 0, n)
	without := make([]float64, len(sums))
	for i := range n {
		for k := range sums {
			without[k] = sums[k] - columns[k][i]
		}
		if v := f(without); !math.IsNaN(v) && !math.IsInf(v, 0) {
			left = append(left, v)
		}
	}
	mean, _ := moments(left)
	var squares, cubes float64
	for _, v := range left {
		d := mean - v
		squares += d * d
		cubes += d * d * d
	}
	if squares == 0 {
		return 0
	}
	return cubes / (6 * math.Pow(squares, 1.5))
}

// accelerated reads the BCa limits off the sorted draws.
func accelerated(sorted []float64, value, a float64) (low, high float64) {
	below := 0.0
	for _, v := range sorted {
		switch {
		case v < value:
			below++
		case v == value: // discrete statistics: half of the ties, so that a constant one is centred
			below += 0.5
		}
	}
	n := float64(len(sorted))
	// A value outside all draws would put the correction at infinity.
	z0 := distuv.UnitNormal.Quantile(min(max(below/n, 0.5/n), 1-0.5/n))
	at := func(z float64) float64 {
		p := distuv.UnitNormal.CDF(z0 + (z0+z)/(1-a*(z0+z)))
		return sorted[int(min(max(math.Floor(p*n), 0), n-1))]
	}
	return at(-normal), at(normal)
}
