package onnx

import (
	"math"
	"testing"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
)

// features is one of everything that has a differentiable form.
func features() *modelBuilder {
	return newModel(13).input("x", Float32, "N", 2, 8, 8).
		constant("w", wavy(1, 4, 2, 3, 3)).constant("b", wavy(2, 4)).
		constant("scale", wavy(3, 4)).constant("shift", wavy(4, 4)).constant("mean", wavy(5, 4)).constant("var", vector(1, 2, 0.5, 3)).
		constant("half", vector(0.5)).constant("two", floats([]int{}, 2)).constant("channel", wavy(8, 1, 4, 1, 1)).
		constant("head", wavy(6, 3, 16)).constant("bias", wavy(7, 3)).
		node("Conv", []string{"x", "w", "b"}, []string{"c"}, "pads", []int{1, 1, 1, 1}).
		node("BatchNormalization", []string{"c", "scale", "shift", "mean", "var"}, []string{"n"}).
		node("LeakyRelu", []string{"n"}, []string{"l"}, "alpha", float32(0.1)).
		node("MaxPool", []string{"l"}, []string{"m"}, "kernel_shape", []int{2, 2}, "strides", []int{2, 2}).
		node("AveragePool", []string{"m"}, []string{"a"}, "kernel_shape", []int{3, 3}, "pads", []int{1, 1, 1, 1}, "strides", []int{2, 2}).
		node("Div", []string{"a", "half"}, []string{"d"}).
		node("Sub", []string{"d", "channel"}, []string{"s"}).
		node("Pow", []string{"s", "two"}, []string{"p"}).
		node("Add", []string{"p", "s"}, []string{"t"}).
		node("Mul", []string{"t", "d"}, []string{"u"}).
		node("Flatten", []string{"u"}, []string{"f"}).
		node("Gemm", []string{"f", "head", "bias"}, []string{"y"}, "transB", 1).
		output("y", Float32, "N", 3)
}

func TestTheDifferentiableFormComputesWhatRunDoes(t *testing.T) {
	m := features().load(t)
	x := wavy(9, 2, 2, 8, 8)
	names := []string{"l", "m", "a", "y"}
	want := mustRun(t, m, map[string]*Value{"x": x}, names...)
	for _, name := range names {
		g := gorgonia.NewGraph()
		nodes, err := m.Graph(g, map[string]*gorgonia.Node{"x": autodiff.Constant(g, "x", x.tensor())}, []string{name})
		if err != nil {
			t.Fatal(err)
		}
		got, err := autodiff.Evaluate(nodes[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := compare(FromTensor(got), want[name], 1e-4, 1e-5); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGradientsAgreeWithFiniteDifferences(t *testing.T) {
	m := features().load(t)
	x, goal := wavy(9, 2, 2, 8, 8), wavy(3, 2, 3)
	loss := func(x *Value) float64 {
		y := mustRun(t, m, map[string]*Value{"x": x})["y"]
		return compute.L2(y.F32, goal.F32) / float64(len(y.F32))
	}
	g := gorgonia.NewGraph()
	input := autodiff.Parameter(g, "x", x.Clone().tensor())
	nodes, err := m.Graph(g, map[string]*gorgonia.Node{"x": input}, []string{"y"})
	if err != nil {
		t.Fatal(err)
	}
	mean, err := autodiff.L2Mean(nodes[0], autodiff.Constant(g, "goal", goal.tensor()))
	if err != nil {
		t.Fatal(err)
	}
	p, err := autodiff.NewProblem(g, mean, []*gorgonia.Node{input})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Step(); err != nil {
		t.Fatal(err)
	}
	// Central differences of a float32 network: a step of 1e-2 leaves about 1e-2 of relative error at kinks and curvature.
	const step = 1e-2
	for _, i := range []int{0, 17, 40, 63, 100, 130, 200, 255} {
		up, down := x.Clone(), x.Clone()
		up.F32[i] += step
		down.F32[i] -= step
		want := (loss(up) - loss(down)) / (2 * step)
		if got := float64(p.Grad(0)[i]); math.Abs(got-want) > 0.03*(math.Abs(want)+1) {
			t.Errorf("gradient at %d is %v, finite differences give %v", i, got, want)
		}
	}
}

// images is one of everything that generators have and feature networks have not.
func images() *modelBuilder {
	return newModel(13).input("x", Float32, 1, 3, 3, 3).
		constant("up", wavy(1, 3, 4, 4, 4)).constant("b", wavy(2, 4)).constant("scale", wavy(3, 4)).constant("shift", wavy(4, 4)).
		constant("last", wavy(5, 4, 2, 3, 3)).
		node("ConvTranspose", []string{"x", "up", "b"}, []string{"u"}, "strides", []int{2, 2}, "pads", []int{1, 1, 1, 1}).
		node("InstanceNormalization", []string{"u", "scale", "shift"}, []string{"i"}, "epsilon", float32(1e-3)).
		node("Elu", []string{"i"}, []string{"e"}, "alpha", float32(0.5)).
		node("Sigmoid", []string{"e"}, []string{"g"}).
		node("Mul", []string{"e", "g"}, []string{"s"}).
		node("ConvTranspose", []string{"s", "last"}, []string{"l"}, "strides", []int{2, 2}, "pads", []int{1, 1, 1, 1}, "output_padding", []int{1, 1}).
		node("Tanh", []string{"l"}, []string{"y"}).
		output("y", Float32, 1, 2, 12, 12)
}

func TestTheDifferentiableFormOfGeneratorsComputesWhatRunDoes(t *testing.T) {
	m := images().load(t)
	x := wavy(9, 1, 3, 3, 3)
	names := []string{"u", "i", "s", "y"}
	want := mustRun(t, m, map[string]*Value{"x": x}, names...)
	for _, name := range names {
		g := gorgonia.NewGraph()
		nodes, err := m.Graph(g, map[string]*gorgonia.Node{"x": autodiff.Constant(g, "x", x.tensor())}, []string{name})
		if err != nil {
			t.Fatal(err)
		}
		got, err := autodiff.Evaluate(nodes[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := compare(FromTensor(got), want[name], 1e-4, 1e-5); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOperatorsWithoutDifferentiableFormAreNamed(t *testing.T) {
	m := newModel(13).input("x", Float32, 2).node("Erf", []string{"x"}, []string{"y"}).output("y", Float32, 2).load(t)
	g := gorgonia.NewGraph()
	_, err := m.Graph(g, map[string]*gorgonia.Node{"x": autodiff.Constant(g, "x", vector(1, 2).tensor())}, []string{"y"})
	wantMessage(t, err, []string{`model "test"`, `node "the Erf" (Erf)`, "differentiable"})
}
