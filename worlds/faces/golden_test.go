package faces

import (
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"rewriting/worlds/axes"
	"rewriting/worlds/worldtest"
)

var update = flag.Bool("update", false, "write testdata anew")

const columns, rows = 4, 2

// sheet puts pictures of columns*rows latents side by side, the label in alpha
// (255 - label), so that one file holds both.
func sheet() *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, columns*size, rows*size))
	level := func(v float32) uint8 { return uint8(math.Round(127.5*float64(v) + 127.5)) }
	for n, z := range worldtest.Latents(columns*rows, axes.Dim, 1) {
		p := world.Render(z)
		for i := range size * size {
			img.SetNRGBA(n%columns*size+i%size, n/columns*size+i/size, color.NRGBA{
				level(p.RGB[i]), level(p.RGB[size*size+i]), level(p.RGB[2*size*size+i]), 255 - p.Label[i]})
		}
	}
	return img
}

// The networks of this world were trained on these very pictures (they are the
// first of the training pool of seed 1). One level of difference is allowed,
// for processors that fuse multiplication and addition.
func TestPicturesAreThoseTheNetworksWereTrainedOn(t *testing.T) {
	path := filepath.Join("testdata", "faces.png")
	got := sheet()
	if *update {
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := png.Encode(f, got); err != nil {
			t.Fatal(err)
		}
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
