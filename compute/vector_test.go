package compute

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// near fails the test where got and want differ by more than tolerance times the larger of 1 and |want|.
func near(t rapid.TB, what string, got []float32, want func(i int) float64, tolerance float64) {
	t.Helper()
	for i, v := range got {
		if w := want(i); math.Abs(float64(v)-w) > tolerance*max(1, math.Abs(w)) {
			t.Fatalf("%s: element %d of %d is %v, want %v", what, i, len(got), v, w)
		}
	}
}

// elementTolerance allows three roundings of float32 in a row.
const elementTolerance = 3.0 / (1 << 23)

func TestElementwisePassesFollowTheirFormulas(t *testing.T) {
	tiers(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.IntRange(0, 100).Draw(t, "n")
			a, b := random(1, n).Data, random(2, n).Data
			f := func(x []float32, i int) float64 { return float64(x[i]) }
			dst := make([]float32, n)
			Add(dst, a, b)
			near(t, "add", dst, func(i int) float64 { return f(a, i) + f(b, i) }, elementTolerance)
			Sub(dst, a, b)
			near(t, "sub", dst, func(i int) float64 { return f(a, i) - f(b, i) }, elementTolerance)
			Mul(dst, a, b)
			near(t, "mul", dst, func(i int) float64 { return f(a, i) * f(b, i) }, elementTolerance)
			copy(dst, a)
			Scale(dst, 3)
			near(t, "scale", dst, func(i int) float64 { return 3 * f(a, i) }, elementTolerance)
			copy(dst, a)
			Axpy(-0.5, b, dst)
			near(t, "axpy", dst, func(i int) float64 { return f(a, i) - 0.5*f(b, i) }, elementTolerance)
			LeakyReLU(dst, a, 0.2, 1.5)
			near(t, "leaky", dst, func(i int) float64 { return 1.5 * max(f(a, i), 0.2*f(a, i)) }, elementTolerance)
			LeakyReLUGrad(dst, a, b, 0.2, 1.5)
			near(t, "leaky gradient", dst, func(i int) float64 {
				if a[i] > 0 {
					return 1.5 * f(b, i)
				}
				return 0.3 * f(b, i)
			}, elementTolerance)
			var dot, sum, l1, l2 float64
			for i := range n {
				d := f(a, i) - f(b, i)
				dot, sum, l1, l2 = dot+f(a, i)*f(b, i), sum+f(a, i), l1+math.Abs(d), l2+d*d
			}
			near(t, "sums in float32", []float32{Dot(a, b), Sum(a)}, func(i int) float64 { return []float64{dot, sum}[i] }, 1e-5)
			if math.Abs(L1(a, b)-l1) > 1e-12*(1+l1) || math.Abs(L2(a, b)-l2) > 1e-12*(1+l2) {
				t.Fatalf("L1 and L2 are %v, %v; want %v, %v", L1(a, b), L2(a, b), l1, l2)
			}
		})
	})
}

func TestPassesOverTapsFollowTheirFormulas(t *testing.T) {
	tiers(t, func(t *testing.T) {
		for _, taps := range []int{1, 4, 9} {
			for n := 1; n < 40; n++ {
				w, f, dst := random(1, n, 1, 1, taps), random(2, n).Data, make([]float32, n*taps)
				near(t, "squares", SquaredTaps(w).Data, func(i int) float64 {
					var s float64
					for _, v := range w.Data[i*taps:][:taps] {
						s += float64(v) * float64(v)
					}
					return s
				}, 1e-6)
				before := random(3, n, 1, 1, taps)
				copy(dst, before.Data)
				plus := &Scaled{Weight: w, Factor: From(f, n, 1)}
				plus.addTo(From(dst, n, 1, 1, taps))
				near(t, "scaled", dst, func(i int) float64 {
					return float64(before.Data[i]) + float64(w.Data[i])*float64(f[i/taps])
				}, elementTolerance)
			}
		}
	})
}

func TestLeakyReLUGradAtZeroTakesTheLowSlope(t *testing.T) {
	tiers(t, func(t *testing.T) {
		y, dy := make([]float32, 9), make([]float32, 9)
		for i := range dy {
			dy[i] = 1
		}
		LeakyReLUGrad(dy, y, dy, 0.25, 2)
		near(t, "gradient", dy, func(int) float64 { return 0.5 }, 0)
	})
}

func TestAdamFollowsItsFormula(t *testing.T) {
	tiers(t, func(t *testing.T) {
		const n, rate = 19, 0.05
		w := random(1, n).Data
		m, v := make([]float32, n), make([]float32, n)
		want, m64, v64 := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range want {
			want[i] = float64(w[i])
		}
		for step := 1; step <= 20; step++ {
			g := random(uint64(step)+7, n).Data
			g[3] = 0
			DefaultAdam(rate).Step(step, w, g, m, v)
			for i := range want {
				d := float64(g[i])
				m64[i] = 0.9*m64[i] + 0.1*d
				v64[i] = 0.999*v64[i] + 0.001*d*d
				c1, c2 := 1-math.Pow(0.9, float64(step)), 1-math.Pow(0.999, float64(step))
				want[i] -= rate / c1 * m64[i] / (math.Sqrt(v64[i])/math.Sqrt(c2) + 1e-8)
			}
		}
		near(t, "weights after 20 steps", w, func(i int) float64 { return want[i] }, 1e-5)
	})
}

func TestAdamKeepsSubnormalMomentsHarmless(t *testing.T) {
	tiers(t, func(t *testing.T) {
		w, g := make([]float32, 16), make([]float32, 16)
		m, v := make([]float32, 16), make([]float32, 16)
		for i := range m {
			m[i], v[i] = 1e-39, 1e-42
		}
		DefaultAdam(0.05).Step(1000, w, g, m, v)
		near(t, "weights", w, func(int) float64 { return 0 }, 1e-9)
	})
}

func TestMatMulAndLinearFollowTheDefinition(t *testing.T) {
	tiers(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			in := func(name string) int { return rapid.IntRange(1, 50).Draw(t, name) }
			m, k, n := in("m"), in("k"), in("n")
			a, b, bias := random(1, m, k), random(2, k, n), random(3, n).Data
			want, bt := newSums(m*n), New(n, k)
			for i := range m {
				for j := range n {
					for l := range k {
						want.add(i*n+j, a.Data[i*k+l], b.Data[l*n+j])
						bt.Data[j*k+l] = b.Data[l*n+j]
					}
				}
			}
			if e := want.relative(MatMul(a, b).Data); e > directTolerance {
				t.Errorf("product is off by %.2g", e)
			}
			for i := range m * n {
				want.add(i, bias[i%n], 1)
			}
			if e := want.relative(Linear(a, bt, bias).Data); e > directTolerance {
				t.Errorf("linear layer is off by %.2g", e)
			}
		})
	})
}
