package rewrite

import (
	"errors"
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan"
	"rewriting/gan/latent"
)

// linearCut is the smallest generator that can be cut: keys are a fixed smooth function of z and place, the
// target is a bare convolution, and nothing is rendered.
type linearCut struct {
	layer  gan.Layer
	weight *compute.Tensor
	mix    *compute.Tensor // [In*size*size, dim]
}

const linearDim = 6

func newLinearCut(in, out, size, kernel int) *linearCut {
	r := rand.New(rand.NewPCG(1, 2))
	c := &linearCut{
		layer:  gan.Layer{Number: 1, Name: "conv.weight", In: in, Out: out, KeySize: size, ValueSize: size, Kernel: kernel},
		weight: compute.New(out, in, kernel, kernel),
		mix:    compute.New(in*size*size, linearDim),
	}
	for _, t := range []*compute.Tensor{c.weight, c.mix} {
		for i := range t.Data {
			t.Data[i] = float32(r.NormFloat64())
		}
	}
	return c
}

func (c *linearCut) Layer() gan.Layer { return c.layer }

func (c *linearCut) Context(z *compute.Tensor) (*gan.State, error) {
	if z.Data[0] != z.Data[0] {
		return nil, errors.New("not a number in z")
	}
	n := z.Dim(0)
	return &gan.State{Key: compute.Linear(z, c.mix, nil).Reshape(n, c.layer.In, c.layer.KeySize, c.layer.KeySize)}, nil
}

func (c *linearCut) pad() compute.Params {
	p := (c.layer.Kernel - 1) / 2
	return compute.Params{Pad: [4]int{p, p, p, p}}
}

func (c *linearCut) Target(s *gan.State) (*compute.Tensor, error) {
	return compute.Conv2D(s.Key, c.weight, nil, c.pad()), nil
}

func (c *linearCut) Render(*gan.State, *compute.Tensor) (*compute.Tensor, error) {
	return nil, errors.New("a linear cut has no pictures")
}

func (c *linearCut) Weight() *compute.Tensor { return c.weight }

func (c *linearCut) WithWeight(w *compute.Tensor) (gan.Cut, error) {
	edited := *c
	edited.weight = w
	return &edited, nil
}

func (c *linearCut) Generator() gan.Generator { return nil }

func (c *linearCut) TargetGraph(g *gorgonia.ExprGraph, w *gorgonia.Node, s *gan.State) (*gorgonia.Node, error) {
	return autodiff.Conv2D(autodiff.Constant(g, "key", s.Key), w, c.pad())
}

func linearTable() *compute.Tensor { return latent.Table(1, 37, linearDim) }

func measured(t *testing.T, cut gan.Cut, table *compute.Tensor) *Moment {
	t.Helper()
	m, err := Measure(t.Context(), cut, table, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
