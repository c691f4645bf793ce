package picture

import (
	"bytes"
	"errors"
	"image/png"
	"math"
	"testing"

	"rewriting/compute"
)

func square(values ...float32) *compute.Tensor {
	t := compute.New(1, 3, 1, 1)
	copy(t.Data, values)
	return t
}

// 1.02 and -1.02 are what a network gives that overshoots: the published script for clean images let them wrap around.
func TestP15ValuesOutOfRangeAreClampedNotWrapped(t *testing.T) {
	got, err := Quantise(square(1.04, -1.04, 0))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, []byte{255, 0, 127}) {
		t.Errorf("got %v", got)
	}
}

// Cutting instead of rounding loses a level where byte/255 is not exact in float32; a second pass must lose no more than that.
func TestReadingBackStaysWithinOneLevel(t *testing.T) {
	for b := range 256 {
		again, err := Quantise(Tensor([]byte{byte(b), byte(b), byte(b)}, 1))
		if err != nil {
			t.Fatal(err)
		}
		if d := b - int(again[0]); d < 0 || d > 1 {
			t.Errorf("level %d came back as %d", b, again[0])
		}
	}
}

func TestRoundTripIsQuantiseAndTensor(t *testing.T) {
	x := square(0.3, -0.77, 2)
	pixels, err := Quantise(x)
	if err != nil {
		t.Fatal(err)
	}
	want, got := Tensor(pixels, 1), RoundTrip(x)
	for i := range want.Data {
		if want.Data[i] != got.Data[i] {
			t.Errorf("entry %d: %v, want %v", i, got.Data[i], want.Data[i])
		}
	}
}

func TestANumberThatIsNotFiniteIsNamed(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if _, err := Quantise(square(0, float32(bad), 0)); !errors.Is(err, ErrNotFinite) {
			t.Errorf("%v gave %v", bad, err)
		}
	}
}

func TestAGridHoldsEveryPicture(t *testing.T) {
	img, err := png.Decode(bytes.NewReader(Grid([][]byte{{255, 0, 0}, {0, 255, 0}, {0, 0, 255}}, 1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	if s := img.Bounds().Size(); s.X != 8 || s.Y != 8 {
		t.Fatalf("size %v", s)
	}
	if _, _, b, _ := img.At(2, 5).RGBA(); b != 0xffff {
		t.Error("the third picture is not in the second row")
	}
}
