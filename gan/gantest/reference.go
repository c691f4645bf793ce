package gantest

import (
	"bytes"
	"embed"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/onnx/write"
)

//go:embed small.onnx
var small []byte

// Small is the file that small.py makes: 8 latents, 32 pixels, convolutions "conv1.weight" 6->7 at 8 pixels,
// "conv2.weight" 7->7 (transposed, 8 to 16), "conv3.weight" 7->3 at 32, and a branch beside them.
func Small() []byte { return bytes.Clone(small) }

// Load reads a generator from memory.
func Load(t testing.TB, file []byte) gan.Generator {
	t.Helper()
	g, err := gan.Load(t.Context(), bytes.NewReader(file), gan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Reference is the path of a file among the real networks; the test is skipped where there are none.
func Reference(t testing.TB, path ...string) string {
	t.Helper()
	root := os.Getenv("REWRITING_REFERENCE")
	if root == "" {
		t.Skip("REWRITING_REFERENCE is not set")
	}
	return filepath.Join(append([]string{root, "models"}, path...)...)
}

// BEGAN builds the SD-BEGAN generator of 64-pixel faces: latents of 100 uniform numbers; its nodes and weights are named
// after the TensorFlow scopes.
func BEGAN(t testing.TB) []byte {
	read := func(name string, shape ...int) *compute.Tensor {
		return ReadFloats(t, Reference(t, "sdgan-began-face64", "G_"+name), shape...)
	}
	b := write.New("z", 1, 100)
	b.Node("fully_connected", "Gemm", []string{b.Weight("fully_connected/weights", read("fully_connected_weights", 100, 8192)),
		b.Weight("fully_connected/biases", read("fully_connected_biases", 8192))})
	b.Node("start", "Reshape", []string{b.Ints("shape", 1, 128, 8, 8)})
	b.Weight("twice", compute.From([]float32{1, 1, 2, 2}, 4))
	for i := range 9 {
		scope, out := "Conv", 128
		if i > 0 {
			scope = fmt.Sprintf("Conv_%d", i)
		}
		if i == 8 {
			out = 3
		}
		weight := toOIHW(read(scope+"_weights", 3, 3, 128, out))
		b.Node(scope, "Conv", []string{b.Weight(scope+"/weights", weight), b.Weight(scope+"/biases", read(scope+"_biases", out))},
			"pads", []int{1, 1, 1, 1})
		if i < 8 {
			b.Node(scope+"/elu", "Elu", nil)
		}
		if i == 1 || i == 3 || i == 5 {
			b.Node(scope+"/up", "Resize", []string{"", "twice"}, "mode", "nearest",
				"coordinate_transformation_mode", "asymmetric", "nearest_mode", "floor")
		}
	}
	return b.Bytes()
}

// ReadFloats reads a file of little-endian float32.
func ReadFloats(t testing.TB, path string, shape ...int) *compute.Tensor {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	x := compute.New(shape...)
	if len(raw) != 4*len(x.Data) {
		t.Fatalf("%s has %d bytes, expected %d", path, len(raw), 4*len(x.Data))
	}
	for i := range x.Data {
		x.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return x
}

func toOIHW(w *compute.Tensor) *compute.Tensor {
	taps, in, out := w.Shape[0]*w.Shape[1], w.Shape[2], w.Shape[3]
	x := compute.New(out, in, w.Shape[0], w.Shape[1])
	for i, v := range w.Data {
		x.Data[(i%out*in+i/out%in)*taps+i/(out*in)] = v
	}
	return x
}

//go:embed *.toml
var descriptions embed.FS

// DCGAN reads one of the two FFHQ generators of 64-pixel faces from its state dict by our description: "ffhq-dcgan64" (32
// latents) or "ffhq-vaegan64" (64 latents, batch normalisation).
func DCGAN(t testing.TB, name string) gan.Generator {
	t.Helper()
	weights, err := os.ReadFile(Reference(t, name, "ffhq-64x64-g.pth"))
	if err != nil {
		t.Fatal(err)
	}
	return Described(t, DCGANDescription(t, name), weights)
}

// DCGANDescription is the description of a generator that DCGAN reads.
func DCGANDescription(t testing.TB, name string) *gan.Description {
	t.Helper()
	text, err := descriptions.ReadFile(name + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := gan.ReadDescription(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Described reads a state dict from memory.
func Described(t testing.TB, d *gan.Description, weights []byte) gan.Generator {
	t.Helper()
	g, err := gan.LoadDescribed(t.Context(), d, bytes.NewReader(weights), gan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}
