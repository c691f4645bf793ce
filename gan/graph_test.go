package gan_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan"
)

// expression is the graph of an image and its parameters.
func expression(t testing.TB, g gan.Generator, z *compute.Tensor) (*gorgonia.ExprGraph, *gorgonia.Node, []*gorgonia.Node) {
	t.Helper()
	e := gorgonia.NewGraph()
	params := map[string]*gorgonia.Node{}
	var list []*gorgonia.Node
	tensors := g.Tensors()
	for _, n := range g.Names() {
		params[n] = autodiff.Parameter(e, n, tensors[n].Clone())
		list = append(list, params[n])
	}
	x, err := g.Graph(e, params, z)
	if err != nil {
		t.Fatal(err)
	}
	return e, x, list
}

// drawn is the image that the graph computes.
func drawn(t testing.TB, g gan.Generator, z *compute.Tensor) *compute.Tensor {
	t.Helper()
	_, x, _ := expression(t, g, z)
	y, err := autodiff.Evaluate(x)
	if err != nil {
		t.Fatal(err)
	}
	return y
}

// problem builds the mean squared distance of the toy's images to zero as a function of all parameters.
func problem(t testing.TB, g gan.Generator, z *compute.Tensor) (*autodiff.Problem, []string) {
	t.Helper()
	e, x, list := expression(t, g, z)
	loss, err := autodiff.L2Mean(x, autodiff.Constant(e, "black", compute.New(x.Shape()...)))
	if err != nil {
		t.Fatal(err)
	}
	p, err := autodiff.NewProblem(e, loss, list)
	if err != nil {
		t.Fatal(err)
	}
	return p, g.Names()
}

func energy(x *compute.Tensor) float64 {
	return compute.L2(x.Data, make([]float32, len(x.Data))) / float64(len(x.Data))
}

func TestGraphIsTheImageAndItsGradientsAreRight(t *testing.T) {
	g := toy(t)
	z := rows(2)
	p, names := problem(t, g, z)
	defer p.Close()
	loss, err := p.Step()
	if err != nil {
		t.Fatal(err)
	}
	want := image(t, g, z)
	for i, v := range drawn(t, g, z).Data {
		if math.Abs(float64(v-want.Data[i])) > 1e-5*max(1, math.Abs(float64(want.Data[i]))) {
			t.Fatalf("pixel %d: %v in the graph, %v in the image", i, v, want.Data[i])
		}
	}
	if math.Abs(loss-energy(want)) > 1e-5 {
		t.Errorf("loss %v, want %v", loss, energy(want))
	}
	tensors := g.Tensors()
	for k, name := range names {
		base := tensors[name]
		// Steps follow the parameter's own scale: the mapping's stored values are a hundred times larger, and the strength
		// of the noise moves every pixel, so that many leaky units change sides.
		h := float32(1e-3)
		if strings.HasPrefix(name, "style.") {
			h = 0.1
		}
		if strings.HasSuffix(name, "noise.weight") {
			h = 1e-4
		}
		measure := func(i int, d float32) float64 {
			v := base.Clone()
			v.Data[i] += d
			e, err := g.With(map[string]*compute.Tensor{name: v})
			if err != nil {
				t.Fatal(err)
			}
			return energy(image(t, e, z))
		}
		for _, i := range []int{0, len(base.Data) / 2, len(base.Data) - 1} {
			quotient := (measure(i, h) - measure(i, -h)) / (2 * float64(h))
			got := float64(p.Grad(k)[i])
			// Leaky units that change sides within the step and float32 rounding of a loss near 1 limit the quotient.
			if math.Abs(got-quotient) > 2e-2*math.Abs(quotient)+3e-4 {
				t.Errorf("%s[%d]: gradient %v, difference quotient %v", name, i, got, quotient)
			}
		}
	}
}

// Gradients that arrive by many ways are added in a fixed order: two graphs give equal bits.
func TestGraphsAreDeterministic(t *testing.T) {
	g := toy(t)
	var first []float32
	for range 3 {
		p, names := problem(t, g, rows(1))
		if _, err := p.Step(); err != nil {
			t.Fatal(err)
		}
		var all []float32
		for i := range names {
			all = append(all, p.Grad(i)...)
		}
		p.Close()
		if first == nil {
			first = all
		} else if !slices.Equal(first, all) {
			t.Fatal("two graphs of the same network give different gradients")
		}
	}
}

func TestGraphNamesAMissingOrMisshapenNode(t *testing.T) {
	g := toy(t)
	e := gorgonia.NewGraph()
	params := map[string]*gorgonia.Node{}
	for n, v := range g.Tensors() {
		params[n] = autodiff.Parameter(e, n, v.Clone())
	}
	params["to_rgb1.bias"] = autodiff.Parameter(e, "wrong", compute.New(3))
	if _, err := g.Graph(e, params, rows(1)); err == nil || !strings.Contains(err.Error(), `"to_rgb1.bias" has shape`) {
		t.Errorf("a node of another shape gave %v", err)
	}
	delete(params, "to_rgb1.bias")
	if _, err := g.Graph(e, params, rows(1)); err == nil || !strings.Contains(err.Error(), `"to_rgb1.bias"`) {
		t.Errorf("a missing node gave %v", err)
	}
}

func BenchmarkGraphStep(b *testing.B) {
	p, _ := problem(b, toy(b), rows(1))
	defer p.Close()
	for b.Loop() {
		if _, err := p.Step(); err != nil {
			b.Fatal(err)
		}
	}
}
