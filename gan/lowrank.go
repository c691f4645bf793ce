package gan

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
)

// LowRankCut is a Cut that builds its target cheaply for weights of the form W + ΛD, W being the cut's own: W k does
// not depend on Λ and D k has few channels, so that an evaluation costs rank/In of the whole convolution's.
type LowRankCut interface {
	Cut
	// LowRankTargetGraph is TargetGraph of the weight W + ΛD as a differentiable expression of the node lambda
	// [Out,S,kh,kw], for fixed directions d [S,In]. At Λ = 0 its value is that of TargetGraph bit for bit.
	LowRankTargetGraph(g *gorgonia.ExprGraph, lambda *gorgonia.Node, d *compute.Tensor, s *State) (*gorgonia.Node, error)
}

func (c *styleCut) LowRankTargetGraph(g *gorgonia.ExprGraph, lambda node, d *compute.Tensor, s *State) (node, error) {
	if err := c.check(s); err != nil {
		return nil, err
	}
	if err := checkDirections(c.Layer(), d); err != nil {
		return nil, err
	}
	conv := c.conv()
	b := &builder{g: g}
	along := autodiff.Constant(g, "key along directions", mixed(d, s.Key))
	var fixed *compute.Tensor
	if conv.up {
		fixed = compute.Blur(compute.UpConv(s.Key, conv.weight), 1, 1)
	} else {
		fixed = compute.Conv2D(s.Key, conv.weight, nil, compute.Same3x3)
	}
	u := b.convolve(conv, along, lambda)
	u = b.do(func() (node, error) { return autodiff.Add(autodiff.Constant(g, "untouched", fixed), u) })
	demodulation := b.do(func() (node, error) {
		return autodiff.DemodulateLowRank(lambda, conv.weight, d, s.Style, conv.sigma)
	})
	strength, bias := conv.constants(g)
	return b.activate(b.demodulate(conv, u, demodulation), strength, bias), b.err
}

func (c *progCut) LowRankTargetGraph(g *gorgonia.ExprGraph, lambda node, d *compute.Tensor, s *State) (node, error) {
	if err := c.check(s); err != nil {
		return nil, err
	}
	if err := checkDirections(c.Layer(), d); err != nil {
		return nil, err
	}
	l := c.layer()
	u, err := autodiff.Conv2D(autodiff.Constant(g, "key along directions", mixed(d, s.Key)), lambda, l.pad)
	if err != nil {
		return nil, err
	}
	return autodiff.Add(autodiff.Constant(g, "untouched", compute.Conv2D(s.Key, l.weight, nil, l.pad)), u)
}

func checkDirections(l Layer, d *compute.Tensor) error {
	if len(d.Shape) != 2 || d.Shape[0] < 1 || d.Shape[1] != l.In {
		return fmt.Errorf("directions %v for layer %d of %d channels", d.Shape, l.Number, l.In)
	}
	return nil
}

// mixed is D k for every cell: d [S,C] and k [N,C,h,w] give [N,S,h,w].
func mixed(d, k *compute.Tensor) *compute.Tensor {
	return compute.Conv2D(k, d.Reshape(d.Shape[0], d.Shape[1], 1, 1), nil, compute.Params{})
}
