package gan_test

import (
	"bytes"
	"context"
	"os"
	"testing"

	"rewriting/gan"
	"rewriting/gan/checkpoint"
)

// A file either loads into a generator that renders, or is refused; nothing else may happen.
func FuzzLoad(f *testing.F) {
	for _, object := range []any{container(toyState(), toyAverage()), toyProgState()} {
		var b bytes.Buffer
		if err := checkpoint.Write(&b, object); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	for _, name := range []string{"testdata/nvidia.pkl", "testdata/stylegan3.pkl", "gantest/small.onnx"} {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		g, err := gan.Load(context.Background(), bytes.NewReader(raw), gan.Options{})
		if err != nil {
			return
		}
		if g.Info().LatentDim == 0 {
			t.Error("a generator without latents was accepted")
		}
	})
}
