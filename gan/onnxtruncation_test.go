package gan_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/onnx/write"
)

// truncating is a graph whose picture is the latent, scaled by psi, under a 1x1 convolution.
func truncating(psi ...float32) []byte {
	b := write.New("z", 1, 4)
	b.Weight("truncation", compute.From(psi, len(psi)))
	b.Node("away from the mean", "Mul", []string{"truncation"})
	b.Ints("square", 1, 1, 2, 2)
	b.Node("map", "Reshape", []string{"square"})
	b.Weight("conv.weight", compute.From([]float32{1, 2, -1}, 3, 1, 1, 1))
	b.Node("conv", "Conv", []string{"conv.weight"}, "kernel_shape", []int{1, 1})
	return b.Bytes()
}

func TestAGraphThatTruncatesTakesPsi(t *testing.T) {
	z := compute.From([]float32{0.1, -0.2, 0.3, 0.4}, 1, 4)
	hashes := map[string]bool{}
	for _, c := range []struct {
		name string
		psi  float64
		want float32
	}{
		{"what the file has where none is asked for", 0, 0.5},
		{"less than the file has", 0.25, 0.25},
		{"none", 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := gan.Load(context.Background(), bytes.NewReader(truncating(0.5)), gan.Options{Truncation: c.psi})
			if err != nil {
				t.Fatal(err)
			}
			if got := g.Info().Truncation; float32(got) != c.want {
				t.Errorf("information says %g, want %g", got, c.want)
			}
			x := image(t, g, z)
			for i, v := range z.Data {
				if want := c.want * v; x.Data[i] != want {
					t.Errorf("pixel %d is %g, want %g", i, x.Data[i], want)
				}
			}
			hashes[g.Info().Hash] = true
			// What is saved draws the same.
			var file bytes.Buffer
			if err := gan.Save(&file, g); err != nil {
				t.Fatal(err)
			}
			again, err := gan.Load(context.Background(), bytes.NewReader(file.Bytes()), gan.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if d := distance(image(t, again, z), x); d != 0 {
				t.Errorf("saved and read again, the picture differs by %g", d)
			}
		})
	}
	if len(hashes) != 3 {
		t.Errorf("%d different hashes of three truncations", len(hashes))
	}
}

func TestATruncationThatIsNoNumberIsRefused(t *testing.T) {
	_, err := gan.Load(context.Background(), bytes.NewReader(truncating(1, 1, 1, 1)), gan.Options{Truncation: 0.5})
	if err == nil || !strings.Contains(err.Error(), "truncation is one float32") {
		t.Errorf("four numbers gave %v", err)
	}
}
