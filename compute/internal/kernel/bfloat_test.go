package kernel

import (
	"math"
	"slices"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

func TestBlocksFieldsAreWhereTheAssemblyReadsThem(t *testing.T) {
	var v Blocks
	for _, f := range []struct{ got, want uintptr }{
		{unsafe.Offsetof(v.A), 0}, {unsafe.Offsetof(v.Off), 8}, {unsafe.Offsetof(v.K), 16}, {unsafe.Offsetof(v.B), 24},
		{unsafe.Offsetof(v.Low), 40}, {unsafe.Offsetof(v.LDB), 48}, {unsafe.Offsetof(v.C), 56}, {unsafe.Offsetof(v.LDC), 72},
		{unsafe.Offsetof(v.Bias), 80},
	} {
		if unsafe.Sizeof(uintptr(0)) == 8 && f.got != f.want {
			t.Errorf("offset %d, want %d", f.got, f.want)
		}
	}
}

func TestTheTwoPartsOfANumberLeaveA2e17thOfIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float32Range(-1e30, 1e30).Draw(t, "x")
		high, low := Split(x)
		left := math.Abs(float64(x) - float64(widen(high)) - float64(widen(low)))
		if left > math.Ldexp(math.Abs(float64(x)), -17)+1e-37 {
			t.Fatalf("%g is split in %g and %g", x, widen(high), widen(low))
		}
	})
}

func TestWhatIsNotFiniteStaysSoWhenSplit(t *testing.T) {
	for _, bits := range []uint32{0x7f800000, 0xff800000, 0x7fc00000, 0x7fffffff, 0xffffffff, 0x7f800001} {
		high, low := Split(math.Float32frombits(bits))
		if sum := float64(widen(high) + widen(low)); !math.IsNaN(sum) && !math.IsInf(sum, 0) {
			t.Errorf("%#x is split in %#x and %#x", bits, high, low)
		}
	}
}

// anyBits are numbers of all kinds: special ones, subnormal ones, halfway between two bfloat16, and the rest.
func anyBits(seed uint64, n int) []float32 {
	special := []uint32{0, 1 << 31, 1, 0x807fffff, 0x00800000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7fffffff, 0x7f800001,
		0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff, 0x7f7fffff, 0x3fffffff}
	x := make([]float32, n)
	for i := range x {
		seed = seed*6364136223846793005 + 1442695040888963407
		bits := uint32(seed >> 32)
		if seed>>20&3 == 0 {
			bits = special[seed>>24%16]
		}
		x[i] = math.Float32frombits(bits)
	}
	return x
}

func TestPairsAreSplitAsNumbersAre(t *testing.T) {
	ways := map[string]func(high, low []uint32, a, b []float32){"dispatched": SplitPairs}
	if splitsInAssembly() {
		ways["assembly"] = func(high, low []uint32, a, b []float32) {
			splitPairsBF16(&high[0], &low[0], &a[0], &b[0], len(a))
		}
	}
	for name, split := range ways {
		t.Run(name, func(t *testing.T) {
			for n := 1; n < 70; n++ {
				a, b := anyBits(uint64(n), n), anyBits(uint64(n)+100, n)
				const fence = 0xdeadbeef
				high, low := slices.Repeat([]uint32{fence}, n+20), slices.Repeat([]uint32{fence}, n+20)
				split(high, low, a, b)
				for i := range high {
					wantHigh, wantLow := uint32(fence), uint32(fence)
					if i < n {
						ha, la := Split(a[i])
						hb, lb := Split(b[i])
						wantHigh, wantLow = uint32(ha)|uint32(hb)<<16, uint32(la)|uint32(lb)<<16
					}
					if high[i] != wantHigh || low[i] != wantLow {
						t.Fatalf("n=%d, word %d of %x and %x: %08x and %08x, want %08x and %08x", n, i,
							math.Float32bits(a[min(i, n-1)]), math.Float32bits(b[min(i, n-1)]), high[i], low[i], wantHigh, wantLow)
					}
				}
			}
		})
	}
}

func TestBlocksComputeTheirProductAndTouchNothingElse(t *testing.T) {
	tiers(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			in := func(lo, hi int, name string) int { return rapid.IntRange(lo, hi).Draw(t, name) }
			k, ldb := in(1, 5, "k"), in(40, 90, "words between pairs")
			const reach = 60 // of the offsets within a block of channels
			wide := k*BlockChannels/2*ldb + reach + 2*BlockPixels
			w, x, bias := numbers(1, k*BlockRows*BlockChannels), numbers(2, 2*wide), numbers(3, BlockRows)
			a := make([]uint16, k*BlockWeights)
			for i, v := range w { // [k][row][channel]
				step, at := i/(BlockRows*BlockChannels)*BlockWeights, i%(BlockRows*BlockChannels)
				a[step+at], a[step+BlockRows*BlockChannels+at] = Split(v)
			}
			words := make([]uint32, 2*wide)
			SplitPairs(words[:wide], words[wide:], x[:wide], x[wide:])
			off, biases := make([]int, k), make([]float32, BlockRows*BlockPixels)
			for i := range off {
				off[i] = i*BlockChannels/2*ldb + in(0, reach-1, "offset")
			}
			for i := range biases {
				biases[i] = bias[i/BlockPixels]
			}
			ldc := 2*BlockPixels + in(0, 9, "gap")
			c, intact := fenced((BlockRows-1)*ldc + 2*BlockPixels)
			want := slices.Clone(c)
			b := Blocks{A: &a[0], Off: &off[0], K: k, Low: wide, LDB: ldb, LDC: ldc, Bias: &biases[0]}
			for v := range b.B {
				start := in(0, BlockPixels, "start")
				b.B[v], b.C[v] = &words[start], &c[v*BlockPixels]
				for r := range BlockRows {
					for j := range BlockPixels {
						s := float64(bias[r])
						for i, o := range off {
							for ch := range BlockChannels {
								s += float64(w[(i*BlockRows+r)*BlockChannels+ch]) * float64(x[ch%2*wide+start+o+ch/2*ldb+j])
							}
						}
						want[r*ldc+v*BlockPixels+j] = float32(s)
					}
				}
			}
			b.Run()
			for i, v := range want {
				// Products of numbers below 1 lose 2^-15 each at most, and less on average.
				if math.Abs(float64(c[i]-v)) > 2e-5*math.Sqrt(float64(k*BlockChannels))+1e-6 {
					t.Fatalf("element %d is %v, want %v", i, c[i], v)
				}
			}
			if !intact() {
				t.Fatal("wrote outside the result")
			}
		})
	})
}
