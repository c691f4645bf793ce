package rewrite

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"rewriting/compute"
)

func TestTheMomentIsTheMeanOuterProductOfAllKeys(t *testing.T) {
	for _, in := range []int{1, 4, 7} {
		cut, table := newLinearCut(in, 2, 5, 3), linearTable()
		want := make([]float64, in*in)
		s, err := cut.Context(table)
		if err != nil {
			t.Fatal(err)
		}
		for b := range table.Dim(0) {
			for p := range 25 {
				for i := range in {
					for j := range in {
						want[i*in+j] += float64(s.Key.Data[(b*in+i)*25+p]) * float64(s.Key.Data[(b*in+j)*25+p]) / float64(25*table.Dim(0))
					}
				}
			}
		}
		m := measured(t, cut, table)
		if m.Rows != int64(25*table.Dim(0)) {
			t.Errorf("%d rows", m.Rows)
		}
		for i := range want {
			if math.Abs(m.C[i]-want[i]) > 1e-6*math.Abs(want[0]) { // runs of pixels are summed in float32
				t.Errorf("%d channels: C[%d] = %.15g, want %.15g", in, i, m.C[i], want[i])
			}
		}
	}
}

func TestTheMomentDoesNotDependOnTheNumberOfProcessors(t *testing.T) {
	cut, table := newLinearCut(6, 2, 4, 3), linearTable()
	before := runtime.GOMAXPROCS(1)
	one := measured(t, cut, table)
	runtime.GOMAXPROCS(3)
	three := measured(t, cut, table)
	runtime.GOMAXPROCS(before)
	if !slices.Equal(one.C, three.C) {
		t.Error("one and three processors differ")
	}
}

func TestMeasuringReportsProgressAndCanBeStopped(t *testing.T) {
	cut, table := newLinearCut(3, 2, 4, 3), linearTable()
	last := 0
	if _, err := Measure(t.Context(), cut, table, func(done, total int) {
		if done <= last || total != 37 {
			t.Errorf("progress %d of %d after %d", done, total, last)
		}
		last = done
	}); err != nil || last != 37 {
		t.Errorf("%v, at the end %d", err, last)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Measure(ctx, cut, table, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

func TestMeasuringNamesTheImagesThatFail(t *testing.T) {
	cut, table := newLinearCut(3, 2, 4, 3), linearTable()
	table.Data[30*linearDim] = float32(math.NaN())
	_, err := Measure(t.Context(), cut, table, nil)
	if err == nil || err.Error() != "second moment of conv.weight: keys of images 30 to 36: not a number in z" {
		t.Error(err)
	}
}

func TestWhitenedKeysHaveTheIdentityAsMoment(t *testing.T) {
	m := measured(t, newLinearCut(7, 2, 5, 3), linearTable())
	z, err := m.Whitening()
	if err != nil {
		t.Fatal(err)
	}
	inverse, err := m.Inverse()
	if err != nil {
		t.Fatal(err)
	}
	var zcz, zz mat.Dense
	zcz.Product(z, mat.NewSymDense(m.In, m.C), z)
	zz.Mul(z, z)
	for i := range m.In {
		for j := range m.In {
			want := 0.0
			if i == j {
				want = 1
			}
			if math.Abs(zcz.At(i, j)-want) > 1e-9 {
				t.Errorf("(Z C Z)[%d,%d] = %g", i, j, zcz.At(i, j))
			}
			if math.Abs(zz.At(i, j)-inverse.At(i, j)) > 1e-9*math.Abs(inverse.At(i, i)) {
				t.Errorf("Z² and C⁻¹ differ at %d,%d", i, j)
			}
		}
	}
}

func TestASingularMomentDoesNotGiveInfiniteKeys(t *testing.T) {
	m := &Moment{In: 3, Rows: 1, C: []float64{1, 1, 0, 1, 1, 0, 0, 0, 0}}
	z, err := m.Whitening()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range z.RawMatrix().Data {
		if math.IsNaN(v) || math.Abs(v) > 1e8 {
			t.Errorf("Z has %g", v)
		}
	}
	if _, err := (&Moment{In: 2, C: make([]float64, 4)}).Whitening(); err == nil {
		t.Error("a layer without any activity was whitened")
	}
}

func TestKeysThatAreNotFiniteAreAnError(t *testing.T) {
	cut := newLinearCut(2, 2, 2, 1)
	cut.mix.Data[0] = float32(math.Inf(1))
	if _, err := Measure(t.Context(), cut, compute.From([]float32{1, 1, 1, 1, 1, 1}, 1, 6), nil); err == nil {
		t.Error("infinite keys were averaged")
	}
}
