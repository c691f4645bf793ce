package worldtest

import (
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"testing"

	"rewriting/worlds"
)

var update = flag.Bool("update", false, "write testdata anew")

const columns, rows = 4, 2

// sheet puts the pictures of the first latents of seed 1 side by side, the
// label in alpha (255 - label), so that one file holds both.
func sheet(w worlds.World) *image.NRGBA {
	size := w.Size()
	img := image.NewNRGBA(image.Rect(0, 0, columns*size, rows*size))
	level := func(v float32) uint8 { return uint8(math.Round(127.5*float64(v) + 127.5)) }
	for n, z := range Latents(columns*rows, w.LatentDim(), 1) {
		p := w.Render(z)
		for i := range size * size {
			img.SetNRGBA(n%columns*size+i%size, n/columns*size+i/size, color.NRGBA{
				level(p.RGB[i]), level(p.RGB[size*size+i]), level(p.RGB[2*size*size+i]), 255 - p.Label[i]})
		}
	}
	return img
}

// Golden compares eight pictures with those in a file, or writes it if the
// test runs with -update. They are the first of the training pool of seed 1:
// the world's networks were trained on these very pictures. One level of
// difference is allowed, for processors that fuse multiplication and addition.
func Golden(t *testing.T, w worlds.World, path string) {
	t.Helper()
	got := sheet(w)
	if *update {
		write(t, path, got)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	decoded, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	want, ok := decoded.(*image.NRGBA)
	if !ok || want.Bounds() != got.Bounds() {
		t.Fatalf("%s holds %T of %v", path, decoded, decoded.Bounds())
	}
	for i, v := range want.Pix {
		allowed := 1
		if i%4 == 3 {
			allowed = 0 // labels
		}
		if d := int(v) - int(got.Pix[i]); d > allowed || d < -allowed {
			t.Fatalf("byte %d of the sheet is %d, was %d", i, got.Pix[i], v)
		}
	}
}

func write(t *testing.T, path string, img image.Image) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
