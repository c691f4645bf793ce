package kernel

import (
	"math"
	"sync"

	"golang.org/x/sys/cpu"
)

// tilesWork reports whether the processor has AMX for bfloat16, the system lets this process use it, and a product comes out
// right. Virtual machines and emulators have been seen to announce instructions that they do not have: a wrong result
// is worse than a slow one.
var tilesWork = sync.OnceValue(func() bool {
	return cpu.X86.HasAVX512BF16 && tilesAnnounced() && blocksAgree()
})

// blocksAgree compares one small product with the portable one.
func blocksAgree() bool {
	const steps, wide = 2, 2 * BlockPixels
	var weights [steps * BlockWeights]uint16
	var words [2 * steps * BlockChannels / 2 * wide]uint32
	var bias [BlockRows * BlockPixels]float32
	half := func(i int) uint16 { return bfloat(float32(i*7%61-30) / 16) }
	for i := range weights {
		weights[i] = half(i)
	}
	for i := range words {
		words[i] = uint32(half(3*i)) | uint32(half(5*i+2))<<16
	}
	for i := range bias {
		bias[i] = float32(i / BlockPixels)
	}
	off := [steps]int{0, BlockChannels / 2 * wide}
	var sums [2][BlockRows * wide]float32
	for i := range sums {
		b := Blocks{A: &weights[0], Off: &off[0], K: steps, Low: len(words) / 2, LDB: wide, LDC: wide, Bias: &bias[0]}
		for v := range b.B {
			b.B[v], b.C[v] = &words[v*BlockPixels], &sums[i][v*BlockPixels]
		}
		if i == 0 {
			blocksAMX(&b)
		} else {
			b.portable()
		}
	}
	for i, got := range sums[0] {
		if !(math.Abs(float64(got-sums[1][i])) <= 1e-3) {
			return false
		}
	}
	return true
}
