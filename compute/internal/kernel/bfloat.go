package kernel

import (
	"math"
	"unsafe"
)

// A number x is split in two of bfloat16, which has the exponent of float32 and 8 bits of precision: high is x rounded,
// low what is left, rounded. Of a product's four parts three are added, high by high, high by low and low by high;
// the fourth, and what low rounds off, are below 2^-16 of it. Sums are of float32.

// Split gives the two parts of x. Subnormal numbers are zeros. What is not finite stays so in a product, as a NaN.
func Split(x float32) (high, low uint16) {
	high = bfloat(x)
	return high, bfloat(x - math.Float32frombits(uint32(high)<<16))
}

// bfloat rounds to the nearest bfloat16, to the even one of two.
func bfloat(x float32) uint16 {
	bits := math.Float32bits(x)
	switch exponent := bits >> 23 & 255; {
	case exponent == 0:
		return uint16(bits >> 16 & 0x8000)
	case exponent == 255 && bits<<9 != 0:
		return uint16(bits>>16 | 0x40) // a quiet NaN
	}
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}

// SplitPairs splits a and b side by side: word i of high holds the high part of a[i] in its lower half and that of b[i] in
// its upper one, and low the low parts. All have the length of a.
func SplitPairs(high, low []uint32, a, b []float32) {
	high, low, b = high[:len(a)], low[:len(a)], b[:len(a)]
	if tier == AMX {
		for lo := 0; lo < len(a); lo += chunk {
			splitPairsBF16(&high[lo], &low[lo], &a[lo], &b[lo], min(chunk, len(a)-lo))
		}
		return
	}
	for i, x := range a {
		ha, la := Split(x)
		hb, lb := Split(b[i])
		high[i], low[i] = uint32(ha)|uint32(hb)<<16, uint32(la)|uint32(lb)<<16
	}
}

// Sizes of the blocks of AMX: a tile has 16 rows of 64 bytes, which are 16 float32 or 16 pairs of bfloat16.
const (
	BlockRows     = 32 // rows of weights of one call, in two tiles
	BlockChannels = 32 // of one step
	BlockPixels   = 16 // of a vector
	// BlockWeights is how many bfloat16 the weights of one step are: the high parts of rows 0-15 and of rows 16-31, each
	// [16][32], and their low parts.
	BlockWeights = 2 * BlockRows * BlockChannels
)

// Blocks is one call of the kernel for weights and pixels that are split in two bfloat16 each. For rows r < BlockRows, both
// vectors v and pixels j < BlockPixels it computes
//
//	C[v][r*LDC + j] = Bias[r] + sum over k < K, c < BlockChannels of A[k][r][c] * B[v][k][c][j]
//
// where channels 2p and 2p+1 of pixel j at step k are the two halves of word Off[k] + p*LDB + j after B[v], their low parts
// Low words further on.
type Blocks struct {
	A    *uint16 // [K][BlockWeights]
	Off  *int    // K offsets, in words
	K    int     // at least 1
	B    [2]*uint32
	Low  int // words from high to low parts
	LDB  int // words between pairs of channels
	C    [2]*float32
	LDC  int
	Bias *float32 // [BlockRows][BlockPixels]: each row's bias, repeated
}

// Run performs the call.
func (b *Blocks) Run() {
	if tier == AMX {
		blocksAMX(b)
		return
	}
	b.portable()
}

func (b *Blocks) portable() {
	a, off := unsafe.Slice(b.A, b.K*BlockWeights), unsafe.Slice(b.Off, b.K)
	bias := unsafe.Slice(b.Bias, BlockRows*BlockPixels)
	for v := range b.B {
		c := unsafe.Slice(b.C[v], (BlockRows-1)*b.LDC+BlockPixels)
		for r := range BlockRows {
			var sums [BlockPixels]float32
			copy(sums[:], bias[r*BlockPixels:])
			for k, o := range off {
				row := a[k*BlockWeights+r*BlockChannels:]
				for p := range BlockChannels / 2 {
					x := unsafe.Slice((*uint32)(unsafe.Add(unsafe.Pointer(b.B[v]), 4*(o+p*b.LDB))), b.Low+BlockPixels)
					high, low := row[2*p:][:2], row[BlockRows*BlockChannels+2*p:][:2]
					for half := range 2 {
						h, l := widen(high[half]), widen(low[half])
						for j := range sums {
							xh, xl := widen(uint16(x[j]>>(16*half))), widen(uint16(x[b.Low+j]>>(16*half)))
							sums[j] += h*xl + h*xh + l*xh
						}
					}
				}
			}
			copy(c[r*b.LDC:], sums[:])
		}
	}
}

func widen(x uint16) float32 { return math.Float32frombits(uint32(x) << 16) }
