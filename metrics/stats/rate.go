package stats

import (
	"fmt"
	"math"
)

// Rate is the share of samples that are 1 among those that are 0 or 1, with Wilson's score interval
//
//	(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n),
//
// which stays inside [0,1] and keeps its coverage for shares near 0 and 1. It panics on other values:
// shares of pixels are means, not rates.
func Rate(x []float64) Estimate {
	kept := applicable(x)
	if len(kept) == 0 {
		return unknown(Wilson, len(x))
	}
	var ones float64
	for _, v := range kept {
		ones += yes(v)
	}
	n := float64(len(kept))
	p := ones / n
	low, high := wilson(p, n)
	return Estimate{Value: p, Error: math.Sqrt(p * (1 - p) / n), Low: low, High: high,
		Kind: Wilson, N: len(kept), Excluded: len(x) - len(kept)}
}

func yes(v float64) float64 {
	if v != 0 && v != 1 {
		panic(fmt.Sprintf("stats: a rate over %v, which is neither 0 nor 1", v))
	}
	return v
}

func wilson(p, n float64) (low, high float64) {
	z2 := normal * normal
	centre := p + z2/(2*n)
	half := normal * math.Sqrt(p*(1-p)/n+z2/(4*n*n))
	low, high = (centre-half)/(1+z2/n), (centre+half)/(1+z2/n)
	// Rounding must not move the ends of a share that is exactly 0 or 1.
	if p == 0 {
		low = 0
	}
	if p == 1 {
		high = 1
	}
	return low, high
}

// PairedRate is the difference of two rates over the same samples, share of a minus share of b, with
// Newcombe's interval for paired proportions (Statistics in Medicine 17, 1998, method 10): the
// distances of both shares to their Wilson limits, added as sides of a triangle whose angle is
// the correlation of the two columns (with its continuity correction).
//
// The standard error is Wald's for pairs, sqrt(f + g - (f-g)²/n) / n, f and g the counts of the pairs
// that disagree.
func PairedRate(a, b []float64) Estimate {
	both := aligned(a, b)
	excluded := len(a) - len(both[0])
	if len(both[0]) == 0 {
		return unknown(Newcombe, excluded)
	}
	var e, f, g, h float64 // both, only a, only b, neither
	for i, v := range both[0] {
		switch yes(v) + 2*yes(both[1][i]) {
		case 3:
			e++
		case 1:
			f++
		case 2:
			g++
		default:
			h++
		}
	}
	n := e + f + g + h
	p1, p2 := (e+f)/n, (e+g)/n
	l1, u1 := wilson(p1, n)
	l2, u2 := wilson(p2, n)
	phi := correlation(e, f, g, h)
	low := math.Sqrt(max(0, (p1-l1)*(p1-l1)-2*phi*(p1-l1)*(u2-p2)+(u2-p2)*(u2-p2)))
	high := math.Sqrt(max(0, (u1-p1)*(u1-p1)-2*phi*(u1-p1)*(p2-l2)+(p2-l2)*(p2-l2)))
	d := (f - g) / n
	return Estimate{Value: d, Error: math.Sqrt(max(0, f+g-(f-g)*(f-g)/n)) / n, Low: d - low, High: d + high,
		Kind: Newcombe, N: len(both[0]), Excluded: excluded}
}

// correlation is Newcombe's phi: zero where a column is constant, corrected by n/2 where positive.
func correlation(e, f, g, h float64) float64 {
	product := (e + f) * (g + h) * (e + g) * (f + h)
	if product == 0 {
		return 0
	}
	c := e*h - f*g
	if c > 0 {
		c = max(c-(e+f+g+h)/2, 0)
	}
	return c / math.Sqrt(product)
}
