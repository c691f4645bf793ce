package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rewriting/gan/checkpoint"
	"rewriting/gan/gantest"
)

// command runs a command line that must succeed and returns what it prints.
func succeeds(t *testing.T, args ...string) string {
	t.Helper()
	var out, stderr bytes.Buffer
	if code := run(context.Background(), args, &out, &stderr); code != exitDone {
		t.Fatalf("%v: exit code %d, %s", args, code, stderr.String())
	}
	return out.String()
}

const dcgan = `weights = "dcgan.pth"
latent = [8]
[[layer]]
kind = "linear"
name = "fc"
[[layer]]
kind = "reshape"
shape = [6, 8, 8]
[[layer]]
kind = "conv-transpose"
name = "up"
stride = 2
padding = 1
[[layer]]
kind = "leaky-relu"
slope = 0.2
[[layer]]
kind = "conv-transpose"
name = "rgb"
stride = 2
padding = 1
[[layer]]
kind = "tanh"
`

// describedFile is a state dict with its description; the path of the latter.
func describedFile(t *testing.T) string {
	t.Helper()
	d := checkpoint.NewDict()
	d.Set("fc.weight", gantest.Hashed(1, 384, 8))
	d.Set("fc.bias", gantest.Hashed(2, 384))
	d.Set("up.weight", gantest.Hashed(3, 6, 7, 4, 4))
	d.Set("rgb.weight", gantest.Hashed(4, 7, 3, 4, 4))
	d.Set("rgb.bias", gantest.Hashed(5, 3))
	var file bytes.Buffer
	if err := checkpoint.Write(&file, d); err != nil {
		t.Fatal(err)
	}
	path := keep(t, "dcgan.toml", []byte(dcgan))
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "dcgan.pth"), file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Any convolutional generator: its layers are listed, one is named in a config, rewritten by several methods, and the result
// saved in the form that it came in.
func TestAForeignGeneratorIsRewrittenByTheNameOfALayer(t *testing.T) {
	for name, c := range map[string]struct{ model, layer, listed, saved string }{
		"ONNX":                 {keep(t, "small.onnx", gantest.Small()), "conv2.weight", "2  conv2.weight                     [7,7,4,4]", "edited.onnx"},
		"described state dict": {describedFile(t), "up.weight", "1  up.weight                        [6,7,4,4]", "dcgan.pth"},
	} {
		t.Run(name, func(t *testing.T) {
			if text := succeeds(t, "inspect", c.model); !strings.Contains(text, c.listed) || !strings.Contains(text, "generator, onnx") {
				t.Errorf("%s\nlacks %q", text, c.listed)
			}
			text := fmt.Sprintf(`[generator]
model = %q
[session]
file = %q
layer = %q
rows = 60
[samples]
count = 2
[[method]]
name = "Ours"
kind = "insert"
steps = 3
[[method]]
kind = "finetune"
steps = 2
[[method]]
kind = "unmodified"
[[metric]]
kind = "change"
regions = ["all"]
[report]
ranked = 2
samples = 1
`, c.model, must(filepath.Abs("testdata/smile.json")), c.layer)
			config := keep(t, "config.toml", []byte(text))
			succeeds(t, "--json", "run", config, "--out", filepath.Join(t.TempDir(), "run"))

			// The saved file stands beside a copy of the description where there is one.
			saved := filepath.Join(t.TempDir(), c.saved)
			succeeds(t, "edit", config, "--method", "Ours", "-o", saved)
			if strings.HasSuffix(c.model, ".toml") {
				b, err := os.ReadFile(c.model)
				if err != nil {
					t.Fatal(err)
				}
				saved = filepath.Join(filepath.Dir(saved), "dcgan.toml")
				if err := os.WriteFile(saved, b, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			before, after := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
			for dir, model := range map[string]string{before: c.model, after: saved} {
				succeeds(t, "sample", "--model", model, "--seeds", "5", "--out", dir)
			}
			a, b := must(os.ReadFile(filepath.Join(before, "5.png"))), must(os.ReadFile(filepath.Join(after, "5.png")))
			if bytes.Equal(a, b) {
				t.Error("the saved generator draws what the original draws")
			}
		})
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
