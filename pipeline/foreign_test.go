package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/color"
	imagedraw "image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rewriting/compute"
	"rewriting/onnx/write"
)

// unknownOperator is a sound ONNX file with an operator that nobody has.
func unknownOperator() []byte {
	b := write.New("z", 1, 4, 1, 1)
	b.Node("up", "ConvTranspose", []string{b.Weight("w", compute.New(4, 3, 8, 8))})
	b.Node("shine", "Sparkle", nil)
	return b.Bytes()
}

func TestP11AForeignFileIsOneLineThatSaysWhatItIs(t *testing.T) {
	stylegan3, err := os.ReadFile("../gan/testdata/stylegan3.pkl")
	if err != nil {
		t.Fatal(err)
	}
	refused(t, "generator.model="+keep(t, "sg3.pkl", stylegan3), "generator.model: ", "sg3.pkl", "this is a StyleGAN3 pickle")
	refused(t, "generator.model="+keep(t, "new.onnx", unknownOperator()), "generator.model: ", "new.onnx", "Sparkle")
	refused(t, "metric.0.network="+keep(t, "new.onnx", unknownOperator()), `metric "% smiling" network: `, "new.onnx", "Sparkle")
	refused(t, "generator.model="+keep(t, "net.onnx", worldFile(t, "attributes.onnx")), "generator.model: ", "net.onnx", "the output that is the picture")
	refused(t, "generator.output=picture", "generator.model: ", "only ONNX files have any by name")
	refused(t, "session.file="+keep(t, "s.json", worldFile(t, "attributes.onnx")), "session.file: ", "s.json")
	refused(t, "generator.model="+keep(t, "d.toml", []byte("weights = \"none.pth\"\nlatent = [4]\n[[layer]]\nkind = \"tanh\"\n")), "generator.model: ", "d.toml", "none.pth")
	refused(t, "generator.model="+keep(t, "d.toml", []byte("kind = 3")), "generator.model: ", "d.toml", "no such key")
}

func TestP11TheSameFilesAreToldByInspect(t *testing.T) {
	stylegan3, err := os.ReadFile("../gan/testdata/stylegan3.pkl")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		keep(t, "sg3.pkl", stylegan3):                               "StyleGAN3",
		keep(t, "new.onnx", unknownOperator()):                      "Sparkle",
		keep(t, "cut.pt", worldFile(t, "generator.pt")[:1000]):      "cut.pt",
		keep(t, "cut.onnx", worldFile(t, "attributes.onnx")[:1000]): "cut.onnx",
		keep(t, "cut.json", []byte(`{"object": [1`)):                "cut.json",
		filepath.Join(t.TempDir(), "none.pt"):                       "no such file",
	} {
		var out, stderr bytes.Buffer
		code := run(context.Background(), []string{"inspect", path}, &out, &stderr)
		if code != exitUsage || strings.Count(stderr.String(), "\n") != 1 || !strings.Contains(stderr.String(), want) {
			t.Errorf("%s: exit code %d, %s", path, code, stderr.String())
		}
	}
}

// painted is a mask of size x size with a filled square.
func painted(t *testing.T, size int, box image.Rectangle) string {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	imagedraw.Draw(img, box, image.NewUniform(color.NRGBA{255, 255, 255, 255}), image.Point{}, imagedraw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
}

// session is a file with an object and a paste region in the middle, and a context region of image 23.
func session(t *testing.T, size int, key image.Rectangle) string {
	t.Helper()
	middle := painted(t, size, image.Rect(size/4, size/4, size/2, size/2))
	b, err := json.Marshal(map[string]any{"object": []any{3, middle}, "paste": []any{4, middle}, "key": []any{[]any{23, painted(t, size, key)}}})
	if err != nil {
		t.Fatal(err)
	}
	return keep(t, "drawn.json", b)
}

// A session may be drawn at any size; what is too small to be seen by the layer is an error that names the image.
func TestP11ASessionOfAnotherResolutionRunsUnlessAStrokeVanishes(t *testing.T) {
	var out, stderr bytes.Buffer
	big := session(t, 1024, image.Rect(300, 300, 700, 700))
	if code := run(context.Background(), []string{"plan", toyConfig, "--no-probe", "--out", t.TempDir(), "--set", "session.file=" + big}, &out, &stderr); code != 0 {
		t.Errorf("a canvas of 1024 pixels for a generator of 64: exit code %d, %s", code, stderr.String())
	}
	tiny := session(t, 1024, image.Rect(500, 500, 502, 502))
	refused(t, "session.file="+tiny, `method "Ours"`, "context region 0", "image 23")
}
