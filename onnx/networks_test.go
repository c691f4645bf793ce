package onnx

import (
	"context"
	"encoding/json"
	"image/png"
	"math"
	"os"
	"testing"

	"rewriting/compute"
)

// The expected numbers of this file come from a float64 NumPy implementation of the networks; a
// float32 network of this depth stays within 1e-4 of them.

func loadReference(t testing.TB, parts ...string) *Model {
	m, err := Load(mustRead(t, reference(t, parts...)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func referenceProbabilities(t *testing.T, name string) []float64 {
	var all map[string]json.RawMessage
	var entry struct{ Probabilities []float64 }
	if err := json.Unmarshal(mustRead(t, reference(t, "models", "reference-values.json")), &all); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(all[name], &entry); err != nil {
		t.Fatal(err)
	}
	return entry.Probabilities
}

func TestExpressionNetworksAgreeWithTheirReference(t *testing.T) {
	cases := []struct {
		file, values   string
		channels, size int
		pixel          func(c, h, w float64) float64
	}{
		{"face-api-expression.onnx", "emotion/face-api", 3, 112,
			func(c, h, w float64) float64 { return 127.5 + 127.5*math.Sin(0.05*h+0.031*w+1.7*c) }},
		{"mini-xception-expression.onnx", "emotion/mini-xception", 1, 64,
			func(_, h, w float64) float64 { return math.Sin(0.05*h + 0.031*w) }},
	}
	for _, c := range cases {
		t.Run(c.file, func(t *testing.T) {
			m := loadReference(t, "models", "onnx", c.file)
			x := compute.New(1, c.channels, c.size, c.size)
			for i := range x.Data {
				ch, h, w := i/(c.size*c.size), i/c.size%c.size, i%c.size
				x.Data[i] = float32(c.pixel(float64(ch), float64(h), float64(w)))
			}
			y, err := m.Float(x)
			if err != nil {
				t.Fatal(err)
			}
			worst := 0.0
			for i, want := range referenceProbabilities(t, c.values) {
				worst = max(worst, math.Abs(float64(y.Data[i])-want))
			}
			t.Logf("largest error of a probability: %.2g", worst)
			if worst > 1e-4 {
				t.Errorf("probabilities %v are %g away from the reference", y.Data, worst)
			}
		})
	}
}

func TestLPIPSAgreesOnItsExamplePictures(t *testing.T) {
	m := loadReference(t, "models", "onnx", "lpips-alex.onnx")
	ref := picture(t, reference(t, "models", "lpips", "images", "ex_ref.png"))
	for name, want := range map[string]float64{"ex_p0.png": 0.721881, "ex_p1.png": 0.137566} {
		other := picture(t, reference(t, "models", "lpips", "images", name))
		out, err := m.RunOutputs(context.Background(), map[string]*Value{"image0": FromTensor(ref), "image1": FromTensor(other)}, []string{"lpips"})
		if err != nil {
			t.Fatal(err)
		}
		got := float64(out["lpips"].F32[0])
		t.Logf("%s: %.7f, error %.2g", name, got, math.Abs(got-want))
		if math.Abs(got-want) > 1e-5 { // the published numbers have six digits
			t.Errorf("%s: distance %v, want %v", name, got, want)
		}
	}
}

// picture reads a PNG as [1,3,H,W] in [-1,1].
func picture(t *testing.T, path string) *compute.Tensor {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	x := compute.New(1, 3, b.Dy(), b.Dx())
	for i := range b.Dy() * b.Dx() {
		r, g, bl, _ := img.At(b.Min.X+i%b.Dx(), b.Min.Y+i/b.Dx()).RGBA()
		for c, v := range []uint32{r, g, bl} {
			x.Data[c*b.Dy()*b.Dx()+i] = float32(v>>8)/127.5 - 1
		}
	}
	return x
}

// TestLightNetworksKeepTheirShape runs whole classifiers whose weights are all 0.02: it checks graphs,
// shapes and padding of deep networks. The two with 100 million weights are left out for their size.
func TestLightNetworksKeepTheirShape(t *testing.T) {
	for _, name := range []string{"squeezenet", "inception_v1", "inception_v2", "resnet50", "densenet121"} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() {
				t.Skip("long")
			}
			m := loadReference(t, "onnx-node-tests", "light", "light_"+name+".onnx")
			x := compute.New(m.Inputs()[0].Dims...)
			for i := range x.Data {
				x.Data[i] = float32(i) / float32(len(x.Data))
			}
			got, err := m.Float(x)
			if err != nil {
				t.Fatal(err)
			}
			want := mustTensor(t, reference(t, "onnx-node-tests", "light", "light_"+name+"_output_0.pb"))
			if err := compare(FromTensor(got), want, 1e-3, 1e-7); err != nil {
				t.Error(err)
			}
		})
	}
}
