package gan_test

import (
	"bytes"
	"image/png"
	"math"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
)

func TestQuantiseClampsAndTruncates(t *testing.T) {
	for _, c := range []struct {
		x    float32
		want uint8
	}{
		{-1, 0}, {1, 255}, {0, 127}, {-7, 0}, {7, 255}, {0.999, 254}, {-0.993, 0}, {-0.992, 1},
		{float32(math.Inf(1)), 255}, {float32(math.Inf(-1)), 0},
	} {
		if got := gan.Quantise(compute.From([]float32{c.x}, 1))[0]; got != c.want {
			t.Errorf("%v becomes %d, want %d", c.x, got, c.want)
		}
	}
}

// Reading bytes back and quantising again must not move a value by more than the truncation's one.
func TestDequantiseIsWithinOneByte(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for i, b := range gan.Quantise(gan.Dequantise(all, 256)) {
		if d := i - int(b); d < 0 || d > 1 {
			t.Errorf("byte %d becomes %d", i, b)
		}
	}
}

func TestPNGHoldsTheQuantisedPixels(t *testing.T) {
	x := image(t, toy(t), rows(1))
	var b bytes.Buffer
	if err := gan.EncodePNG(&b, x); err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	planes := gan.Quantise(x)
	for p := range 32 * 32 {
		r, g, bl, _ := m.At(p%32, p/32).RGBA()
		if byte(r>>8) != planes[p] || byte(g>>8) != planes[1024+p] || byte(bl>>8) != planes[2048+p] {
			t.Fatalf("pixel %d differs", p)
		}
	}
	if err := gan.EncodePNG(&b, compute.New(1, 4, 2, 2)); err == nil {
		t.Error("four channels were accepted")
	}
}
