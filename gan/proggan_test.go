package gan_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan"
	"rewriting/gan/checkpoint"
	"rewriting/gan/latent"
)

// toyProgState is the toy Progressive GAN of the specification (generators, section 9.2): 16 pixels.
func toyProgState() *checkpoint.Dict {
	d := checkpoint.NewDict()
	seed := uint32(2000)
	add := func(name string, a float64, shape ...int) {
		d.Set(name, formula(seed, a, 0, shape...))
		seed++
	}
	widths := []int{8, 8, 8, 7, 7, 6, 6}
	for n := 1; n <= 6; n++ {
		kernel := 3
		if n == 1 {
			kernel = 4
		}
		add(fmt.Sprintf("layer%d.conv.weight", n), 1, widths[n], widths[n-1], kernel, kernel)
		add(fmt.Sprintf("layer%d.wscale.b", n), .1, widths[n])
	}
	add("output_16x16.conv.weight", 1, 3, 6, 1, 1)
	add("output_16x16.wscale.b", .1, 3)
	return d
}

func toyProg(t testing.TB) gan.Generator {
	t.Helper()
	g, err := load(toyProgState(), gan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestToyProgressiveGANMatchesTheReleasedPython(t *testing.T) {
	g := toyProg(t)
	checkGolden(t, "image", image(t, g, rows(1)), 29.241486, 463.632428, -.282202, .171686, -.060088, -.471138)
	if i := g.Info(); i.Kind != "proggan" || i.Resolution != 16 || i.LatentDim != 8 {
		t.Errorf("information %+v", i)
	}
	// Outputs of layers, from the raw values through scale, bias and activation as the next steps do.
	for layer, want := range map[int][2]float64{
		1: {16.309560, 23.330808}, 2: {54.485550, 73.544438}, 3: {208.866368, 278.632520},
		4: {144.360822, 269.696001}, 5: {449.336250, 801.328490}, 6: {863.352553, 1110.466283},
	} {
		cut := cutAt(t, g, layer)
		v := target(t, cut, contextOf(t, cut, rows(1)))
		l := cut.Layer()
		bias := g.Tensors()[fmt.Sprintf("layer%d.wscale.b", layer)].Data
		scale := math.Sqrt2 / (float64(l.Kernel) * math.Sqrt(float64(l.In)))
		size := l.ValueSize * l.ValueSize
		for i, x := range v.Data {
			y := float64(x)*scale + float64(bias[i/size])
			v.Data[i] = float32(max(y, 0.2*y))
		}
		checkGolden(t, l.Name, v, want[0], want[1])
	}
}

func TestProgressiveGANsPartsGiveTheImage(t *testing.T) {
	g := toyProg(t)
	want := image(t, g, rows(3))
	layers := g.Layers()
	if len(layers) != 6 || layers[0].Scale() != 4 || layers[2].Scale() != 1 {
		t.Fatalf("layers %+v", layers)
	}
	for _, l := range layers {
		cut := cutAt(t, g, l.Number)
		s := contextOf(t, cut, rows(3))
		v := target(t, cut, s)
		if k := []int{3, l.In, l.KeySize, l.KeySize}; !slices.Equal(s.Key.Shape, k) {
			t.Errorf("layer %d: keys %v, want %v", l.Number, s.Key.Shape, k)
		}
		if k := []int{3, l.Out, l.ValueSize, l.ValueSize}; !slices.Equal(v.Shape, k) {
			t.Errorf("layer %d: values %v, want %v", l.Number, v.Shape, k)
		}
		got, err := cut.Render(s, v)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Data, want.Data) {
			t.Errorf("layer %d: the parts give another image than the whole", l.Number)
		}
	}
	if _, err := g.Cut(7); err == nil || !strings.Contains(err.Error(), "1 to 6") {
		t.Errorf("cutting at layer 7 gave %v", err)
	}
}

func TestProgressiveGANsGraphIsTheImageAndItsGradientsAreRight(t *testing.T) {
	g := toyProg(t)
	p, names := problem(t, g, rows(2))
	defer p.Close()
	if _, err := p.Step(); err != nil {
		t.Fatal(err)
	}
	want := image(t, g, rows(2))
	for i, v := range drawn(t, g, rows(2)).Data {
		if math.Abs(float64(v-want.Data[i])) > 1e-5 {
			t.Fatalf("pixel %d: %v in the graph, %v in the image", i, v, want.Data[i])
		}
	}
	tensors := g.Tensors()
	for k, name := range names {
		base := tensors[name]
		const h = 2e-4
		measure := func(i int, d float32) float64 {
			v := base.Clone()
			v.Data[i] += d
			e, err := g.With(map[string]*compute.Tensor{name: v})
			if err != nil {
				t.Fatal(err)
			}
			return energy(image(t, e, rows(2)))
		}
		for _, i := range []int{0, len(base.Data) / 2, len(base.Data) - 1} {
			quotient := (measure(i, h) - measure(i, -h)) / (2 * h)
			// The limits are those of the StyleGAN2 test: kinks within the step, rounding of the loss.
			if got := float64(p.Grad(k)[i]); math.Abs(got-quotient) > 2e-2*math.Abs(quotient)+3e-4 {
				t.Errorf("%s[%d]: gradient %v, difference quotient %v", name, i, got, quotient)
			}
		}
	}
}

func TestProgressiveGANsTargetGraphIsTheTarget(t *testing.T) {
	g := toyProg(t)
	for _, layer := range []int{1, 5} {
		cut := cutAt(t, g, layer)
		s := contextOf(t, cut, rows(1))
		e := gorgonia.NewGraph()
		n, err := cut.TargetGraph(e, autodiff.Parameter(e, "w", cut.Weight().Clone()), s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := autodiff.Evaluate(n)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range target(t, cut, s).Data {
			if math.Abs(float64(got.Data[i]-v)) > 1e-5*max(1, math.Abs(float64(v))) {
				t.Fatalf("layer %d, value %d: %v in the graph, %v in the target", layer, i, got.Data[i], v)
			}
		}
	}
}

func TestProgressiveGANsOldNamesAndContainersLoadAlike(t *testing.T) {
	want := toyProg(t).Info()
	state := toyProgState()
	old := checkpoint.NewDict()
	for _, name := range state.Keys() {
		v, _ := state.Get(name)
		var n int
		if _, err := fmt.Sscanf(name, "layer%d.", &n); err == nil {
			_, rest, _ := strings.Cut(name, ".")
			name = fmt.Sprintf("features.%d.%s", n-1, rest)
		}
		old.Set(strings.Replace(name, "output_16x16", "output", 1), v)
	}
	wrapped := checkpoint.NewDict()
	wrapped.Set("state_dict", state)
	for what, object := range map[string]*checkpoint.Dict{"old names": old, "state_dict": wrapped} {
		g, err := load(object, gan.Options{})
		if err != nil {
			t.Errorf("%s: %v", what, err)
		} else if g.Info() != want {
			t.Errorf("%s: information %+v, want %+v", what, g.Info(), want)
		}
	}
	var b bytes.Buffer
	if err := gan.Save(&b, toyProg(t)); err != nil {
		t.Fatal(err)
	}
	if g, err := gan.Load(context.Background(), bytes.NewReader(b.Bytes()), gan.Options{}); err != nil || g.Info() != want {
		t.Errorf("saved and loaded: %v", err)
	}
}

func TestDamagedProgressiveGANsAreErrors(t *testing.T) {
	if _, err := load(toyProgState(), gan.Options{Truncation: 0.5}); err == nil || !strings.Contains(err.Error(), "truncation 0.5") {
		t.Errorf("truncation gave %v", err)
	}
	d := toyProgState()
	d.Set("layer4.conv.weight", compute.New(7, 8, 3, 3))
	if _, err := load(d, gan.Options{}); err == nil || !strings.Contains(err.Error(), `"layer4.conv.weight" has shape [7 8 3 3], expected [* 7 3 3]`) {
		t.Errorf("a mis-shaped tensor gave %v", err)
	}
	d = toyProgState()
	d.Set("layer7.wscale.b", compute.New(6))
	if _, err := load(d, gan.Options{}); err == nil || !strings.Contains(err.Error(), `unexpected tensor "layer7.wscale.b"`) {
		t.Errorf("an extra tensor gave %v", err)
	}
	if _, err := toyProg(t).Image(latent.Table(1, 1, 9)); err == nil {
		t.Error("latents of another length were accepted")
	}
}
