package reflections

import "math"

// quantile is the exact q-quantile, q in [0,1], of the numbers that each yields: order statistics at rank (n-1)q, interpolated
// linearly between neighbours (NumPy's default). The numbers are not kept: each is called twice, and must yield the same ones. It
// is NaN for no numbers.
func quantile(q float64, each func(yield func([]float32))) float64 {
	high := make([]int64, 1<<16)
	n := int64(0)
	each(func(values []float32) {
		n += int64(len(values))
		for _, v := range values {
			high[ordered(v)>>16]++
		}
	})
	if n == 0 {
		return math.NaN()
	}
	rank := q * float64(n-1)
	lower := int64(math.Floor(rank))
	ranks := [2]int64{lower, min(lower+1, n-1)}
	var bin [2]uint32
	var before [2]int64 // numbers in lower bins
	for i, r := range ranks {
		for sum, b := int64(0), 0; ; b++ {
			if sum+high[b] > r {
				bin[i], before[i] = uint32(b), sum
				break
			}
			sum += high[b]
		}
	}
	low := [2][]int64{make([]int64, 1<<16), make([]int64, 1<<16)}
	each(func(values []float32) {
		for _, v := range values {
			o := ordered(v)
			for i := range low {
				if o>>16 == bin[i] {
					low[i][o&0xffff]++
				}
			}
		}
	})
	var value [2]float64
	for i, r := range ranks {
		sum := before[i]
		for b, count := range low[i] {
			if sum += count; sum > r {
				value[i] = float64(unordered(bin[i]<<16 | uint32(b)))
				break
			}
		}
	}
	part := rank - math.Floor(rank)
	return value[0]*(1-part) + value[1]*part
}

// ordered maps numbers to integers of the same order.
func ordered(v float32) uint32 {
	b := math.Float32bits(v)
	if b>>31 == 1 {
		return ^b
	}
	return b | 1<<31
}

func unordered(o uint32) float32 {
	if o>>31 == 1 {
		return math.Float32frombits(o &^ (1 << 31))
	}
	return math.Float32frombits(^o)
}
