package compute

import (
	"slices"
	"sync"
	"testing"
)

// everything runs one of each operation and returns all results in one slice.
func everything(seed uint64) []float32 {
	x, w := random(seed, 2, 24, 9, 10), random(seed+1, 16, 24, 3, 3)
	y := Conv2D(x, w, nil, Same3x3)
	u := UpConv(x, w)
	var all []float32
	for _, t := range []*Tensor{
		y, u, Conv2DGradInput(y, w, 9, 10, Same3x3), Conv2DGradWeight(x, y, 3, 3, Same3x3),
		UpConvGradInput(u, w), UpConvGradWeight(x, u), Blur(u, 1, 1), Upsample2x(x),
		MaxPool2D(x, [2]int{3, 3}, Params{Stride: [2]int{2, 2}}),
		MatMul(random(seed, 7, 33), random(seed, 33, 21)), Demodulate(w, random(seed, 2, 24), 0.1),
	} {
		all = append(all, t.Data...)
	}
	return all
}

func TestConcurrentCallsGiveBitwiseTheSameResults(t *testing.T) {
	tiers(t, func(t *testing.T) {
		want := [][]float32{everything(1), everything(2)}
		var wait sync.WaitGroup
		for i := range 8 {
			wait.Go(func() {
				for range 5 {
					if !slices.Equal(everything(uint64(i%2+1)), want[i%2]) {
						t.Errorf("run %d differs", i)
					}
				}
			})
		}
		wait.Wait()
	})
}

func TestAnImageOfABatchIsTheImageAlone(t *testing.T) {
	tiers(t, func(t *testing.T) {
		x, w := random(1, 3, 20, 7, 13), random(2, 12, 20, 3, 3)
		f, up := NewFilter(w, Same3x3), NewUpFilter(w)
		for i := range 3 {
			if !slices.Equal(f.Conv(x, nil).Item(i).Data, f.Conv(x.Item(i), nil).Data) {
				t.Errorf("convolution of image %d depends on the batch", i)
			}
			if !slices.Equal(up.Conv(x).Item(i).Data, up.Conv(x.Item(i)).Data) {
				t.Errorf("up-convolution of image %d depends on the batch", i)
			}
		}
	})
}

func TestNoArgumentIsChangedOrKept(t *testing.T) {
	tiers(t, func(t *testing.T) {
		x, w := random(1, 1, 16, 8, 16), random(2, 8, 16, 1, 1)
		f := NewFilter(w, Params{})
		y := f.Conv(x, nil)
		before := slices.Clone(y.Data)
		clear(w.Data)
		if !slices.Equal(f.Conv(x, nil).Data, before) {
			t.Error("the filter follows the weight it was made from")
		}
		clear(x.Data)
		if !slices.Equal(y.Data, before) {
			t.Error("the result shares memory with the image")
		}
	})
}
