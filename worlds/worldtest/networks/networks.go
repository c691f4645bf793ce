package networks

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"os"
	"strings"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/latent"
	"rewriting/onnx"
	"rewriting/worlds"
)

// Want is what the networks of a world must reach.
type Want struct {
	PSNR     float64  // of G(z) against the render, dB of the mean squared error in [-1,1], at least
	Region   []string // labels of a part that matters
	RegionL1 float64  // mean |G(z) - render| in its pixels, grown by one, at most
	// Renders and Images are, for every switch of the classifier, the least
	// share found of the pictures that have it, and cleared of those that
	// have it not.
	Renders, Images float64
	// Faint are switches whose parts the generator is known to draw too
	// faintly, with the least share found on its images instead of Images.
	Faint map[string]float64
	// Segmented is the least share of a render's pixels with the right label.
	Segmented float64
	// Golden is a file of the generator's images of seeds 0 and 1, float32
	// [2,3,S,S] in NumPy's format, drawn by an independent form of the
	// generator that follows the formulas one by one.
	Golden string
}

// Limit is the size of all networks of a world together.
const Limit = 8 << 20

// nets are the networks of a world.
type nets struct {
	world                 worlds.World
	generator             gan.Generator
	attributes, segmenter *onnx.Model
}

// Check measures all figures.
func Check(t *testing.T, w worlds.World, want Want) {
	t.Helper()
	total := 0
	for _, name := range []string{"generator.pt", "attributes.onnx", "segmenter.onnx", "lpips.onnx"} {
		total += len(file(t, w, name))
	}
	if total > Limit {
		t.Errorf("the networks have %d bytes together, want at most %d", total, Limit)
	}
	g, err := gan.Load(context.Background(), bytes.NewReader(file(t, w, "generator.pt")), gan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := &nets{w, g, model(t, w, "attributes.onnx"), model(t, w, "segmenter.onnx")}
	t.Run("the scorers pass their own golden cases", func(t *testing.T) {
		for _, m := range []*onnx.Model{n.attributes, n.segmenter, model(t, w, "lpips.onnx")} {
			if err := m.SelfTest(); err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("the generator draws the golden images", func(t *testing.T) { n.golden(t, want.Golden) })
	t.Run("the figures are reached", func(t *testing.T) { n.figures(t, want) })
}

func file(t *testing.T, w worlds.World, name string) []byte {
	t.Helper()
	b, err := w.File(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func model(t *testing.T, w worlds.World, name string) *onnx.Model {
	t.Helper()
	m, err := onnx.Load(file(t, w, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return m
}

// switches are the names of the classifier's outputs.
func (n *nets) switches() []string {
	return strings.Split(n.attributes.Metadata()["attributes"], ",")
}

func (n *nets) draw(t *testing.T, z *compute.Tensor) *compute.Tensor {
	t.Helper()
	x, err := n.generator.Image(z)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func (n *nets) golden(t *testing.T, path string) {
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	size := 3 * n.world.Size() * n.world.Size()
	data := raw[len(raw)-4*2*size:] // after the header
	for seed := range 2 {
		x := n.draw(t, latent.Seed(uint32(seed), n.world.LatentDim()))
		for i, got := range x.Data {
			want := math.Float32frombits(binary.LittleEndian.Uint32(data[4*(seed*size+i):]))
			if math.Abs(float64(got-want)) > 2e-4 { // float32 sums in another order, values up to 1.5
				t.Fatalf("seed %d, element %d is %v, want %v", seed, i, got, want)
			}
		}
	}
}
