package compute

import (
	"slices"
	"testing"
)

func TestConvTranspose2DGivesTheSizeAndValuesOfItsDefinition(t *testing.T) {
	tiers(t, func(t *testing.T) {
		// Two input pixels of one row, kernel [1 10 100], stride 2, output padding 1, one pixel cut at the left.
		x, w := From([]float32{1, 2}, 1, 1, 1, 2), From([]float32{1, 10, 100}, 1, 1, 1, 3)
		y := ConvTranspose2D(x, w, []float32{0.5}, Params{Stride: [2]int{1, 2}, Pad: [4]int{0, 1, 0, 0}}, [2]int{0, 1})
		want := []float64{10.5, 102.5, 20.5, 200.5, 0.5}
		if len(y.Data) != len(want) {
			t.Fatalf("shape %v, want width %d", y.Shape, len(want))
		}
		near(t, "transposed convolution", y.Data, func(i int) float64 { return want[i] }, 0)
	})
}

func TestChannelPassesTreatEveryChannelAlone(t *testing.T) {
	tiers(t, func(t *testing.T) {
		x := random(1, 2, 3, 5, 9)
		mean := GlobalAvgPool(x)
		biased := x.Clone()
		AddChannelBias(biased, []float32{1, 2, 3})
		near(t, "bias", GlobalAvgPool(biased).Data, func(i int) float64 { return float64(mean.Data[i]) + float64(i%3+1) }, 1e-6)
		near(t, "mean", mean.Data, func(i int) float64 {
			var s float64
			for _, v := range x.Data[i*45:][:45] {
				s += float64(v)
			}
			return s / 45
		}, 1e-6)
	})
}

func TestOperationsOnNothingGiveNothingOrZeros(t *testing.T) {
	w := random(1, 4, 3, 3, 3)
	if y := Conv2D(New(1, 3, 1, 1), w, nil, Params{}); y.Len() != 0 {
		t.Errorf("a kernel larger than its image gives %v", y)
	}
	dx, dw := random(2, 1, 3, 2, 2), random(3, 4, 3, 3, 3)
	Conv2DGradInputInto(dx, New(1, 4, 0, 0), w, Params{})
	Conv2DGradWeightInto(dw, New(1, 3, 2, 2), New(1, 4, 0, 0), Params{}, nil)
	for _, g := range []*Tensor{dx, dw} {
		near(t, "gradient of nothing", g.Data, func(int) float64 { return 0 }, 0)
	}
}

func TestWrongShapesPanicWithTheNameOfTheOperation(t *testing.T) {
	x, w := New(1, 3, 4, 4), New(4, 3, 3, 3)
	for name, f := range map[string]func(){
		"channels":        func() { Conv2D(New(1, 2, 4, 4), w, nil, Same3x3) },
		"groups":          func() { Conv2D(x, w, nil, Params{Groups: 3}) },
		"bias":            func() { Conv2D(x, w, make([]float32, 3), Same3x3) },
		"result":          func() { Conv2DInto(New(1, 4, 3, 4), x, w, nil, Same3x3) },
		"gradient":        func() { Conv2DGradInput(New(1, 3, 4, 4), w, 4, 4, Same3x3) },
		"weight gradient": func() { Conv2DGradWeight(x, New(1, 4, 3, 3), 3, 3, Same3x3) },
		"up-convolution":  func() { UpConv(x, New(4, 3, 1, 1)) },
		"blur":            func() { Blur(New(1, 1, 1, 1), 0, 0) },
		"product":         func() { MatMul(New(2, 3), New(2, 3)) },
		"styles":          func() { ScaleChannels(x, New(1, 4)) },
		"noise":           func() { NoiseBiasAct(x, New(1, 1, 3, 4), 1, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a wrong shape (%s) was accepted", name)
				}
			}()
			f()
		}()
	}
}

func TestTheTierInUseIsNamed(t *testing.T) {
	if err := TierError(); err != nil {
		t.Fatal(err)
	}
	if tier := Tier(); !slices.Contains([]string{"portable", "avx2", "avx512", "amx"}, tier) {
		t.Errorf("tier %q", tier)
	}
}
