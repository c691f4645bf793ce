package gan_test

import (
	"bytes"
	"strings"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/checkpoint"
	"rewriting/gan/gantest"
	"rewriting/gan/latent"
)

const allKinds = `weights = "w.pth"
state = ["G"]
latent = [6]
[[layer]]
kind = "linear"
name = "fc"
[[layer]]
kind = "relu"
[[layer]]
kind = "reshape"
shape = [4, 2, 2]
[[layer]]
kind = "conv-transpose"
name = "up"
stride = 2
padding = 1
output_padding = 1
[[layer]]
kind = "batch-norm"
name = "bn"
epsilon = 0.001
[[layer]]
kind = "silu"
[[layer]]
kind = "conv"
name = "conv"
padding = 1
[[layer]]
kind = "instance-norm"
name = "in"
[[layer]]
kind = "leaky-relu"
slope = 0.2
[[layer]]
kind = "upsample"
mode = "bilinear"
[[layer]]
kind = "elu"
[[layer]]
kind = "conv"
name = "rgb"
[[layer]]
kind = "sigmoid"
`

// allKindsState fits allKinds. The transposed convolution makes 5 pixels of 2.
func allKindsState() *checkpoint.Dict {
	d := checkpoint.NewDict()
	for _, p := range []struct {
		name  string
		shape []int
	}{
		{"fc.weight", []int{16, 6}}, {"fc.bias", []int{16}},
		{"up.weight", []int{4, 5, 4, 4}},
		{"bn.weight", []int{5}}, {"bn.bias", []int{5}}, {"bn.running_mean", []int{5}}, {"bn.running_var", []int{5}}, {"bn.num_batches_tracked", []int{1}},
		{"conv.weight", []int{6, 5, 3, 3}}, {"conv.bias", []int{6}},
		{"in.weight", []int{6}}, {"in.bias", []int{6}},
		{"rgb.weight", []int{3, 6, 1, 1}},
	} {
		d.Set(p.name, gantest.Hashed(uint64(d.Len()+1), p.shape...))
	}
	v, _ := d.Get("bn.running_var")
	for i := range v.(*compute.Tensor).Data {
		v.(*compute.Tensor).Data[i] = 1 + float32(i)
	}
	root := checkpoint.NewDict()
	root.Set("G", d)
	return root
}

func stored(t testing.TB, d *checkpoint.Dict) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := checkpoint.Write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func description(t testing.TB, text string) *gan.Description {
	t.Helper()
	d, err := gan.ReadDescription([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestADescribedStateDictIsAGeneratorThatIsCutEditedAndSavedAsAStateDict(t *testing.T) {
	d := description(t, allKinds)
	g := gantest.Described(t, d, stored(t, allKindsState()))
	if i := g.Info(); i.LatentDim != 6 || i.Resolution != 10 || !i.Raw || len(g.Layers()) != 2 {
		t.Errorf("%+v with layers %+v", i, g.Layers())
	}
	if l, err := gan.FindLayer(g, "conv.weight"); err != nil || l.KeySize != 5 || l.In != 5 || l.Out != 6 {
		t.Errorf("%+v, %v", l, err)
	}
	checkCuts(t, g, latent.Table(1, 2, 6), func(t testing.TB, file []byte) gan.Generator { return gantest.Described(t, d, file) })
}

func TestMistakesInADescriptionAreNamed(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`kind = "relu"`, `kind = "rlu"`, "layer 2 (rlu): no such kind; there is batch-norm, conv"},
		{`name = "fc"`, `name = "fx"`, `layer 1 (linear fx): checkpoint: tensor "fx.weight" is missing`},
		{"[[layer]]\nkind = \"instance-norm\"\nname = \"in\"\n", "", `unexpected tensor "in.weight" (and 1 more): no layer uses it`},
		{`slope = 0.2`, ``, "layer 9 (leaky-relu): slope is required"},
		{`padding = 1`, `pad = 1`, `no such key "layer.pad"`},
		{`latent = [6]`, `latent = []`, "latent = []"},
		{`weights = "w.pth"`, ``, "weights is required"},
		{`mode = "bilinear"`, `mode = "cubic"`, `layer 10 (upsample): mode = "cubic"`},
		{`stride = 2`, `stride = -2`, "layer 4 (conv-transpose up): stride, padding"},
		{`shape = [4, 2, 2]`, `shape = [3, 2, 2]`, "reshape.3"},
	} {
		text := strings.Replace(allKinds, c.old, c.new, 1)
		d, err := gan.ReadDescription([]byte(text))
		if err == nil {
			_, err = gan.LoadDescribed(t.Context(), d, bytes.NewReader(stored(t, allKindsState())), gan.Options{})
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q for %q gives %v\nwant %s", c.new, c.old, err, c.want)
		}
	}
}

func FuzzDescriptionsNeverPanic(f *testing.F) {
	weights := stored(f, allKindsState())
	f.Add(allKinds)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := gan.ReadDescription([]byte(text))
		if err == nil {
			_, _ = gan.LoadDescribed(t.Context(), d, bytes.NewReader(weights), gan.Options{})
		}
	})
}
