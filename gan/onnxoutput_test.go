package gan_test

import (
	"bytes"
	"strings"
	"testing"

	"rewriting/gan"
	"rewriting/onnx/write"
)

// twoPictures is a generator with the outputs "features_out" and, of half the size, "thumbnail_out".
func twoPictures() []byte {
	b := write.New("z", 1, 4, 1, 1)
	b.Output(b.Node("features", "ConvTranspose", []string{b.Weight("w", wave(4, 3, 8, 8))}))
	b.Node("thumbnail", "AveragePool", nil, "kernel_shape", []int{2, 2}, "strides", []int{2, 2})
	return b.Bytes()
}

func TestOneOfSeveralOutputsIsThePictureWhenItIsNamed(t *testing.T) {
	hashes := map[string]string{}
	for output, size := range map[string]int{"features_out": 8, "thumbnail_out": 4} {
		g, err := gan.Load(t.Context(), bytes.NewReader(twoPictures()), gan.Options{Output: output})
		if err != nil {
			t.Fatal(err)
		}
		if got := image(t, g, waves(1, 4)); got.Shape[3] != size || g.Info().Resolution != size {
			t.Errorf("%s: a picture of shape %v, information %+v", output, got.Shape, g.Info())
		}
		hashes[g.Info().Hash] = output
	}
	if len(hashes) != 2 {
		t.Error("two pictures of one file have the same hash")
	}
}

func TestAnOutputThatIsNotClearIsAnErrorThatListsThem(t *testing.T) {
	for _, c := range []struct {
		output, want string
		file         []byte
	}{
		{"", `name the output that is the picture (output = "..."): the model has features_out, thumbnail_out`, twoPictures()},
		{"image", `the model has no output "image", but features_out, thumbnail_out`, twoPictures()},
		{"image", `only ONNX files have any by name`, []byte("PK\x03\x04 a checkpoint")},
	} {
		_, err := gan.Load(t.Context(), bytes.NewReader(c.file), gan.Options{Output: c.output})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("output %q: %v", c.output, err)
		}
	}
}
