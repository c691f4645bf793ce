package gan_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"rewriting/gan"
)

func TestAnNVIDIAPickleRendersAsTheOfficialContainer(t *testing.T) {
	want := image(t, toy(t), rows(2))
	for _, name := range []string{"nvidia.pkl", "ada3.pkl"} { // protocols 4 and 3
		g, err := gan.LoadFile(context.Background(), "testdata/"+name, gan.Options{Truncation: 0.5})
		if err != nil {
			t.Fatal(err)
		}
		if d := distance(image(t, g, rows(2)), want); d != 0 {
			t.Errorf("%s: the picture differs by %g", name, d)
		}
		if info := g.Info(); info.Kind != "stylegan2" || info.LatentDim != 8 || info.Resolution != 32 || !strings.Contains(info.Note, "noise_const") {
			t.Errorf("%s: information %+v", name, info)
		}
		var b bytes.Buffer
		if err := gan.Save(&b, g); err != nil {
			t.Fatal(err)
		}
		again, err := gan.Load(context.Background(), bytes.NewReader(b.Bytes()), gan.Options{Truncation: 0.5})
		if err != nil {
			t.Fatal(err)
		}
		if distance(image(t, again, rows(2)), want) != 0 {
			t.Errorf("%s: saved as the official container it renders another picture", name)
		}
	}
}

func TestPicklesThatCannotBeDrawnAreOneLineEach(t *testing.T) {
	whole, err := os.ReadFile("testdata/nvidia.pkl")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, file string
		change     func([]byte) []byte
		want       string
	}{
		{"StyleGAN3", "stylegan3.pkl", nil, "a StyleGAN3 pickle"},
		{"class-conditional", "conditional.pkl", nil, "G_ema: c_dim = 10; only 0 is drawn here"},
		{"cut short", "nvidia.pkl", func(b []byte) []byte { return b[:len(b)/2] }, "the pickle ends in the middle of an instruction"},
		{"no generator", "nvidia.pkl", func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("G_ema"), []byte("G_emx")) }, `no entry "G_ema"`},
		{"a tensor by another name", "nvidia.pkl", func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("w_avg"), []byte("w_avx")) }, `unexpected tensor "mapping.w_avx"`},
		{"a part by another name", "nvidia.pkl", func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("torgb"), []byte("torgx")) }, `tensor "to_rgb1.bias" is missing`},
	} {
		b := whole
		if c.file != "nvidia.pkl" {
			if b, err = os.ReadFile("testdata/" + c.file); err != nil {
				t.Fatal(err)
			}
		}
		if c.change != nil {
			b = c.change(b)
		}
		_, err := gan.Load(context.Background(), bytes.NewReader(b), gan.Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
