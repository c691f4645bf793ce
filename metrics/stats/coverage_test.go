package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// P16: over many simulated runs with a known truth, 95 % intervals hold it in about 95 %.
// The bounds allow three standard errors of the simulation (0.5 points at 2,000 runs, 1.1 at 400)
// and the known swing of discrete data: Wilson's exact coverage at these (p, n) lies in 93.5 to 97 %,
// Student's t on n = 200 exponentials near 94.5 %.
func TestP16IntervalsCoverTheTruth(t *testing.T) {
	coin := func(r *rand.Rand, p float64) float64 {
		if r.Float64() < p {
			return 1
		}
		return 0
	}
	cases := []struct {
		name      string
		runs      int
		low, high float64
		truth     float64
		run       func(r *rand.Rand) Estimate
	}{
		{"share 0.5 of 100", 2000, .93, .97, .5, func(r *rand.Rand) Estimate {
			return Rate(fill(100, func() float64 { return coin(r, .5) }))
		}},
		{"share 0.02 of 200", 2000, .93, .985, .02, func(r *rand.Rand) Estimate {
			return Rate(fill(200, func() float64 { return coin(r, .02) }))
		}},
		{"mean of 10 normals", 2000, .935, .965, 3, func(r *rand.Rand) Estimate {
			return Mean(fill(10, func() float64 { return 3 + 2*r.NormFloat64() }))
		}},
		{"mean of 200 exponentials", 2000, .925, .965, 1, func(r *rand.Rand) Estimate {
			return Mean(fill(200, r.ExpFloat64))
		}},
		{"paired means with a common part", 2000, .935, .965, .3, func(r *rand.Rand) Estimate {
			a, b := make([]float64, 50), make([]float64, 50)
			for i := range a {
				common := 5 * r.NormFloat64()
				a[i], b[i] = common+.3+r.NormFloat64(), common+r.NormFloat64()
			}
			return PairedMean(a, b)
		}},
		{"paired shares, correlated", 2000, .93, .985, .2, func(r *rand.Rand) Estimate {
			a, b := make([]float64, 100), make([]float64, 100)
			for i := range a {
				b[i] = coin(r, .6)
				a[i] = max(b[i], coin(r, .5)) // 0.6 + 0.4*0.5
			}
			return PairedRate(a, b)
		}},
		{"paired shares, independent", 2000, .93, .97, 0, func(r *rand.Rand) Estimate {
			return PairedRate(fill(100, func() float64 { return coin(r, .3) }), fill(100, func() float64 { return coin(r, .3) }))
		}},
		{"pooled ratio, skewed", 400, .91, .98, .25, func(r *rand.Rand) Estimate {
			num, den := make([]float64, 80), make([]float64, 80)
			for i := range num {
				den[i] = r.ExpFloat64() * 40
				num[i] = den[i] * math.Pow(r.Float64(), 3) // share with mean 1/4
			}
			return Ratio(num, den, r.Uint64())
		}},
		{"difference of pooled ratios", 400, .91, .98, .5 - 1./3, func(r *rand.Rand) Estimate {
			num, two, den := make([]float64, 80), make([]float64, 80), make([]float64, 80)
			for i := range num {
				den[i] = 1 + r.ExpFloat64()
				u := r.Float64()
				num[i], two[i] = den[i]*u, den[i]*u*u
			}
			return PairedRatio(num, den, two, den, r.Uint64())
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(20, 20))
			held := 0
			for range c.runs {
				if e := c.run(r); e.Low <= c.truth && c.truth <= e.High {
					held++
				}
			}
			share := float64(held) / float64(c.runs)
			t.Logf("covered in %.1f %% of %d runs", 100*share, c.runs)
			if share < c.low || share > c.high {
				t.Errorf("the truth is covered in %.3f of the runs, want %.3f to %.3f", share, c.low, c.high)
			}
		})
	}
}

func fill(n int, next func() float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = next()
	}
	return x
}
