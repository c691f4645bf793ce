package folder

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
}

func encoded(t *testing.T, ext string, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	if ext == ".png" {
		err = png.Encode(&b, img)
	} else {
		err = jpeg.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPicturesArePairedByNameInTheOrderOfNumbers(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for _, name := range []string{"10.png", "9.png", "002.png", "x.png", "1000007.png", "notes.txt"} {
		write(t, filepath.Join(a, name), nil)
		write(t, filepath.Join(b, strings.Replace(name, ".png", ".JPG", 1)), nil)
	}
	s, err := Match([]string{a, b}, false)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"002", "9", "10", "1000007", "x"}; !slices.Equal(s.Names, want) {
		t.Errorf("%v, want %v", s.Names, want)
	}
	write(t, filepath.Join(a, "11.png"), nil)
	if _, err := Match([]string{a, b}, false); err == nil || !strings.Contains(err.Error(), `1 pictures are not in all of`) || !strings.Contains(err.Error(), `"11"`) {
		t.Errorf("%v", err)
	}
	if s, err := Match([]string{a, b}, true); err != nil || len(s.Names) != 5 {
		t.Errorf("%v, %v", s, err)
	}
	write(t, filepath.Join(a, "x.jpeg"), nil)
	if _, err := Match([]string{a}, false); err == nil || !strings.Contains(err.Error(), "same name without extension") {
		t.Errorf("%v", err)
	}
}

func TestEveryKindOfPictureIsReadAsItsBytes(t *testing.T) {
	colours := []color.NRGBA{{0, 128, 255, 255}, {255, 1, 2, 255}, {10, 20, 30, 255}, {200, 100, 50, 255}, {7, 7, 7, 255}, {0, 0, 0, 255}}
	rgba, palette := image.NewNRGBA(image.Rect(0, 0, 3, 2)), image.NewPaletted(image.Rect(0, 0, 3, 2), nil)
	deep, grey := image.NewNRGBA64(image.Rect(5, 5, 8, 7)), image.NewGray(image.Rect(0, 0, 3, 2))
	for i, c := range colours {
		rgba.SetNRGBA(i%3, i/3, c)
		palette.Palette = append(palette.Palette, c)
		palette.SetColorIndex(i%3, i/3, uint8(i))
		deep.Set(5+i%3, 5+i/3, c)
		grey.SetGray(i%3, i/3, color.Gray{c.R})
	}
	for name, img := range map[string]image.Image{"rgba": rgba, "palette": palette, "16 bit": deep, "grey": grey} {
		path := filepath.Join(t.TempDir(), "0.png")
		write(t, path, encoded(t, ".png", img))
		x, err := read(path)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(x.Shape, []int{1, 3, 2, 3}) {
			t.Fatalf("%s: %v", name, x.Shape)
		}
		for i, c := range colours {
			want := []uint8{c.R, c.G, c.B}
			if name == "grey" {
				want = []uint8{c.R, c.R, c.R}
			}
			for k, v := range want {
				if got := x.Data[k*6+i]; got != float32(v)/127.5-1 {
					t.Errorf("%s: pixel %d, channel %d is %v, want %d", name, i, k, got, v)
				}
			}
		}
	}
}

func TestAPaintedMaskKeepsItsColoursUnderTransparency(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	img.SetNRGBA(0, 0, color.NRGBA{200, 100, 50, 3})
	path := filepath.Join(t.TempDir(), "0.png")
	write(t, path, encoded(t, ".png", img))
	if x, err := read(path); err != nil || x.Data[0] != 200/127.5-1 {
		t.Errorf("%v, %v", x, err)
	}
}

func TestAPictureThatCannotBeReadIsNamed(t *testing.T) {
	dir := t.TempDir()
	good := encoded(t, ".jpg", image.NewGray(image.Rect(0, 0, 8, 8)))
	write(t, filepath.Join(dir, "0.jpg"), good)
	write(t, filepath.Join(dir, "1.jpg"), good[:len(good)/2])
	write(t, filepath.Join(dir, "2.png"), []byte("no picture"))
	s, err := Match([]string{dir}, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Image(0, 0); err != nil {
		t.Error(err)
	}
	for i := 1; i < 3; i++ {
		if _, err := s.Image(0, i); err == nil || !strings.Contains(err.Error(), s.Names[i]) {
			t.Errorf("%v", err)
		}
	}
}

func FuzzPicturesNeverPanic(f *testing.F) {
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "0.png")
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
		_, _ = read(path)
	})
}
