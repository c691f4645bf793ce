package experiment

import (
	"context"
	"math"
	"runtime"
	"testing"

	"rewriting/compute"
	"rewriting/gan/latent"
	"rewriting/onnx"
	"rewriting/worlds"
)

// batchTolerance bounds, relative to the largest value of an output, what the number of images in a batch and the number of threads may move.
// A run draws and scores one image at a time, so its own results do not depend on either; the bound is for those who compare with
// programs that take images by fours. Sums in
// float32 of up to 1,152 products in another order differ by a few 1e-6 of the whole; at present all are equal bit for bit.
const batchTolerance = 1e-5

// furthest is the largest difference of the values, relative to the largest of want.
func furthest(want, got []float32) float64 {
	most, scale := 0.0, 0.0
	for i := range want {
		most = max(most, math.Abs(float64(want[i])-float64(got[i])))
		scale = max(scale, math.Abs(float64(want[i])))
	}
	return most / scale
}

func TestP07BatchAndThreadsMoveNoMoreThanPublished(t *testing.T) {
	e := faces(t)
	const n = 4
	z := latent.Table(3, n, e.Generator.Info().LatentDim)
	alone, err := e.Generator.Image(z.Item(0))
	if err != nil {
		t.Fatal(err)
	}
	// Noise belongs to the place in the batch, as in the released code, so only the first image has a twin.
	together, err := e.Generator.Image(z)
	if err != nil {
		t.Fatal(err)
	}
	check(t, "generator", alone.Data, together.Data[:len(alone.Data)])
	before := runtime.GOMAXPROCS(1)
	single, err := e.Generator.Image(z.Item(0))
	runtime.GOMAXPROCS(before)
	if err != nil {
		t.Fatal(err)
	}
	check(t, "generator on one thread", alone.Data, single.Data)

	images := compute.New(n, 3, alone.Dim(2), alone.Dim(3))
	for i := range n {
		one, err := e.Generator.Image(z.Item(i))
		if err != nil {
			t.Fatal(err)
		}
		copy(images.Item(i).Data, one.Data)
	}
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
			t.Fatal(err)
		}
		give := func(x *compute.Tensor) map[string]*onnx.Value {
			in := map[string]*onnx.Value{}
			for k, p := range model.Inputs() { // LPIPS compares two images
				in[p.Name] = onnx.FromTensor(x)
				if k == 1 {
					shifted := x.Clone()
					for i := range shifted.Data {
						shifted.Data[i] *= 0.9
					}
					in[p.Name] = onnx.FromTensor(shifted)
				}
			}
			out, err := model.Run(context.Background(), in)
			if err != nil {
				t.Fatal(name, err)
			}
			return out
		}
		all := give(images)
		for i := range n {
			for output, value := range give(images.Item(i)) {
				one := value.F32
				check(t, name+" "+output, one, all[output].F32[i*len(one):(i+1)*len(one)])
			}
		}
	}
}

func check(t *testing.T, what string, want, got []float32) {
	t.Helper()
	if d := furthest(want, got); !(d <= batchTolerance) { // NaN: nothing was compared
		t.Errorf("%s: %.2g of the largest value, %g is published", what, d, batchTolerance)
	} else if d > 0 {
		t.Logf("%s: %.2g", what, d)
	}
}
