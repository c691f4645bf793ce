package gan_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan"
	"rewriting/gan/gantest"
	"rewriting/gan/latent"
)

// waves is the latent formula of the reference values: sin(1 + 0.7 i + 1.3 j).
func waves(n, dim int) *compute.Tensor {
	z := compute.New(n, dim)
	for i := range z.Data {
		z.Data[i] = float32(math.Sin(1 + 0.7*float64(i/dim) + 1.3*float64(i%dim)))
	}
	return z
}

// rounding is what another order of float32 sums, or another form of the same convolution (the fast one of a tier against
// the direct one at a cut), may change in a picture.
const rounding = 5e-5

func distance(a, b *compute.Tensor) float64 {
	worst := 0.0
	for i, v := range a.Data {
		worst = max(worst, math.Abs(float64(v)-float64(b.Data[i])))
	}
	return worst
}

func TestAnONNXGeneratorRendersWhatONNXRuntimeRenders(t *testing.T) {
	g := gantest.Load(t, gantest.Small())
	want := struct{ First, Last []float64 }{}
	b, err := os.ReadFile("gantest/small.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	x := image(t, g, waves(1, 8))
	for i := range 6 {
		if d := math.Abs(float64(x.Data[i]) - want.First[i]); d > rounding {
			t.Errorf("pixel %d is %g, want %g", i, x.Data[i], want.First[i])
		}
		if j := len(x.Data) - 6 + i; math.Abs(float64(x.Data[j])-want.Last[i]) > rounding {
			t.Errorf("pixel %d is %g, want %g", j, x.Data[j], want.Last[i])
		}
	}
	info := g.Info()
	if info.Kind != "onnx" || !info.Raw || info.LatentDim != 8 || info.Resolution != 32 || info.Truncation != 1 {
		t.Errorf("information %+v", info)
	}
	want2 := []gan.Layer{
		{Number: 1, Name: "conv1.weight", Node: "first convolution", In: 6, Out: 7, KeySize: 8, ValueSize: 8, Kernel: 3},
		{Number: 2, Name: "conv2.weight", Node: "second convolution", In: 7, Out: 7, KeySize: 8, ValueSize: 16, Kernel: 4},
		{Number: 3, Name: "conv3.weight", Node: "to colours", In: 7, Out: 3, KeySize: 32, ValueSize: 32, Kernel: 3},
	}
	if got := g.Layers(); !slices.Equal(got, want2) {
		t.Errorf("layers %+v", got)
	}
	for _, name := range []string{"2", "conv2.weight", "second convolution"} {
		if l, err := gan.FindLayer(g, name); err != nil || l.Number != 2 {
			t.Errorf("layer %q is %+v, %v", name, l, err)
		}
	}
	if _, err := gan.FindLayer(g, "conv4.weight"); err == nil || !strings.Contains(err.Error(), "3 (conv3.weight)") {
		t.Errorf("an unknown layer gives %v", err)
	}
}

// reader loads a saved generator again.
type reader func(testing.TB, []byte) gan.Generator

// checkCuts demands that taking the network apart changes nothing, and that expression and kernels agree.
func checkCuts(t *testing.T, g gan.Generator, z *compute.Tensor, load reader) {
	t.Helper()
	whole := image(t, g, z)
	for _, l := range g.Layers() {
		c := cutAt(t, g, l.Number)
		s := contextOf(t, c, z)
		v := target(t, c, s)
		if want := []int{z.Shape[0], l.Out, l.ValueSize, l.ValueSize}; !slices.Equal(v.Shape, want) {
			t.Errorf("values of %s have shape %v, want %v", l.Name, v.Shape, want)
			continue
		}
		x, err := c.Render(s, v)
		if err != nil {
			t.Fatal(err)
		}
		if d := distance(x, whole); d > rounding {
			t.Errorf("cut at %s the picture differs by %g", l.Name, d)
		}
		e := gorgonia.NewGraph()
		n, err := c.TargetGraph(e, autodiff.Constant(e, "w", c.Weight()), s)
		if err != nil {
			t.Fatal(err)
		}
		same, err := autodiff.Evaluate(n)
		if err != nil {
			t.Fatal(err)
		}
		if d := distance(same, v); d > rounding*10 {
			t.Errorf("the expression of %s differs by %g", l.Name, d)
		}
		checkEdit(t, c, z, whole, load)
	}
}

// checkEdit changes one weight: the edited generator, its cut and its saved form must agree, and the original stay.
func checkEdit(t *testing.T, c gan.Cut, z, whole *compute.Tensor, load reader) {
	t.Helper()
	w := c.Weight().Clone()
	spread := gan.Spread(w)
	for i := range w.Data { // unlike at every tap: what follows may take a mean away
		w.Data[i] += float32(spread * math.Sin(1.7*float64(i)))
	}
	edited, err := c.WithWeight(w)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(edited.Weight().Data, w.Data) {
		t.Errorf("%s: the weight comes back in another order", c.Layer().Name)
	}
	x := image(t, edited.Generator(), z)
	if distance(x, whole) < 1e-3 {
		t.Errorf("%s: the edit does not show", c.Layer().Name)
	}
	s := contextOf(t, edited, z)
	y, err := edited.Render(s, target(t, edited, s))
	if err != nil {
		t.Fatal(err)
	}
	if d := distance(x, y); d > rounding {
		t.Errorf("%s: the edited cut renders another picture, by %g", c.Layer().Name, d)
	}
	var file bytes.Buffer
	if err := gan.Save(&file, edited.Generator()); err != nil {
		t.Fatal(err)
	}
	again := load(t, file.Bytes())
	if !slices.Equal(image(t, again, z).Data, x.Data) {
		t.Errorf("%s: the saved file renders another picture", c.Layer().Name)
	}
	if a, b := edited.Generator().Info().Hash, c.Generator().Info().Hash; a == b {
		t.Error("the edited generator has the hash of the original")
	}
	if !slices.Equal(image(t, c.Generator(), z).Data, whole.Data) {
		t.Error("the edit leaked into the original")
	}
}

func TestAnONNXGeneratorCanBeCutAndEditedAtEveryLayer(t *testing.T) {
	checkCuts(t, gantest.Load(t, gantest.Small()), latent.Table(1, 3, 8), gantest.Load)
}

func TestONNXPicturesDoNotDependOnTheBatch(t *testing.T) {
	g := gantest.Load(t, gantest.Small())
	z := latent.Table(1, 3, 8)
	if all, one := image(t, g, z), image(t, g, z.Item(2)); !slices.Equal(all.Item(2).Data, one.Data) {
		t.Error("the third picture of a batch differs from the picture alone")
	}
}

func TestRealGeneratorsCanBeCutAndEditedAtEveryLayer(t *testing.T) {
	// From the reference values: mean of the pictures of waves(n, dim), in the network's own range.
	for name, c := range map[string]struct {
		g    func(*testing.T) gan.Generator
		n    int
		mean float64 // in [-1,1]
		load reader
	}{
		"sdgan-began-face64": {func(t *testing.T) gan.Generator { return gantest.Load(t, gantest.BEGAN(t)) }, 2, -0.17403145024527836, gantest.Load},
		"ffhq-dcgan64":       {func(t *testing.T) gan.Generator { return gantest.DCGAN(t, "ffhq-dcgan64") }, 2, 2*0.5657283164068313 - 1, described("ffhq-dcgan64")},
		"ffhq-vaegan64":      {func(t *testing.T) gan.Generator { return gantest.DCGAN(t, "ffhq-vaegan64") }, 2, -0.034064607261531356, described("ffhq-vaegan64")},
		"omori aim25": {func(t *testing.T) gan.Generator {
			return gantest.Load(t, reference(t, "aim25-epoch13999-convtranspose.onnx"))
		}, 1, -0.1933863004376953, gantest.Load},
		"omori aim27": {func(t *testing.T) gan.Generator {
			return gantest.Load(t, reference(t, "aim27-epoch17999-resize-conv.onnx"))
		}, 1, -0.051914392186634066, gantest.Load},
	} {
		t.Run(name, func(t *testing.T) {
			g := c.g(t)
			z := waves(c.n, g.Info().LatentDim)
			sum := 0.0
			x := image(t, g, z)
			for _, v := range x.Data {
				sum += float64(v)
			}
			if mean := sum / float64(len(x.Data)); math.Abs(mean-c.mean) > rounding {
				t.Errorf("mean %g, want %g", mean, c.mean)
			}
			t.Logf("%d editable layers, %+v", len(g.Layers()), g.Info())
			checkCuts(t, g, z.Item(0), c.load)
		})
	}
}

func described(name string) reader {
	return func(t testing.TB, file []byte) gan.Generator {
		return gantest.Described(t, gantest.DCGANDescription(t, name), file)
	}
}

func reference(t *testing.T, name string) []byte {
	b, err := os.ReadFile(filepath.Clean(gantest.Reference(t, "omori-dcgan32", name)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
