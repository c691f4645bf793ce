package checkpoint_test

import (
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/gan/checkpoint"
)

func open(t *testing.T, path string) *checkpoint.File {
	t.Helper()
	f, err := checkpoint.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// Both layouts give every tensor with its values in row-major order; all conversions below are exact except double's.
func TestBothLayoutsOfPyTorchReadAlike(t *testing.T) {
	eighths := func(from ...int) []float32 {
		out := make([]float32, len(from))
		for i, v := range from {
			out[i] = float32(v) / 8
		}
		return out
	}
	want := []struct {
		name  string
		shape []int
		data  []float32
	}{
		{"plain", []int{2, 3, 4}, eighths(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)},
		{"transposed", []int{6, 4}, eighths(0, 6, 12, 18, 1, 7, 13, 19, 2, 8, 14, 20, 3, 9, 15, 21, 4, 10, 16, 22, 5, 11, 17, 23)},
		{"slice", []int{2, 3}, eighths(8, 9, 10, 14, 15, 16)},
		{"half", []int{5}, []float32{0, -1.5, 6.097555160522461e-05, 5.9604645e-08, 65504}},
		{"bfloat16", []int{3}, []float32{1, -2.5, 3.140625}},
		{"double", []int{2}, []float32{0.1, -1e-3}},
		{"long", []int{2}, []float32{3, -4}},
		{"int", []int{1}, []float32{5}},
		{"short", []int{1}, []float32{-6}},
		{"char", []int{1}, []float32{-7}},
		{"byte", []int{1}, []float32{200}},
		{"bool", []int{2}, []float32{1, 0}},
		{"scalar", []int{}, []float32{2.5}},
		{"parameter", []int{2}, []float32{1, 1}},
		{"empty", []int{0, 3}, []float32{}},
	}
	for _, file := range []string{"zip.pt", "legacy.pt"} {
		t.Run(file, func(t *testing.T) {
			s, err := open(t, "testdata/"+file).State("g_ema")
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range want {
				got, err := s.Take(w.name, w.shape...)
				if err != nil {
					t.Error(err)
					continue
				}
				if diff := cmp.Diff(w.data, got.Data); diff != "" {
					t.Errorf("%s (-want +got):\n%s", w.name, diff)
				}
			}
			if err := s.Finish(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestValuesBesideTheWeightsAreKeptAsData(t *testing.T) {
	root := open(t, "testdata/zip.pt").Root.(*checkpoint.Dict)
	args, _ := root.Get("args")
	if size, _ := args.(*checkpoint.Dict).Get("size"); size != int64(64) {
		t.Errorf("namespace entry size is %v, want 64", size)
	}
	optim, _ := root.Get("optim")
	big70, _ := optim.(*checkpoint.Dict).Get("big")
	if want := new(big.Int).Lsh(big.NewInt(1), 70); big70.(*big.Int).Cmp(want) != 0 {
		t.Errorf("2^70 reads as %v", big70)
	}
	if neg, _ := optim.(*checkpoint.Dict).Get("neg"); neg != int64(-1<<40) {
		t.Errorf("-2^40 reads as %v", neg)
	}
}

// Files as people publish them. They are too large and too foreign to ship; testdata covers the same layouts.
func TestPublishedFiles(t *testing.T) {
	root := os.Getenv("REWRITING_REFERENCE")
	if root == "" {
		t.Skip("REWRITING_REFERENCE is not set")
	}
	for _, c := range []struct {
		file            string
		tensors, values int
		name            string
		shape           []int
	}{
		{"ffhq-vaegan64/ffhq-64x64-g.pth", 32, 304145, "", nil},
		{"ffhq-dcgan64/ffhq-64x64-g.pth", 5, 90880, "", nil},
		{"mnist-dcgan-discriminator/netD_epoch_99.pth", 14, 662018, "main.2.weight", []int{128, 64, 4, 4}},
		{"lpips/v0.1/alex.pth", 5, 1152, "lin1.model.1.weight", []int{1, 192, 1, 1}},
		{"lpips/v0.1/vgg.pth", 5, 1472, "lin4.model.1.weight", []int{1, 512, 1, 1}},
		{"lpips/v0.1/squeeze.pth", 7, 2240, "", nil},
		{"lpips/v0.0/alex.pth", 5, 1152, "", nil},
	} {
		t.Run(c.file, func(t *testing.T) {
			s, err := open(t, filepath.Join(root, "models", c.file)).State()
			if err != nil {
				t.Fatal(err)
			}
			if c.name != "" {
				if diff := cmp.Diff(c.shape, s.Shape(c.name)); diff != "" {
					t.Errorf("shape of %s (-want +got):\n%s", c.name, diff)
				}
			}
			names, values := s.Names(), 0
			for _, n := range names {
				v, err := s.Take(n, s.Shape(n)...)
				if err != nil {
					t.Fatal(err)
				}
				values += v.Len()
			}
			if len(names) != c.tensors || values != c.values {
				t.Errorf("%d tensors with %d values, want %d with %d", len(names), values, c.tensors, c.values)
			}
		})
	}
}
