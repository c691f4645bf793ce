package metrics

import (
	"bytes"
	"errors"
	"math"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/compute"
)

func filled(t testing.TB) *Prepared {
	t.Helper()
	p := NewPrepared()
	p.mask("m", func() (*Mask, error) {
		return &Mask{H: 3, W: 3, In: []bool{true, false, true, true, false, false, false, true, true}}, nil
	})
	p.picture("p", func() (*compute.Tensor, error) { return grey(2, 3, 77), nil })
	p.numbers("n", func() ([]float64, error) { return []float64{1.5, math.Inf(-1)}, nil })
	return p
}

func TestPreparedItemsComeBackAsTheyWere(t *testing.T) {
	p := filled(t)
	b, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	q := NewPrepared()
	if err := q.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	no := errors.New("must not be derived again")
	m, err := q.mask("m", func() (*Mask, error) { return nil, no })
	if err != nil {
		t.Fatal(err)
	}
	want, _ := p.mask("m", nil)
	if d := cmp.Diff(want, m); d != "" {
		t.Error(d)
	}
	x, err := q.picture("p", func() (*compute.Tensor, error) { return nil, no })
	if err != nil || !same(x, grey(2, 3, 77)) {
		t.Errorf("%v, %v", x, err)
	}
	v, err := q.numbers("n", func() ([]float64, error) { return nil, no })
	if err != nil || !cmp.Equal(v, []float64{1.5, math.Inf(-1)}) {
		t.Errorf("%v, %v", v, err)
	}
	again, err := q.MarshalBinary()
	if err != nil || !bytes.Equal(b, again) {
		t.Errorf("written again the bytes differ (%v)", err)
	}
}

func TestEveryLevelSurvivesStorage(t *testing.T) {
	for v := range 256 {
		if got := level(value(uint8(v))); int(got) != v {
			t.Errorf("level %d comes back as %d", v, got)
		}
	}
}

func TestAPictureOffTheGridIsNotStored(t *testing.T) {
	p := NewPrepared()
	x := grey(1, 1, 3)
	x.Data[0] += 0.001
	p.picture("p", func() (*compute.Tensor, error) { return x, nil })
	if _, err := p.MarshalBinary(); err == nil {
		t.Error("stored")
	}
}

func TestConcurrentScorersDeriveAnItemOnce(t *testing.T) {
	p := NewPrepared()
	var wg sync.WaitGroup
	calls := 0
	for range 8 {
		wg.Go(func() {
			p.numbers("n", func() ([]float64, error) { calls++; return []float64{1}, nil })
		})
	}
	wg.Wait()
	if calls != 1 {
		t.Errorf("derived %d times", calls)
	}
}

func FuzzPreparedReader(f *testing.F) {
	b, err := filled(f).MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Add([]byte{1, 1, 'k', 'm', 0xff, 0xff, 3, 0xff, 0xff, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		p := NewPrepared()
		if p.UnmarshalBinary(b) != nil {
			return
		}
		if _, err := p.MarshalBinary(); err != nil {
			t.Fatal(err)
		}
	})
}
