package kernel

import (
	"math"
	"slices"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

func tiers(t *testing.T, f func(t *testing.T)) {
	for tier := Portable; tier <= Best(); tier++ {
		t.Run(tier.String(), func(t *testing.T) {
			defer Use(tier)()
			f(t)
		})
	}
}

// canary is written around every result; no kernel may touch it.
const canary float32 = -12345.5

// fenced returns a buffer of n canaries between two more fences, and a check that the fences still stand.
func fenced(n int) (buf []float32, intact func() bool) {
	const fence = 64
	all := slices.Repeat([]float32{canary}, n+2*fence)
	return all[fence:][:n:n], func() bool {
		for i, v := range all {
			if (i < fence || i >= n+fence) && v != canary {
				return false
			}
		}
		return true
	}
}

func numbers(seed uint64, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		seed = seed*6364136223846793005 + 1442695040888963407
		x[i] = float32(int32(seed>>32)) / (1 << 31)
	}
	return x
}

func TestTileFieldsAreWhereTheAssemblyReadsThem(t *testing.T) {
	var v Tile
	for _, f := range []struct{ got, want uintptr }{
		{unsafe.Offsetof(v.A), 0}, {unsafe.Offsetof(v.Off), 8}, {unsafe.Offsetof(v.K), 16},
		{unsafe.Offsetof(v.B), 24}, {unsafe.Offsetof(v.C), 48}, {unsafe.Offsetof(v.Lanes), 72},
		{unsafe.Offsetof(v.LDC), 96}, {unsafe.Offsetof(v.Rows), 104}, {unsafe.Offsetof(v.Vecs), 112},
		{unsafe.Offsetof(v.Bias), 120}, {unsafe.Offsetof(v.Accumulate), 128},
	} {
		if unsafe.Sizeof(uintptr(0)) == 8 && f.got != f.want {
			t.Errorf("offset %d, want %d", f.got, f.want)
		}
	}
}

func TestTileComputesItsProductAndTouchesNothingElse(t *testing.T) {
	tiers(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			in := func(lo, hi int, name string) int { return rapid.IntRange(lo, hi).Draw(t, name) }
			k, rows, vecs := in(1, 40, "k"), in(1, Rows, "rows"), in(1, 3, "vectors")
			l := Lanes()
			ldc := 3*l + in(0, 5, "gap")
			a, b, bias := numbers(1, Rows*k), numbers(2, 200+l), numbers(3, Rows)
			c, intact := fenced((rows-1)*ldc + 3*l)
			tile := Tile{A: &a[0], K: k, LDC: ldc, Rows: rows, Vecs: vecs}
			off := make([]int, k)
			for i := range off {
				off[i] = in(0, 100, "offset")
			}
			tile.Off = &off[0]
			mode := in(0, 2, "start")
			switch mode {
			case 1:
				tile.Bias = &bias[0]
			case 2:
				tile.Accumulate = 1
			}
			want := slices.Clone(c)
			starts := make([]int, 3)
			for v := range vecs {
				starts[v] = in(0, 100, "start")
				tile.B[v], tile.C[v], tile.Lanes[v] = &b[starts[v]], &c[v*l], in(1, l, "lanes")
				for r := range rows {
					for j := range tile.Lanes[v] {
						s := [3]float64{0, float64(bias[r]), float64(canary)}[mode]
						for i, o := range off {
							s += float64(a[8*i+r]) * float64(b[starts[v]+o+j])
						}
						want[r*ldc+v*l+j] = float32(s)
					}
				}
			}
			tile.Run()
			for i, w := range want {
				if math.Abs(float64(c[i]-w)) > 1e-5+1e-6*math.Abs(float64(w)) {
					t.Fatalf("element %d is %v, want %v", i, c[i], w)
				}
			}
			if !intact() {
				t.Fatal("wrote outside the result")
			}
		})
	})
}

// A row is what the tile of one row is, bit for bit in the assembly tiers, which add in the same order.
func TestARowIsATileOfOneRow(t *testing.T) {
	tiers(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			l := Lanes()
			k, n := rapid.IntRange(1, 40).Draw(t, "k"), rapid.IntRange(l, 20*l).Draw(t, "n")
			a, off := numbers(1, Rows*k), make([]int, k)
			for i := range off {
				off[i] = rapid.IntRange(0, 100).Draw(t, "offset")
			}
			src, bias := numbers(2, 100+n+l), numbers(3, Rows)
			got, intact := fenced(n)
			Row(got, src[:slices.Max(off)+n], off, a, bias[0])
			for j := 0; j < n; j += l {
				want, lanes := make([]float32, l), min(l, n-j)
				tile := Tile{A: &a[0], Off: &off[0], K: k, Rows: 1, Vecs: 1, Bias: &bias[0]}
				tile.B[0], tile.C[0], tile.Lanes[0] = &src[j], &want[0], lanes
				tile.Run()
				for i, w := range want[:lanes] {
					if got[j+i] != w {
						t.Fatalf("element %d is %v, want %v", j+i, got[j+i], w)
					}
				}
			}
			if !intact() {
				t.Fatal("wrote outside the result")
			}
		})
	})
}

func TestTransposeAndFillPanelMoveEveryElement(t *testing.T) {
	tiers(t, func(t *testing.T) {
		src := numbers(1, 3*8*40)
		dst, intact := fenced(3*8*10 - 2)
		Block8{LDD: 10, DstStep: 80, LDS: 40, SrcStep: 8, Count: 3}.Transpose(dst, src)
		for i := range 3 * 64 {
			b, r, c := i/64, i/8%8, i%8
			if got, want := dst[b*80+c*10+r], src[b*8+r*40+c]; got != want {
				t.Fatalf("block %d row %d column %d: %v, want %v", b, r, c, got, want)
			}
		}
		if !intact() {
			t.Error("transposition wrote outside its destination")
		}
		off := []int{0, 50, 7}
		chunks := []Chunk{{0, 0}, {20, 5}, {100, 10}}
		width := 10 + Lanes()
		panel, intact := fenced(3*width + Slack)
		FillPanel(panel, width, src, off, chunks)
		for k, o := range off {
			for i := range width {
				want := src[o+i]
				if i >= 5 {
					want = src[o+20+i-5]
				}
				if i >= 10 {
					want = src[o+100+i-10]
				}
				if panel[k*width+i] != want {
					t.Fatalf("panel row %d element %d is %v, want %v", k, i, panel[k*width+i], want)
				}
			}
		}
		if !intact() {
			t.Error("filling wrote outside the panel and its slack")
		}
	})
}

func TestInterleaveAndDeinterleaveAreInverse(t *testing.T) {
	tiers(t, func(t *testing.T) {
		for n := range 70 {
			src := numbers(9, n)
			even, okEven := fenced((n + 1) / 2)
			odd, okOdd := fenced(n / 2)
			back, okBack := fenced(n)
			Deinterleave(even, odd, src)
			for i, v := range src {
				if got := [][]float32{even, odd}[i%2][i/2]; got != v {
					t.Fatalf("n=%d: element %d became %v, want %v", n, i, got, v)
				}
			}
			Interleave(back, even, odd)
			if !slices.Equal(back, src) || !okEven() || !okOdd() || !okBack() {
				t.Fatalf("n=%d: not restored, or a fence broken", n)
			}
		}
	})
}

func TestElementwiseKernelsStayInBounds(t *testing.T) {
	tiers(t, func(t *testing.T) {
		for n := range 75 {
			a, b, c, d := numbers(1, n), numbers(2, n), numbers(3, n), numbers(4, n)
			for name, f := range map[string]func(dst []float32){
				"add": func(x []float32) { Add(x, a, b) }, "sub": func(x []float32) { Sub(x, a, b) },
				"mul": func(x []float32) { Mul(x, a, b) }, "max": func(x []float32) { Max(x, a, b) },
				"scale": func(x []float32) { Scale(x, a, 2) }, "offset": func(x []float32) { Offset(x, a, 2) },
				"axpy": func(x []float32) { Axpy(2, a, x) }, "blend": func(x []float32) { Blend(x, a, b, .75, .25) },
				"fir4": func(x []float32) { FIR4(x, a, b, c, d, .25, .75) }, "leaky": func(x []float32) { Leaky(x, a, .2, 1, 1) },
				"noise leaky": func(x []float32) { NoiseLeaky(x, a, b, .5, .2, 1, 1) },
				"leaky grad":  func(x []float32) { LeakyGrad(x, a, b, .2, 1) },
				"adam": func(x []float32) {
					AdamStep{.9, .1, .999, .001, .05, 1, 1e-8}.Run(x, a, slices.Clone(b), slices.Repeat([]float32{1}, n))
				},
			} {
				dst, intact := fenced(n)
				f(dst)
				if !intact() {
					t.Errorf("%s of %d elements wrote outside its destination", name, n)
				}
				if i := slices.Index(dst, canary); i >= 0 {
					t.Errorf("%s of %d elements left element %d alone", name, n, i)
				}
			}
		}
	})
}

func TestForcingATierNeedsAProcessorThatHasIt(t *testing.T) {
	for _, c := range []struct {
		forced string
		want   Tier
		fails  bool
	}{{"portable", Portable, false}, {"", Best(), false}, {Best().String(), Best(), false}, {"sse9", Best(), true}} {
		if got, err := choose(c.forced); got != c.want || (err != nil) != c.fails {
			t.Errorf("forced %q: %v, %v; want %v", c.forced, got, err, c.want)
		}
	}
}
