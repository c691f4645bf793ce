package reflections

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan"
)

// Objective is the loss of an inverted rule as a function of one layer's weight.
type Objective struct {
	chain  gan.Chain
	scenes []Scene
	edit   Edit
	last   int // the layer whose output is compared; 8 in the paper
	latent *compute.Tensor
	sides  [2]side // high, low
}

// side is one of the two edits with its target.
type side struct {
	edit   *value
	target *compute.Tensor
}

// NewObjective computes the targets with the generator as it is.
func NewObjective(chain gan.Chain, scenes []Scene, edit Edit, last int) (*Objective, error) {
	if last <= edit.Layer {
		return nil, fmt.Errorf("reflections: the compared layer %d must come after the edited layer %d", last, edit.Layer)
	}
	high, low, err := edit.Outputs(chain, scenes, last)
	if err != nil {
		return nil, err
	}
	o := &Objective{chain: chain, scenes: scenes, edit: edit, last: last}
	if o.latent, err = latents(scenes, chain.Info().LatentDim); err != nil {
		return nil, err
	}
	layer, err := layerOf(chain, edit.Layer)
	if err != nil {
		return nil, err
	}
	mask := soft(scenes, high.Dim(2), reflectOf)
	for i, s := range []struct {
		v             []float32
		inside, other *compute.Tensor
	}{{edit.High, low, high}, {edit.Low, high, low}} {
		if o.sides[i].edit, err = edit.prepare(scenes, layer, s.v); err != nil {
			return nil, err
		}
		o.sides[i].target = blend(mask, s.inside, s.other)
	}
	return o, nil
}

// blend is R a + (1-R) b for a mask R [N,1,s,s] and maps [N,C,s,s].
func blend(r, a, b *compute.Tensor) *compute.Tensor {
	out := compute.New(a.Shape...)
	n, c, area := a.Dim(0), a.Dim(1), a.Dim(2)*a.Dim(3)
	for i := range n {
		mask := r.Data[i*area:][:area]
		for k := range c {
			at := (i*c + k) * area
			for p, m := range mask {
				out.Data[at+p] = m*a.Data[at+p] + (1-m)*b.Data[at+p]
			}
		}
	}
	return out
}

// problem is the loss of one side by the weight of a layer; w is the memory that it starts from and that an optimiser changes.
func (o *Objective) problem(s side, layer int, w *compute.Tensor) (*autodiff.Problem, error) {
	g := gorgonia.NewGraph()
	node := autodiff.Parameter(g, "weight", w)
	weights := map[int]*gorgonia.Node{layer: node}
	y, err := o.output(g, s, layer, weights)
	if err != nil {
		return nil, err
	}
	loss, err := autodiff.L2Mean(y, autodiff.Constant(g, "target", s.target))
	if err != nil {
		return nil, err
	}
	return autodiff.NewProblem(g, loss, []*gorgonia.Node{node})
}

// output builds the output of the compared layer. What comes before the weight is computed once.
func (o *Objective) output(g *gorgonia.ExprGraph, s side, layer int, weights map[int]*gorgonia.Node) (*gorgonia.Node, error) {
	if layer > o.edit.Layer {
		x, err := o.chain.Run(o.latent, 1, o.edit.Layer)
		if err != nil {
			return nil, err
		}
		if x, err = o.chain.Run(s.edit.apply(x), o.edit.Layer+1, layer-1); err != nil {
			return nil, err
		}
		return o.chain.RunGraph(autodiff.Constant(g, "before", x), layer, o.last, weights)
	}
	x, err := o.chain.Run(o.latent, 1, layer-1)
	if err != nil {
		return nil, err
	}
	if layer == 1 {
		x = x.Reshape(x.Dim(0), x.Dim(1), 1, 1)
	}
	n, err := o.chain.RunGraph(autodiff.Constant(g, "before", x), layer, o.edit.Layer, weights)
	if err != nil {
		return nil, err
	}
	if n, err = s.edit.graph(n); err != nil {
		return nil, err
	}
	return o.chain.RunGraph(n, o.edit.Layer+1, o.last, weights)
}
