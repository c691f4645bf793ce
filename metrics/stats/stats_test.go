package stats

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

var nan = math.NaN()

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance || math.IsNaN(got) != math.IsNaN(want) {
		t.Errorf("%s = %v, want %v within %v", what, got, want, tolerance)
	}
}

func bools(ones, zeros int) []float64 {
	x := make([]float64, ones+zeros)
	for i := range ones {
		x[i] = 1
	}
	return x
}

// The limits are those of Newcombe's comparison of seven intervals (1998), method 3, to four digits.
func TestWilsonGivesThePublishedLimits(t *testing.T) {
	for _, c := range []struct {
		r, n      int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		e := Rate(bools(c.r, c.n-c.r))
		near(t, "low", e.Low, c.low, 5e-5)
		near(t, "high", e.High, c.high, 5e-5)
	}
}

// The t quantile at 4 degrees of freedom is 2.776445 (any table).
func TestMeanOfFiveNumbersHasTheTextbookInterval(t *testing.T) {
	e := Mean([]float64{1, 2, nan, 3, 4, 5})
	se := math.Sqrt(2.5 / 5)
	near(t, "value", e.Value, 3, 0)
	near(t, "error", e.Error, se, 1e-15)
	near(t, "low", e.Low, 3-2.776445*se, 1e-6)
	near(t, "high", e.High, 3+2.776445*se, 1e-6)
	if e.N != 5 || e.Excluded != 1 {
		t.Errorf("n = %d and %d excluded, want 5 and 1", e.N, e.Excluded)
	}
}

func TestNoSamplesGiveNaNAndOneGivesNoSpread(t *testing.T) {
	none := []float64{nan, nan}
	for name, e := range map[string]Estimate{
		"mean": Mean(none), "rate": Rate(none), "ratio": Ratio(none, none, 1),
		"paired mean": PairedMean(none, none), "paired rate": PairedRate(none, none),
	} {
		if !math.IsNaN(e.Value) || !math.IsNaN(e.Low) || e.N != 0 || e.Excluded != 2 || e.Verdict() != "~" {
			t.Errorf("%s of nothing is %+v", name, e)
		}
	}
	for name, e := range map[string]Estimate{"mean": Mean([]float64{7}), "ratio": Ratio([]float64{7}, []float64{1}, 1)} {
		if e.Value != 7 || !math.IsNaN(e.Low) || e.Verdict() != "~" {
			t.Errorf("%s of one sample is %+v", name, e)
		}
	}
}

func TestPairsLeaveOutASampleThatEitherSideLacks(t *testing.T) {
	e := PairedMean([]float64{1, nan, 3, 4}, []float64{0, 0, nan, 2})
	if e.Value != 1.5 || e.N != 2 || e.Excluded != 2 {
		t.Errorf("got %+v", e)
	}
}

func TestARateOfPixelSharesPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Rate([]float64{0.5})
}

func TestPairedRateOfIdenticalColumnsShowsNoDifference(t *testing.T) {
	x := bools(30, 70)
	e := PairedRate(x, x)
	if e.Value != 0 || e.Verdict() != "~" || e.Error != 0 {
		t.Errorf("got %+v", e)
	}
}

// Swapping the columns mirrors every paired interval.
func TestPairedDifferencesAreAntisymmetric(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(r, "n")
		bit := rapid.SampledFrom([]float64{0, 1, nan})
		a, b := rapid.SliceOfN(bit, n, n).Draw(r, "a"), rapid.SliceOfN(bit, n, n).Draw(r, "b")
		for name, f := range map[string]func(a, b []float64) Estimate{"mean": PairedMean, "rate": PairedRate} {
			x, y := f(a, b), f(b, a)
			if x.N == 0 {
				continue
			}
			if math.Abs(x.Value+y.Value) > 1e-12 || math.Abs(x.Low+y.High) > 1e-12 || math.Abs(x.High+y.Low) > 1e-12 {
				r.Fatalf("%s: %+v and %+v", name, x, y)
			}
		}
	})
}

func TestIntervalsHoldTheirEstimate(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(r, "n")
		bit := rapid.SampledFrom([]float64{0, 1})
		a, b := rapid.SliceOfN(bit, n, n).Draw(r, "a"), rapid.SliceOfN(bit, n, n).Draw(r, "b")
		for _, e := range []Estimate{Rate(a), PairedRate(a, b)} {
			if e.Value < e.Low || e.Value > e.High || e.Low < -1 || e.High > 1 {
				r.Fatalf("%+v", e)
			}
		}
	})
}

func TestBootstrapIsTheSameEveryTime(t *testing.T) {
	num, den := []float64{1, 0, 3, 2, 5, 4}, []float64{2, 1, 4, 2, 9, 5}
	a, b := Ratio(num, den, 3), Ratio(num, den, 3)
	if a != b {
		t.Errorf("%+v differs from %+v", a, b)
	}
	if c := Ratio(num, den, 4); c == a {
		t.Error("the seed changes nothing")
	}
	near(t, "value", a.Value, 15.0/23, 1e-15)
}

func TestScalingToPercentKeepsTheVerdict(t *testing.T) {
	e := Estimate{Value: 0.2, Error: 0.01, Low: 0.1, High: 0.3}
	p, m := e.Scaled(100), e.Scaled(-1)
	if p.Value != 20 || p.Low != 10 || p.High != 30 || p.Verdict() != "+" || m.Verdict() != "-" || m.Low != -0.3 {
		t.Errorf("%+v %+v", p, m)
	}
}
