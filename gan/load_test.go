package gan_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/checkpoint"
	"rewriting/gan/latent"
)

func TestSavedGeneratorsLoadUnchanged(t *testing.T) {
	g := toy(t)
	var b bytes.Buffer
	if err := gan.Save(&b, g); err != nil {
		t.Fatal(err)
	}
	again, err := gan.Load(context.Background(), bytes.NewReader(b.Bytes()), gan.Options{Truncation: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	if again.Info() != g.Info() {
		t.Errorf("information %+v, want %+v", again.Info(), g.Info())
	}
	if !slices.Equal(image(t, again, rows(1)).Data, image(t, g, rows(1)).Data) {
		t.Error("the saved generator renders another image")
	}
	f, err := checkpoint.ReadFrom(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.State("g_ema")
	if err != nil {
		t.Fatal(err)
	}
	// 56 parameters, 3 blurs, 3 upsamplers, 7 noise maps: what a 32-pixel official file has.
	if n := len(s.Names()); n != 69 {
		t.Errorf("the official container has %d tensors, want 69", n)
	}
	if want := []int{1, 1, 16, 16}; !slices.Equal(s.Shape("noises.noise_4"), want) {
		t.Errorf("noise map 4 has shape %v, want %v", s.Shape("noises.noise_4"), want)
	}
}

// The sizes of the published 256-pixel model, without its values: names, count and structure must be the official ones.
func TestPublishedArchitectureHasThePublishedCounts(t *testing.T) {
	if testing.Short() {
		t.Skip("allocates 120 MB")
	}
	d := checkpoint.NewDict()
	add := func(name string, shape ...int) { d.Set(name, compute.New(shape...)) }
	for j := range 8 {
		add(fmt.Sprintf("style.%d.weight", j+1), 512, 512)
		add(fmt.Sprintf("style.%d.bias", j+1), 512)
	}
	add("input.input", 1, 512, 4, 4)
	conv := func(name string, in, out int) {
		add(name+".conv.weight", 1, out, in, 3, 3)
		add(name+".conv.modulation.weight", in, 512)
		add(name+".conv.modulation.bias", in)
		add(name+".noise.weight", 1)
		add(name+".activate.bias", out)
	}
	rgb := func(name string, c int) {
		add(name+".bias", 1, 3, 1, 1)
		add(name+".conv.weight", 1, 3, c, 1, 1)
		add(name+".conv.modulation.weight", c, 512)
		add(name+".conv.modulation.bias", c)
	}
	conv("conv1", 512, 512)
	rgb("to_rgb1", 512)
	widths := []int{512, 512, 512, 512, 512, 256, 128}
	for i := 1; i < len(widths); i++ {
		conv(fmt.Sprintf("convs.%d", 2*i-2), widths[i-1], widths[i])
		conv(fmt.Sprintf("convs.%d", 2*i-1), widths[i], widths[i])
		rgb(fmt.Sprintf("to_rgbs.%d", i-1), widths[i])
	}
	g, err := load(d, gan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	info := g.Info()
	if info.Parameters != 30034338 || info.Resolution != 256 || info.LatentDim != 512 {
		t.Errorf("got %+v, want 30034338 parameters, 256 pixels, 512 latents", info)
	}
	layers := g.Layers()
	if first, last := layers[0].Number, layers[len(layers)-1].Number; first != 3 || last != 14 {
		t.Errorf("editable layers %d to %d, want 3 to 14", first, last)
	}
	for _, want := range []gan.Layer{ // rows of the method's table of sizes
		{Number: 8, Name: "convs.5.conv.weight", In: 512, Out: 512, KeySize: 32, ValueSize: 32, Kernel: 3},
		{Number: 11, Name: "convs.8.conv.weight", In: 512, Out: 256, KeySize: 64, ValueSize: 128, Kernel: 3},
		{Number: 14, Name: "convs.11.conv.weight", In: 128, Out: 128, KeySize: 256, ValueSize: 256, Kernel: 3},
	} {
		if got := layers[want.Number-3]; got != want {
			t.Errorf("layer %d is %+v, want %+v", want.Number, got, want)
		}
	}
}

// The converted form that the released code loads and saves has other names for the same tensors.
func TestSequentialNamesLoadAlike(t *testing.T) {
	sequential := strings.NewReplacer(
		"conv1.conv.weight", "layer2.conv.mconv.dconv.weight", "conv1.conv.modulation", "layer2.conv.mconv.modulation",
		"conv1.noise", "layer2.conv.noise", "conv1.activate", "layer2.conv.activate",
		"to_rgb1.conv", "to_rgb1.rgb.conv", "to_rgb1.bias", "to_rgb1.rgb.bias",
	)
	official := toyState()
	d := checkpoint.NewDict()
	for _, name := range official.Keys() {
		v, _ := official.Get(name)
		var j int
		var rest string
		switch {
		case scan(name, "convs.%d.conv.modulation.%s", &j, &rest):
			name = fmt.Sprintf("layer%d.sconv.mconv.modulation.%s", j+3, rest)
		case scan(name, "convs.%d.conv.weight%s", &j, &rest):
			name = fmt.Sprintf("layer%d.sconv.mconv.dconv.weight", j+3)
		case scan(name, "convs.%d.%s", &j, &rest):
			name = fmt.Sprintf("layer%d.sconv.%s", j+3, rest)
		case scan(name, "to_rgbs.%d.%s", &j, &rest):
			name = fmt.Sprintf("to_rgb%d.rgb.%s", j+2, rest)
		default:
			name = sequential.Replace(name)
		}
		d.Set(name, v)
	}
	d.Set("latents.latent_avg", toyAverage())
	g, err := load(d, gan.Options{Truncation: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	if want := toy(t).Info(); g.Info() != want {
		t.Errorf("information %+v, want %+v", g.Info(), want)
	}
}

// scan reads a name of the given form; the number and, where the name has one, the rest.
func scan(name, form string, j *int, rest *string) bool {
	*rest = ""
	n, err := fmt.Sscanf(name, form, j, rest)
	prefix, _, _ := strings.Cut(form, "%s")
	return (err == nil || n == 1) && strings.HasPrefix(name, fmt.Sprintf(prefix, *j))
}

func TestMappingMayStartFromAShorterLatent(t *testing.T) {
	d := toyState()
	d.Set("style.1.weight", formula(1, 100, 0, toyStyle, 5))
	g, err := load(container(d, nil), gan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := g.Info().LatentDim; got != 5 {
		t.Errorf("latents of length %d, want 5", got)
	}
	image(t, g, latent.Seed(1, 5))
}

func TestDamagedCheckpointsAreErrorsNamingTheTensor(t *testing.T) {
	nan := compute.New(1, 6, 6, 3, 3)
	nan.Data[5] = float32(math.NaN())
	for _, c := range []struct {
		name, want string
		damage     func(state, root *checkpoint.Dict)
		options    gan.Options
	}{
		{"extra tensor", `unexpected tensor "convs.6.conv.blur.kernel"`, func(s, _ *checkpoint.Dict) {
			s.Set("convs.6.conv.blur.kernel", compute.New(4, 4))
		}, gan.Options{}},
		{"wrong shape", `tensor "convs.2.conv.modulation.weight" has shape [8 9], expected [8 8]`, func(s, _ *checkpoint.Dict) {
			s.Set("convs.2.conv.modulation.weight", compute.New(8, 9))
		}, gan.Options{}},
		{"channels that do not follow", `tensor "convs.1.conv.weight" has shape [1 8 7 3 3], expected [1 * 8 3 3]`, func(s, _ *checkpoint.Dict) {
			s.Set("convs.1.conv.weight", compute.New(1, 8, 7, 3, 3))
		}, gan.Options{}},
		{"not finite", `tensor "convs.3.conv.weight" holds NaN at element 5`, func(s, _ *checkpoint.Dict) {
			s.Set("convs.3.conv.weight", nan)
		}, gan.Options{}},
		{"half a resolution", "8 styled convolutions", func(s, _ *checkpoint.Dict) {
			s.Set("convs.6.conv.weight", compute.New(1, 5, 5, 3, 3))
		}, gan.Options{}},
		{"another filter", `tensor "convs.0.conv.blur.kernel" is not`, func(s, _ *checkpoint.Dict) {
			s.Set("convs.0.conv.blur.kernel", compute.New(4, 4))
		}, gan.Options{}},
		{"truncation without a mean", "no latent_avg", func(_, r *checkpoint.Dict) {}, gan.Options{Truncation: 0.5}},
		{"truncation that is no number", "truncation NaN", func(_, r *checkpoint.Dict) {}, gan.Options{Truncation: math.NaN()}},
		{"mean of another length", `tensor "latent_avg" has shape [3], expected [8]`, func(_, r *checkpoint.Dict) {
			r.Set("latent_avg", compute.New(3))
		}, gan.Options{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			state := toyState()
			root := container(state, nil)
			c.damage(state, root)
			_, err := load(root, c.options)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want %q in one line", err, c.want)
			}
		})
	}
}

func TestEveryMissingTensorIsNamed(t *testing.T) {
	full := toyState()
	for _, missing := range full.Keys() {
		d := checkpoint.NewDict()
		for _, k := range full.Keys() {
			if k != missing {
				v, _ := full.Get(k)
				d.Set(k, v)
			}
		}
		// Without a convolution's weight its resolution seems absent, so another of its tensors may be named instead.
		group := missing[:strings.LastIndex(missing, ".")]
		group, _, _ = strings.Cut(strings.TrimSuffix(group, ".conv"), ".conv.")
		if _, err := load(container(d, nil), gan.Options{}); err == nil {
			t.Errorf("accepted without %q", missing)
		} else if !strings.Contains(err.Error(), group) && !strings.Contains(err.Error(), "styled convolutions") {
			t.Errorf("without %q: %v", missing, err)
		}
	}
}
