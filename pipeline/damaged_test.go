package main

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rewriting/compute"
	"rewriting/gan/checkpoint"
	"rewriting/onnx"
	"rewriting/worlds"
)

// refused runs a command line that must end with exit code 2 and one line that holds the words, before anything is written.
func refused(t *testing.T, set string, words ...string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	var out, stderr bytes.Buffer
	code := run(context.Background(), []string{"run", toyConfig, "--out", dir, "--set", set}, &out, &stderr)
	text := stderr.String()
	if code != exitUsage || strings.Count(text, "\n") != 1 || out.Len() > 0 {
		t.Errorf("exit code %d, on standard output %q: %s", code, out.String(), text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("the message lacks %q: %s", w, text)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the run has begun")
	}
}

// worldFile is a file of the world that the toy config names.
func worldFile(t *testing.T, name string) []byte {
	t.Helper()
	w, err := worlds.Open("faces")
	if err != nil {
		t.Fatal(err)
	}
	b, err := w.File(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// keep writes bytes to a file of this name and returns its path.
func keep(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestP11ADamagedGeneratorIsOneLineThatNamesTheTensor(t *testing.T) {
	whole := worldFile(t, "generator.pt")
	const weight, bias = "convs.3.conv.weight", "to_rgbs.1.bias"
	for name, test := range map[string]struct {
		damage func(*checkpoint.Dict)
		want   string
	}{
		"missing":                        {func(d *checkpoint.Dict) { without(d, bias) }, bias},
		"extra":                          {func(d *checkpoint.Dict) { d.Set("convs.90.conv.weight", compute.New(2, 2)) }, "convs.90.conv.weight"},
		"misshapen":                      {func(d *checkpoint.Dict) { d.Set(bias, compute.New(1, 4, 1, 1)) }, bias},
		"of channels that do not follow": {func(d *checkpoint.Dict) { d.Set(weight, compute.New(1, 5, 7, 3, 3)) }, weight},
		"not a number":                   {func(d *checkpoint.Dict) { spoil(d, weight, math.NaN()) }, weight},
		"infinite":                       {func(d *checkpoint.Dict) { spoil(d, weight, math.Inf(-1)) }, weight},
	} {
		t.Run(name, func(t *testing.T) {
			state := tensorsOf(t, whole)
			test.damage(state)
			root := checkpoint.NewDict()
			root.Set("g_ema", state)
			var file bytes.Buffer
			if err := checkpoint.Write(&file, root); err != nil {
				t.Fatal(err)
			}
			refused(t, "generator.model="+keep(t, "changed.pt", file.Bytes()), "generator.model: ", "changed.pt", test.want)
		})
	}
	for name, file := range map[string][]byte{
		"empty":         {},
		"text":          []byte("<html>404 Not Found</html>\n"),
		"truncated":     whole[:len(whole)*2/3],
		"changed":       flipped(whole),
		"a safetensors": []byte("\xff\xff\xff\xff\xff\xff\xff\x7f{}"),
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, "generator.model="+keep(t, "changed.pt", file), "generator.model: ", "changed.pt")
		})
	}
}

// tensorsOf are the tensors of a checkpoint by name.
func tensorsOf(t *testing.T, file []byte) *checkpoint.Dict {
	t.Helper()
	f, err := checkpoint.ReadFrom(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.State("g_ema")
	if err != nil {
		t.Fatal(err)
	}
	d := checkpoint.NewDict()
	for _, name := range s.Names() {
		x, err := s.Take(name, s.Shape(name)...)
		if err != nil {
			t.Fatal(err)
		}
		d.Set(name, x)
	}
	return d
}

func without(d *checkpoint.Dict, name string) {
	left := checkpoint.NewDict()
	for _, key := range d.Keys() {
		if key != name {
			v, _ := d.Get(key)
			left.Set(key, v)
		}
	}
	*d = *left
}

func spoil(d *checkpoint.Dict, name string, v float64) {
	x, _ := d.Get(name)
	bad := x.(*compute.Tensor).Clone()
	bad.Data[len(bad.Data)/2] = float32(v)
	d.Set(name, bad)
}

// flipped changes one bit in the middle.
func flipped(b []byte) []byte {
	b = slices.Clone(b)
	b[len(b)/2] ^= 1
	return b
}

func TestP11ADamagedNetworkIsOneLineThatNamesIt(t *testing.T) {
	whole := worldFile(t, "attributes.onnx")
	model, err := onnx.Load(whole)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := model.Layers([]string{model.Outputs()[0].Name})
	if err != nil {
		t.Fatal(err)
	}
	weight := layers[1].Weight
	values := slices.Clone(model.Initializer(weight).F32)
	values[7] = float32(math.NaN())
	notFinite, err := model.WithInitializer(weight, values)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		file []byte
		want string
	}{
		"empty":        {nil, ""},
		"text":         {[]byte("<html>404 Not Found</html>\n"), ""},
		"truncated":    {whole[:len(whole)*2/3], ""},
		"not a number": {notFinite, "fails its self-test"},            // infinite constants can be meant, so the network is judged by what it gives
		"another":      {worldFile(t, "segmenter.onnx"), "attribute"}, // sound, but no classifier
	} {
		t.Run(name, func(t *testing.T) {
			path := keep(t, "changed.onnx", test.file)
			refused(t, "metric.0.network="+path, `metric "% smiling" `, test.want)
			if name == "another" {
				return
			}
			refused(t, "metric.1.network="+path, `metric "LPIPS (masked)" network: `, "changed.onnx", test.want)
			refused(t, "metric.1.mask.segmenter="+path, `metric "LPIPS (masked)" mask`, "changed.onnx", test.want)
			refused(t, "method.4.features="+path, `method "Finetune all" features: `, "changed.onnx", test.want)
		})
	}
}

func TestP11ADamagedSessionIsOneLineThatNamesTheRegion(t *testing.T) {
	whole, err := os.ReadFile("testdata/smile.json")
	if err != nil {
		t.Fatal(err)
	}
	const png = "data:image/png;base64,"
	change := func(old, new string) []byte {
		b := bytes.Replace(whole, []byte(old), []byte(new), 1)
		if bytes.Equal(b, whole) {
			t.Fatalf("the session has no %q", old)
		}
		return b
	}
	for name, test := range map[string]struct {
		file []byte
		want string
	}{
		"empty":                    {nil, ""},
		"truncated":                {whole[:len(whole)/2], ""},
		"a list":                   {[]byte("[1, 2]"), ""},
		"no picture":               {change(png, png+"!!"), "object"},
		"a picture cut short":      {change(png+"iVBORw0KGgo", png+"iVBORw0"), "object"},
		"an image not in table":    {change("14", "4000"), "object is image 4000, but the table has the rows 0 to 39"},
		"an image below the table": {change("14", "-1"), "object"},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, "session.file="+keep(t, "changed.json", test.file), "changed.json", test.want)
		})
	}
}
