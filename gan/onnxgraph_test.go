package gan_test

import (
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan"
	"rewriting/gan/gantest"
	"rewriting/onnx/write"
)

// plain is a generator of 8x8 pictures of operators that can all be differentiated.
func plain() []byte {
	b := write.New("z", 1, 4)
	b.Node("fc", "Gemm", []string{b.Weight("fc.weight", formula(1, .5, 0, 80, 4)), b.Weight("fc.bias", formula(2, .1, 0, 80))}, "transB", 1)
	b.Node("view", "Reshape", []string{b.Ints("shape", 1, 5, 4, 4)})
	b.Node("conv1", "Conv", []string{b.Weight("conv1.weight", formula(3, .2, 0, 6, 5, 3, 3)), b.Weight("conv1.bias", formula(4, .1, 0, 6))}, "pads", []int{1, 1, 1, 1})
	b.Node("act", "LeakyRelu", nil, "alpha", float32(0.2))
	b.Node("up", "Resize", []string{"", b.Weight("twice", compute.From([]float32{1, 1, 2, 2}, 4))}, "mode", "nearest")
	b.Node("conv2", "Conv", []string{b.Weight("conv2.weight", formula(5, .2, 0, 3, 6, 1, 1))})
	low, high := b.Weight("low", compute.From([]float32{-1})), b.Weight("high", compute.From([]float32{1}))
	b.Node("clip", "Clip", []string{low, high})
	return b.Bytes()
}

func graphOf(g gan.Generator, e *gorgonia.ExprGraph, z *compute.Tensor) (*gorgonia.Node, []*gorgonia.Node, error) {
	nodes := map[string]*gorgonia.Node{}
	var params []*gorgonia.Node
	for _, name := range g.Names() {
		nodes[name] = autodiff.Parameter(e, name, g.Tensors()[name].Clone())
		params = append(params, nodes[name])
	}
	n, err := g.Graph(e, nodes, z)
	return n, params, err
}

func TestTheExpressionOfAnONNXGeneratorIsItsPicture(t *testing.T) {
	for name, load := range map[string]func(testing.TB) gan.Generator{
		"plain": func(t testing.TB) gan.Generator { return gantest.Load(t, plain()) },
		"small": func(t testing.TB) gan.Generator { return gantest.Load(t, gantest.Small()) },
		"all kinds": func(t testing.TB) gan.Generator {
			text := strings.Replace(allKinds, "kind = \"upsample\"\nmode = \"bilinear\"", "kind = \"upsample\"", 1)
			return gantest.Described(t, description(t, text), stored(t, allKindsState()))
		},
		"SD-BEGAN": func(t testing.TB) gan.Generator { return gantest.Load(t, gantest.BEGAN(t)) },
		"DCGAN":    func(t testing.TB) gan.Generator { return gantest.DCGAN(t, "ffhq-dcgan64") },
		"VAE-GAN":  func(t testing.TB) gan.Generator { return gantest.DCGAN(t, "ffhq-vaegan64") },
		"OMORI 25": func(t testing.TB) gan.Generator {
			return gantest.Load(t, reference(t.(*testing.T), "aim25-epoch13999-convtranspose.onnx"))
		},
	} {
		t.Run(name, func(t *testing.T) { checkExpression(t, load(t)) })
	}
}

// checkExpression demands the mean square of the picture as the loss against black, and a gradient for every parameter.
func checkExpression(t *testing.T, g gan.Generator) {
	t.Helper()
	z := waves(1, g.Info().LatentDim)
	e := gorgonia.NewGraph()
	n, params, err := graphOf(g, e, z)
	if err != nil {
		t.Fatal(err)
	}
	want := image(t, g, z)
	loss, err := autodiff.L2Mean(n, autodiff.Constant(e, "black", compute.New(want.Shape...)))
	if err != nil {
		t.Fatal(err)
	}
	p, err := autodiff.NewProblem(e, loss, params)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	got, err := p.Step()
	if err != nil {
		t.Fatal(err)
	}
	squares := 0.0
	for _, v := range want.Data {
		squares += float64(v) * float64(v)
	}
	if mean := squares / float64(len(want.Data)); got < mean*(1-1e-5) || got > mean*(1+1e-5) {
		t.Errorf("loss %g, want %g", got, mean)
	}
	for i, name := range g.Names() {
		if gan.Spread(compute.From(p.Grad(i), len(p.Grad(i)))) == 0 {
			t.Errorf("no gradient arrives at %s", name)
		}
	}
}

func TestAnOperatorWithoutGradientIsNamed(t *testing.T) {
	b := write.New("z", 1, 4, 1, 1)
	b.Node("up", "ConvTranspose", []string{b.Weight("w", formula(1, .5, 0, 4, 3, 8, 8))})
	b.Node("bend", "Erf", nil)
	_, _, err := graphOf(gantest.Load(t, b.Bytes()), gorgonia.NewGraph(), waves(1, 4))
	if err == nil || !strings.Contains(err.Error(), "Erf") {
		t.Errorf("got %v", err)
	}
}
