package compute

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// withProcessors runs f under some values of GOMAXPROCS, also more than the machine has.
func withProcessors(f func(processors int)) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	for _, n := range []int{1, 2, 3, 8} {
		runtime.GOMAXPROCS(n)
		f(n)
		settle()
	}
}

// settle waits until the last helpers, which linger for a while, are gone.
func settle() {
	for helpers.Load() != 0 {
		time.Sleep(time.Millisecond)
	}
}

func TestSplitVisitsEveryElementOnce(t *testing.T) {
	withProcessors(func(processors int) {
		for _, n := range []int{0, 1, 2, 7, 100, 1001} {
			for _, grain := range []int{0, 1, 3, 1000} {
				visits := make([]atomic.Int32, n)
				Split(n, grain, func(lo, hi int) {
					if hi-lo < min(grain, n) && hi != n {
						t.Errorf("part [%d,%d) of %d is shorter than %d", lo, hi, n, grain)
					}
					for i := lo; i < hi; i++ {
						visits[i].Add(1)
					}
				})
				for i := range visits {
					if v := visits[i].Load(); v != 1 {
						t.Fatalf("%d processors: element %d of %d was visited %d times", processors, i, n, v)
					}
				}
			}
		}
	})
}

// Callers that are within a call already never wait, so that there may be as many at work as there are callers; helpers are
// fewer than processors, whatever the number of callers.
func TestSplitTakesOnlyIdleProcessors(t *testing.T) {
	withProcessors(func(processors int) {
		var running, most atomic.Int64
		measure := func(int, int) {
			n := running.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(20 * time.Microsecond)
			running.Add(-1)
		}
		const callers = 4
		var wait sync.WaitGroup
		for range callers {
			wait.Go(func() {
				for range 5 {
					Split(4, 1, func(int, int) { Split(16, 1, measure) })
				}
			})
		}
		wait.Wait()
		if limit := int64(callers + processors - 1); most.Load() > limit {
			t.Errorf("%d parts at a time for %d callers and %d processors", most.Load(), callers, processors)
		}
	})
}

// large runs every operation that divides its work on data large enough to be divided.
func large() []float32 {
	x, w := random(1, 1, 24, 44, 36), random(2, 40, 24, 3, 3)
	strided := Params{Stride: [2]int{2, 2}, Pad: [4]int{1, 1, 1, 1}}
	deep, wide := random(3, 1, 256, 4, 4), random(4, 128, 256, 3, 3)
	y, u := Conv2D(x, w, random(5, 40).Data, Same3x3), UpConv(x, w)
	sum := make([]float64, 40*40)
	AddGram(sum, y)
	var all []float32
	for _, t := range []*Tensor{
		y, u, Conv2D(x, w, nil, strided), NewRenderFilter(w, Same3x3).Conv(x, nil),
		Conv2D(deep, wide, nil, Same3x3), Conv2DGradInput(Conv2D(deep, wide, nil, Same3x3), wide, 4, 4, Same3x3),
		Conv2D(x, random(6, 24, 1, 3, 3), nil, Params{Pad: Same3x3.Pad, Groups: 24}),
		Conv2DGradInput(y, w, 44, 36, Same3x3), Conv2DGradWeight(x, y, 3, 3, Same3x3),
		UpConvGradInput(u, w), UpConvGradWeight(x, u), Blur(u, 1, 1), Upsample2x(y), Upsample2xGrad(y),
		MatMul(y.Reshape(40, 44*36), random(7, 44*36, 130)), Linear(random(8, 2, 700), random(9, 300, 700), nil),
		Demodulate(wide, random(10, 2, 256), 0.1), MaxPool2D(y, [2]int{3, 3}, strided),
	} {
		all = append(all, t.Data...)
	}
	n := 100_003
	a, b := random(11, n).Data, random(12, n).Data
	m, v := make([]float32, n), make([]float32, n)
	DefaultAdam(0.1).Step(1, a, b, m, v)
	Axpy(0.3, a, b)
	LeakyReLU(m, b, 0.2, 1.4)
	NoiseBiasAct(y, random(13, 1, 1, 44, 36), 0.3, random(14, 40).Data)
	all = append(append(append(all, a...), m...), y.Data...)
	return append(all, float32(sum[5]), float32(sum[40*39]), float32(L1(a, b)), float32(L2(a, b)))
}

func TestResultsDoNotDependOnTheNumberOfProcessors(t *testing.T) {
	tiers(t, func(t *testing.T) {
		var want []float32
		withProcessors(func(processors int) {
			got := large()
			if want == nil {
				want = got
			} else if !slices.Equal(got, want) {
				t.Errorf("%d processors give other results than one", processors)
			}
		})
	})
}

func TestNobodyHelpsWhereEveryProcessorIsOccupied(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	settle()
	for range 2 {
		defer Occupy()()
	}
	parts := 0 // no atomic: all parts are this goroutine's
	split(1000, 1, true, func(lo, hi int) {
		parts++
		if n := helpers.Load(); n != 0 {
			t.Errorf("%d helpers while both processors are occupied", n)
		}
	})
	if parts != 1 {
		t.Errorf("%d parts for one processor", parts)
	}
}
