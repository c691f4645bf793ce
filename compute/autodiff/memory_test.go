package autodiff

import (
	"slices"
	"testing"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
)

// chain is a loss over many layers of one size, with one map that several of them read.
func chain(t *testing.T, layers int) (*Problem, *lending) {
	t.Helper()
	g := gorgonia.NewGraph()
	x := Constant(g, "x", wavy(1, 4, 8, 8))
	w := Parameter(g, "w", wavy(4, 4, 3, 3))
	first, err := Conv2D(x, w, compute.Same3x3)
	if err != nil {
		t.Fatal(err)
	}
	y := first
	for i := range layers {
		if y, err = LeakyReLU(y, 0.2, 1); err != nil {
			t.Fatal(err)
		}
		if y, err = Conv2D(y, w, compute.Same3x3); err != nil {
			t.Fatal(err)
		}
		if y, err = Scale(y, 0.3); err != nil {
			t.Fatal(err)
		}
		if i%3 == 0 {
			if y, err = Add(y, first); err != nil {
				t.Fatal(err)
			}
		}
	}
	loss, err := L2Mean(y, Constant(g, "goal", wavy(1, 4, 8, 8)))
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewProblem(g, loss, []*gorgonia.Node{w})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p, p.memory
}

// styled is a loss over modulated layers, whose keys and activations are passes that the gradient makes again; one map is
// read by two of them.
func styled(t *testing.T, layers int) (*Problem, *lending) {
	t.Helper()
	do := func(n *gorgonia.Node, err error) *gorgonia.Node {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	g := gorgonia.NewGraph()
	w, s := Parameter(g, "w", wavy(4, 4, 3, 3)), Parameter(g, "s", wavy(1, 4))
	strength, bias := Parameter(g, "strength", wavy(1)), Parameter(g, "bias", wavy(4))
	x := Constant(g, "x", wavy(1, 4, 8, 8))
	var sum *gorgonia.Node
	for i := range layers {
		style := do(Scale(s, 1+float32(i)/8))
		u := do(Modulated(do(ScaleChannels(x, style)), w, style, 0.3, i == 1))
		x = do(NoiseBiasAct(u, wavy(1, 1, u.Shape()[2], u.Shape()[3]), strength, bias))
		if other := do(ScaleChannels(x, do(Scale(s, -1)))); i == 1 {
			sum = other
		} else if i > 1 {
			sum = do(Add(sum, other))
		}
	}
	p, err := NewProblem(g, do(L2Mean(sum, Constant(g, "goal", wavy(1, 4, 16, 16)))), []*gorgonia.Node{w, s, strength, bias})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p, p.memory
}

func TestResultsOfPassesAreMadeAgainBitByBit(t *testing.T) {
	shared, l := styled(t, 6)
	alone, other := styled(t, 6)
	for _, o := range other.ops {
		o.loan = nil
	}
	alone.memory = &lending{}
	repeating := 0
	for _, o := range l.ops {
		if o.loan.repeats {
			repeating++
		}
	}
	if repeating < 12 {
		t.Errorf("%d operations repeat, want the keys and activations of 6 layers at least", repeating)
	}
	for step := range 3 {
		a, err := shared.Step()
		if err != nil {
			t.Fatal(err)
		}
		b, err := alone.Step()
		if err != nil {
			t.Fatal(err)
		}
		if a != b {
			t.Errorf("step %d: losses %v and %v", step, a, b)
		}
		for i := range 4 {
			if !slices.Equal(shared.Grad(i), alone.Grad(i)) {
				t.Errorf("step %d: gradients by parameter %d differ", step, i)
			}
			for j := range shared.Value(i) {
				shared.Value(i)[j] -= 0.1 * shared.Grad(i)[j]
				alone.Value(i)[j] -= 0.1 * alone.Grad(i)[j]
			}
		}
	}
	lent := 0
	for _, o := range l.ops {
		if o.loan.repeats && o.memory != nil {
			lent++
		}
	}
	if lent > 0 {
		t.Errorf("%d results of passes were not given back", lent)
	}
}

func TestFreeMemoryIsGivenUpForMemoryOfAnotherLengthWhenThereIsPlenty(t *testing.T) {
	l := &loan{lending: &lending{free: map[int][][]float32{8: {make([]float32, 8)}, 16: {make([]float32, 16), make([]float32, 16)}}, held: plenty + 10}}
	if got := l.take([]int{2, 2}); len(got.Data) != 4 {
		t.Fatalf("%d numbers", len(got.Data))
	}
	if len(l.free[16]) != 1 || len(l.free[8]) != 1 || l.held != plenty+10+4-16 {
		t.Errorf("free %v of %d held", l.free, l.held-plenty)
	}
}

func wavy(shape ...int) *compute.Tensor {
	x := compute.New(shape...)
	for i := range x.Data {
		x.Data[i] = float32(i*7%11)/11 - 0.4
	}
	return x
}

func TestMemoryIsSharedAndChangesNoBit(t *testing.T) {
	shared, l := chain(t, 12)
	alone, other := chain(t, 12)
	for _, o := range other.ops {
		o.loan = nil // every operation keeps its own
	}
	for step := range 3 {
		a, err := shared.Step()
		if err != nil {
			t.Fatal(err)
		}
		alone.memory = &lending{}
		b, err := alone.Step()
		if err != nil {
			t.Fatal(err)
		}
		if a != b || !slices.Equal(shared.Grad(0), alone.Grad(0)) {
			t.Errorf("step %d: losses %v and %v, gradients alike: %v", step, a, b, slices.Equal(shared.Grad(0), alone.Grad(0)))
		}
		for i := range shared.Value(0) {
			shared.Value(0)[i] -= 0.1 * shared.Grad(0)[i]
			alone.Value(0)[i] -= 0.1 * alone.Grad(0)[i]
		}
	}
	held := func(ops []*op) (n int) {
		for _, o := range ops {
			if o.memory != nil {
				n += len(o.memory.Data)
			}
		}
		return n
	}
	used := held(l.ops)
	for size, free := range l.free {
		used += size * len(free)
	}
	if all := held(other.ops); used >= all*2/3 {
		t.Errorf("%d numbers held with sharing, %d without", used, all)
	} else {
		t.Logf("%d numbers held with sharing, %d without", used, all)
	}
}
