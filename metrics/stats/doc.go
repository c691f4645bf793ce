// Package stats turns numbers per sample into estimates with 95 % intervals.
//
// Shares of yes-or-no samples get Wilson's interval, means Student's t, pooled ratios a
// bias-corrected and accelerated bootstrap (Efron 1987) over samples with a fixed seed. Two columns of
// the same samples are compared pair by pair: means and shares of pixels by the t interval of their
// differences, yes-or-no columns by Newcombe's square-and-add interval with correlation (1998,
// method 10), ratios by a bootstrap that draws both columns together.
//
// NaN marks a sample to which a number does not apply. It is left out (of a comparison if either side
// is NaN) and counted in Excluded. Infinite numbers are not special and spoil the sum, as they should.
//
// Sums run in index order in float64, so equal input gives equal bits.
//
//	e := stats.Rate([]float64{1, 0, 1, 1, math.NaN()})
//	fmt.Println(e.Value, e.Low, e.High, e.N, e.Excluded) // 0.75 with Wilson's interval over 4 samples
//	d := stats.PairedMean(ours, theirs)
//	fmt.Println(d.Value, d.Verdict()) // "~" where the interval of the difference holds zero
package stats
