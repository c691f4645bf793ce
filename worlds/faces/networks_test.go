package faces_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/latent"
	"rewriting/onnx"
	"rewriting/worlds"
	_ "rewriting/worlds/faces"
)

// What the shipped networks must reach, on latents that neither training nor any table uses.
const (
	freshSeed  = 3_000_000
	freshCount = 150
	wantPSNR   = 32.0 // dB of the mean squared error, in [-1,1]
	wantMouth  = 0.06 // mean |G(z) - render| where the mouth is, in [-1,1]
)

func world(t *testing.T) worlds.World {
	t.Helper()
	w, err := worlds.Open("faces")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func file(t *testing.T, name string) []byte {
	t.Helper()
	b, err := world(t).File(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func generator(t *testing.T) gan.Generator {
	t.Helper()
	g, err := gan.Load(context.Background(), bytes.NewReader(file(t, "generator.pt")), gan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func network(t *testing.T, name string) *onnx.Model {
	t.Helper()
	m, err := onnx.Load(file(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func draw(t *testing.T, g gan.Generator, z *compute.Tensor) *compute.Tensor {
	t.Helper()
	x, err := g.Image(z)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestTheNetworksStayBelowEightMegabytesTogether(t *testing.T) {
	total := 0
	for _, name := range []string{"generator.pt", "attributes.onnx", "segmenter.onnx", "lpips.onnx"} {
		total += len(file(t, name))
	}
	if total > 8<<20 {
		t.Errorf("%d bytes, want at most 8 MiB", total)
	}
}

func TestTheGeneratorDrawsTheScene(t *testing.T) {
	w, g := world(t), generator(t)
	var squares, mouth float64
	var pixels, mouthPixels int
	for i := range freshCount {
		z := latent.Seed(uint32(freshSeed+i), w.LatentDim())
		picture, x := w.Render(z.Data), draw(t, g, z)
		inside := mouthOf(w, picture)
		area := len(inside)
		for j, v := range x.Data {
			d := float64(min(max(v, -1), 1)) - float64(picture.RGB[j])
			squares += d * d
			if inside[j%area] {
				mouth += math.Abs(d)
				mouthPixels++
			}
		}
		pixels += x.Len()
	}
	if psnr := 10 * math.Log10(4/(squares/float64(pixels))); psnr < wantPSNR {
		t.Errorf("PSNR of G(z) against the render is %.2f dB, want at least %.0f", psnr, wantPSNR)
	} else {
		t.Logf("PSNR %.2f dB", psnr)
	}
	if l1 := mouth / float64(mouthPixels); l1 > wantMouth {
		t.Errorf("L1 of the mouth is %.4f, want at most %.2f", l1, wantMouth)
	} else {
		t.Logf("mouth L1 %.4f", l1)
	}
}

// mouthOf marks the pixels labelled as mouth, grown by one.
func mouthOf(w worlds.World, p worlds.Picture) []bool {
	var parts []uint8
	for _, name := range []string{"lips", "mouth inside", "teeth"} {
		parts = append(parts, uint8(slices.Index(w.Labels(), name)))
	}
	out := make([]bool, len(p.Label))
	for y := range p.Size {
		for x := range p.Size {
			if !slices.Contains(parts, p.Label[y*p.Size+x]) {
				continue
			}
			for v := max(y-1, 0); v <= min(y+1, p.Size-1); v++ {
				for u := max(x-1, 0); u <= min(x+1, p.Size-1); u++ {
					out[v*p.Size+u] = true
				}
			}
		}
	}
	return out
}

func TestTheScorersSeeWhatTheSceneHolds(t *testing.T) {
	w, g := world(t), generator(t)
	attributes, segmenter := network(t, "attributes.onnx"), network(t, "segmenter.onnx")
	smile := slices.Index(strings.Split(attributes.Metadata()["attributes"], ","), "smile")
	if smile < 0 {
		t.Fatalf("attributes.onnx names %q", attributes.Metadata()["attributes"])
	}
	var onRender, onImage, labels, total int
	for i := range freshCount {
		z := latent.Seed(uint32(freshSeed+i), w.LatentDim())
		truth, err := w.Truth(z.Data, "smile")
		if err != nil {
			t.Fatal(err)
		}
		picture := w.Render(z.Data)
		render := compute.From(picture.RGB, 1, 3, picture.Size, picture.Size)
		if (score(t, attributes, render, "logits").Data[smile] > 0) == truth {
			onRender++
		}
		if (score(t, attributes, draw(t, g, z), "logits").Data[smile] > 0) == truth {
			onImage++
		}
		logits, err := segmenter.Float(render)
		if err != nil {
			t.Fatal(err)
		}
		for p, want := range picture.Label {
			best := 0
			for c := range logits.Dim(1) {
				if logits.Data[c*len(picture.Label)+p] > logits.Data[best*len(picture.Label)+p] {
					best = c
				}
			}
			if best == int(want) {
				labels++
			}
			total++
		}
	}
	for _, c := range []struct {
		what string
		got  float64
		want float64
	}{
		{"smile classifier on renders", float64(onRender) / freshCount, 0.98},
		{"smile classifier on G(z)", float64(onImage) / freshCount, 0.96},
		{"segmenter on renders", float64(labels) / float64(total), 0.97},
	} {
		if c.got < c.want {
			t.Errorf("%s is right %.1f %% of the time, want %.0f", c.what, 100*c.got, 100*c.want)
		} else {
			t.Logf("%s: %.2f %%", c.what, 100*c.got)
		}
	}
}

func score(t *testing.T, m *onnx.Model, x *compute.Tensor, output string) *compute.Tensor {
	t.Helper()
	out, err := m.RunOutputs(context.Background(), map[string]*onnx.Value{m.Inputs()[0].Name: onnx.FromTensor(x)}, []string{output})
	if err != nil {
		t.Fatal(err)
	}
	y, err := out[output].Tensor()
	if err != nil {
		t.Fatal(err)
	}
	return y
}

func TestTheNetworksPassTheirOwnGoldenCases(t *testing.T) {
	for _, name := range []string{"attributes.onnx", "segmenter.onnx", "lpips.onnx"} {
		if err := network(t, name).SelfTest(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The golden images were drawn by an independent form of the generator that follows the formulas one by one.
func TestTheGeneratorDrawsTheGoldenImages(t *testing.T) {
	raw, err := os.ReadFile("testdata/generated.npy")
	if err != nil {
		t.Fatal(err)
	}
	w, g := world(t), generator(t)
	data := raw[len(raw)-4*2*3*w.Size()*w.Size():] // after the header: float32 [2,3,S,S]
	for n := range 2 {
		x := draw(t, g, latent.Seed(uint32(n), w.LatentDim()))
		for i, got := range x.Data {
			want := math.Float32frombits(binary.LittleEndian.Uint32(data[4*(n*x.Len()+i):]))
			if math.Abs(float64(got-want)) > 2e-4 { // float32 sums in another order, values up to 1.5
				t.Fatalf("seed %d, element %d is %v, want %v", n, i, got, want)
			}
		}
	}
}
