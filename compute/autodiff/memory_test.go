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
