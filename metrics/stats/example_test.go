package stats_test

import (
	"fmt"
	"math"

	"rewriting/metrics/stats"
)

func ExampleRate() {
	e := stats.Rate([]float64{1, 0, 1, 1, math.NaN()})
	fmt.Printf("%.1f %% [%.1f, %.1f] of %d, %d left out\n", 100*e.Value, 100*e.Low, 100*e.High, e.N, e.Excluded)
	// Output: 75.0 % [30.1, 95.4] of 4, 1 left out
}

func ExamplePairedMean() {
	e := stats.PairedMean([]float64{0.1, 0.3, 0.2}, []float64{0.1, 0.2, 0.3})
	fmt.Printf("%.2f %s\n", math.Abs(e.Value), e.Verdict())
	// Output: 0.00 ~
}
