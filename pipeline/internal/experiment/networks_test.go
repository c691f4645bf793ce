package experiment

import (
	"archive/zip"
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/onnx"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/study"
	"rewriting/worlds"
)

func faces(t *testing.T) *Experiment {
	t.Helper()
	cfg, err := config.Load("../../testdata/toy.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Build(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestP09TheNetworksOfTheWorldGiveTheOutputsOfTheirTraining(t *testing.T) {
	world, err := worlds.Open("faces")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"attributes.onnx", "segmenter.onnx", "lpips.onnx"} {
		file, err := world.File(name)
		if err != nil {
			t.Fatal(err)
		}
		model, err := onnx.Load(file)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := model.SelfTest(); err != nil { // its tolerances stand in the file
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestP11AWeightThatIsNotFiniteIsNamed(t *testing.T) {
	e := faces(t)
	name := e.Cut.Layer().Name
	bad := e.Generator.Tensors()[name].Clone()
	bad.Data[3] = float32(math.NaN())
	g, err := e.Generator.With(map[string]*compute.Tensor{name: bad})
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := gan.Save(&file, g); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "nan.pt")
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := build(t, "generator.model="+path); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("got %v, want an error about %s", err, name)
	}
}

func TestP12AWeightFileThatIsAProgramIsRefused(t *testing.T) {
	ran := filepath.Join(t.TempDir(), "ran")
	for name, pickle := range map[string]string{
		"a system call":           "\x80\x02cposix\nsystem\nX" + string([]byte{byte(6 + len(ran)), 0, 0, 0}) + "touch " + ran + "\x85R.",
		"an unknown instruction":  "\x80\x02\xff.",
		"a storage of 2^60 bytes": "\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x10tQK\x00\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x10\x85K\x01\x85\x89}tR.",
	} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.Create("m/data.pkl")
		if err == nil {
			_, err = w.Write([]byte(pickle))
		}
		if err == nil {
			err = z.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "hostile.pt")
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := build(t, "generator.model="+path); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want an error of one line", name, err)
		}
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a weight file has run a command")
	}
}

// The update of the paper's method is U = Lambda D: of the edited layer only, of rank r, in the row space of D.
func TestP14AnEditTouchesOneLayerInTheRowSpaceOfItsDirections(t *testing.T) {
	e := faces(t)
	before := map[string]*compute.Tensor{}
	for name, x := range e.Generator.Tensors() {
		before[name] = x.Clone()
	}
	edit, err := e.MakeEdit(context.Background(), "Ours", study.Options{})
	if err != nil {
		t.Fatal(err)
	}
	edited, err := e.Generator.With(edit.Tensors)
	if err != nil {
		t.Fatal(err)
	}
	layer := e.Cut.Layer()
	after := edited.Tensors()
	for name, x := range before {
		if got := e.Generator.Tensors()[name]; !equal(x, got) {
			t.Errorf("the original's %s has changed", name)
		}
		if name != layer.Name && !equal(x, after[name]) {
			t.Errorf("%s differs, only %s may", name, layer.Name)
		}
	}
	// One row per (output channel, kernel cell), one column per input channel.
	w0, w1 := before[layer.Name], after[layer.Name]
	area := layer.Kernel * layer.Kernel
	diff := mat.NewDense(layer.Out*area, layer.In, nil)
	for o := range layer.Out {
		for i := range layer.In {
			for k := range area {
				at := (o*layer.In+i)*area + k
				diff.Set(o*area+k, i, float64(w1.Data[at])-float64(w0.Data[at]))
			}
		}
	}
	var svd mat.SVD
	if !svd.Factorize(diff, mat.SVDThin) {
		t.Fatal("no singular values")
	}
	s := svd.Values(nil)
	if s[0] == 0 {
		t.Fatal("the edit changes nothing")
	}
	// Weights are float32 and about 1 in size: rounding them leaves singular values of 2^-24 times their number's root.
	noise := 6e-8 * math.Sqrt(float64(layer.In*layer.Out*area)) * norm(w0) / math.Sqrt(float64(len(w0.Data)))
	if rank := edit.Direction.Dim(0); s[rank] > 4*noise {
		t.Errorf("singular value %d is %v, rounding explains %v", rank, s[rank], noise)
	}
	var v mat.Dense
	svd.VTo(&v)
	cos, length := 0.0, 0.0
	for i := range layer.In {
		d := float64(edit.Direction.Data[i])
		cos += v.At(i, 0) * d
		length += d * d
	}
	if off := 1 - math.Abs(cos)/math.Sqrt(length); off > 1e-3 {
		t.Errorf("the row space of the update is off the direction by %v", off)
	}
}

func equal(a, b *compute.Tensor) bool {
	if len(a.Data) != len(b.Data) {
		return false
	}
	for i := range a.Data {
		if math.Float32bits(a.Data[i]) != math.Float32bits(b.Data[i]) {
			return false
		}
	}
	return true
}

func norm(x *compute.Tensor) float64 {
	sum := 0.0
	for _, v := range x.Data {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}

func TestP13TheResultNamesProgramInputsAndConfig(t *testing.T) {
	e := faces(t)
	text := ""
	for _, section := range e.provenance() {
		for _, f := range section.Facts {
			text += f.Name + ": " + f.Value + "\n"
		}
	}
	for _, want := range []string{"Go: go1.", "Commit: ", "Kernels: " + compute.Tier(), "generator world:faces: sha256 " + e.hashOf("generator"),
		"sha256 " + e.hashOf("session"), "weights as used: sha256 " + e.Generator.Info().Hash, "network world:faces/lpips: sha256 ",
		"network world:faces/segmenter: sha256 ", "count = 6", "seed = 1", "steps = 3"} {
		if !strings.Contains(text, want) {
			t.Errorf("the provenance lacks %q", want)
		}
	}
}
