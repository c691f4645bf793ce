package autodiff_test

import (
	"math"
	"slices"
	"sync"
	"testing"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
)

func must(t testing.TB) func(*gorgonia.Node, error) *gorgonia.Node {
	return func(n *gorgonia.Node, err error) *gorgonia.Node {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
}

func TestL1GradientIsTheSignAndZeroAtZero(t *testing.T) {
	g := gorgonia.NewGraph()
	a := autodiff.Parameter(g, "a", compute.From([]float32{1, 2, 3, 5}, 4))
	b := autodiff.Parameter(g, "b", compute.From([]float32{2, 2, 1, 1}, 4))
	p, err := autodiff.NewProblem(g, must(t)(autodiff.L1Mean(a, b)), nodes{a, b})
	if err != nil {
		t.Fatal(err)
	}
	loss, err := p.Step()
	if err != nil {
		t.Fatal(err)
	}
	if loss != 7.0/4 {
		t.Errorf("loss %v, want 1.75", loss)
	}
	if got, want := p.Grad(0), []float32{-.25, 0, .25, .25}; !slices.Equal(got, want) {
		t.Errorf("gradient by a %v, want %v", got, want)
	}
	if got, want := p.Grad(1), []float32{.25, 0, -.25, -.25}; !slices.Equal(got, want) {
		t.Errorf("gradient by b %v, want %v", got, want)
	}
}

func TestWeightedSumScalesGradients(t *testing.T) {
	g := gorgonia.NewGraph()
	a := autodiff.Parameter(g, "a", compute.From([]float32{3}, 1))
	zero := autodiff.Constant(g, "zero", compute.New(1))
	l1, l2 := must(t)(autodiff.L1Mean(a, zero)), must(t)(autodiff.L2Mean(a, zero))
	loss := must(t)(autodiff.WeightedSum(nodes{l1, l2}, []float32{2, 0.5}))
	p, err := autodiff.NewProblem(g, loss, nodes{a})
	if err != nil {
		t.Fatal(err)
	}
	v, err := p.Step()
	if err != nil || v != 2*3+0.5*9 {
		t.Errorf("value %v, %v, want 10.5", v, err)
	}
	if got := p.Grad(0)[0]; got != 2+0.5*6 {
		t.Errorf("gradient %v, want 5", got)
	}
}

// Gradients belong to the current values: they do not add up over steps, and changes in place are seen.
func TestStepSeesChangedParametersAndDoesNotAccumulate(t *testing.T) {
	g := gorgonia.NewGraph()
	a := autodiff.Parameter(g, "a", compute.From([]float32{3, -1}, 2))
	sum := must(t)(autodiff.Add(a, must(t)(autodiff.Scale(a, 2))))
	p, err := autodiff.NewProblem(g, must(t)(autodiff.L2Mean(sum, autodiff.Constant(g, "zero", compute.New(2)))), nodes{a})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []float32{3, 3, 0.5} {
		p.Value(0)[0] = v
		if _, err := p.Step(); err != nil {
			t.Fatal(err)
		}
		if got, want := p.Grad(0)[0], 9*v; math.Abs(float64(got-want)) > 1e-6 {
			t.Errorf("gradient at %v is %v, want %v", v, got, want)
		}
	}
}

// One parameter reaches the loss in many ways, whose gradients gorgonia adds up; another shares
// its gradient node with them. The sums must come out right whatever is added in place.
func TestSharedGradientsAreNotOverwritten(t *testing.T) {
	g := gorgonia.NewGraph()
	a := autodiff.Parameter(g, "a", compute.From([]float32{1, 2}, 2))
	b := autodiff.Parameter(g, "b", compute.From([]float32{3, 4}, 2))
	s := must(t)(autodiff.Add(a, b)) // the gradient by b is that by s
	for range 3 {
		s = must(t)(autodiff.Add(s, a))
	}
	p, err := autodiff.NewProblem(g, must(t)(autodiff.L2Mean(s, autodiff.Constant(g, "zero", compute.New(2)))), nodes{a, b})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := p.Step(); err != nil {
			t.Fatal(err)
		}
		// s = 4a + b = [7, 12]; d/ds = s.
		if got, want := p.Grad(0), []float32{28, 48}; !slices.Equal(got, want) {
			t.Errorf("gradient by a %v, want %v", got, want)
		}
		if got, want := p.Grad(1), []float32{7, 12}; !slices.Equal(got, want) {
			t.Errorf("gradient by b %v, want %v", got, want)
		}
	}
}

func TestParameterOutsideTheLossIsAnError(t *testing.T) {
	g := gorgonia.NewGraph()
	a := autodiff.Parameter(g, "a", compute.New(2))
	b := autodiff.Parameter(g, "b", compute.New(2))
	if _, err := autodiff.NewProblem(g, must(t)(autodiff.L1Mean(a, autodiff.Constant(g, "zero", compute.New(2)))), nodes{a, b}); err == nil {
		t.Error("accepted")
	}
}

func TestMismatchedShapesAreErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	x := autodiff.Parameter(g, "x", compute.New(1, 3, 4, 4))
	v := autodiff.Parameter(g, "v", compute.New(1, 2))
	w := autodiff.Parameter(g, "w", compute.New(2, 2, 3, 3))
	for name, f := range map[string]func() (*gorgonia.Node, error){
		"Conv2D":         func() (*gorgonia.Node, error) { return autodiff.Conv2D(x, w, compute.Same3x3) },
		"UpConv":         func() (*gorgonia.Node, error) { return autodiff.UpConv(x, w) },
		"ScaleChannels":  func() (*gorgonia.Node, error) { return autodiff.ScaleChannels(x, v) },
		"Modulated":      func() (*gorgonia.Node, error) { return autodiff.Modulated(x, w, v, 1, false) },
		"Linear":         func() (*gorgonia.Node, error) { return autodiff.Linear(x, v, nil, 1, 1) },
		"Add":            func() (*gorgonia.Node, error) { return autodiff.Add(x, v) },
		"Reshape":        func() (*gorgonia.Node, error) { return autodiff.Reshape(x, 5) },
		"Repeat":         func() (*gorgonia.Node, error) { return autodiff.Repeat(w, 2) },
		"Slice":          func() (*gorgonia.Node, error) { return autodiff.Slice(x, 1, 2, 4) },
		"L1Mean":         func() (*gorgonia.Node, error) { return autodiff.L1Mean(x, v) },
		"AddChannelBias": func() (*gorgonia.Node, error) { return autodiff.AddChannelBias(x, v) },
	} {
		if _, err := f(); err == nil {
			t.Errorf("%s accepted shapes that do not fit", name)
		}
	}
}

// insertLike is the expression of the rewriting method's insert at toy size.
func insertLike(t testing.TB) *autodiff.Problem {
	g := gorgonia.NewGraph()
	is := must(t)
	w := autodiff.Parameter(g, "w", random(1, 8, 8, 3, 3))
	s := autodiff.Constant(g, "style", random(2, 1, 8))
	k := autodiff.Constant(g, "key", random(3, 1, 8, 4, 4))
	y := is(autodiff.Modulated(k, w, s, 0.1, true))
	a := is(autodiff.NoiseBiasAct(y, random(4, 1, 1, 8, 8), autodiff.Constant(g, "strength", random(5, 1)), autodiff.Constant(g, "bias", random(6, 8))))
	p, err := autodiff.NewProblem(g, is(autodiff.L1Mean(a, autodiff.Constant(g, "goal", random(7, 1, 8, 8, 8)))), nodes{w})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProblemsInSeveralGoroutinesGiveTheSameBits(t *testing.T) {
	results := make([][]float32, 4)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			p := insertLike(t)
			defer p.Close()
			m, v := make([]float32, len(p.Value(0))), make([]float32, len(p.Value(0)))
			adam := compute.DefaultAdam(0.05)
			for step := range 10 {
				if _, err := p.Step(); err != nil {
					t.Error(err)
					return
				}
				adam.Step(step+1, p.Value(0), p.Grad(0), m, v)
			}
			results[i] = p.Value(0)
		})
	}
	wg.Wait()
	for i, r := range results {
		if !slices.Equal(r, results[0]) {
			t.Errorf("goroutine %d got other weights than goroutine 0", i)
		}
	}
}

func BenchmarkInsertStep(b *testing.B) {
	p := insertLike(b)
	defer p.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Step(); err != nil {
			b.Fatal(err)
		}
	}
}
