package gan

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
)

// Chain is a generator whose layers form a chain from latent to image: each reads the output of the one before and
// nothing else. Progressive GAN is one; StyleGAN2 is not, for its layers read styles and a running image as well. What is
// called the output of a layer is its value after bias and activation.
type Chain interface {
	Generator
	// Run takes x, the output of layer first-1 [N,C,h,w] (before layer 1: latents [N,LatentDim]), to the output of layer last.
	// With last = first-1 it is x itself.
	Run(x *compute.Tensor, first, last int) (*compute.Tensor, error)
	// RunGraph is Run as a differentiable expression of x [N,C,h,w] (before layer 1: [N,LatentDim,1,1]) and of the weights
	// [Out,In,kh,kw] given by the number of their layer; all other parameters are constants.
	RunGraph(x *gorgonia.Node, first, last int, weights map[int]*gorgonia.Node) (*gorgonia.Node, error)
	// Finish renders the output of layer after.
	Finish(x *compute.Tensor, after int) (*compute.Tensor, error)
}

var _ Chain = (*progGAN)(nil)

func (g *progGAN) Run(x *compute.Tensor, first, last int) (*compute.Tensor, error) {
	if err := g.checkSpan(first, last); err != nil {
		return nil, err
	}
	if last < first {
		return x, nil
	}
	if first == 1 {
		var err error
		if x, err = g.start(x); err != nil {
			return nil, err
		}
	}
	if err := g.checkInput(x.Shape, first); err != nil {
		return nil, err
	}
	for _, l := range g.layers[first-1 : last] {
		x = l.activate(l.filter().Conv(l.key(x), nil))
	}
	return x, nil
}

func (g *progGAN) RunGraph(x node, first, last int, weights map[int]node) (node, error) {
	if err := g.checkSpan(first, last); err != nil {
		return nil, err
	}
	if err := g.checkInput(x.Shape(), first); err != nil {
		return nil, err
	}
	b := &builder{g: x.Graph(), params: map[string]node{}}
	for _, l := range g.layers[first-1 : last] {
		name := progLayerName(l.Number)
		w := weights[l.Number]
		if w == nil {
			w = autodiff.Constant(b.g, l.Name, l.weight)
		}
		b.params[name+".conv.weight"] = w
		b.params[name+".wscale.b"] = autodiff.Constant(b.g, name+".wscale.b", compute.From(l.bias, len(l.bias)))
		x = b.block(l, name, x)
		x = b.do(func() (node, error) { return autodiff.LeakyReLU(x, 0.2, 1) })
	}
	return x, b.err
}

func (g *progGAN) Finish(x *compute.Tensor, after int) (*compute.Tensor, error) {
	if err := g.checkSpan(after+1, len(g.layers)); err != nil {
		return nil, err
	}
	if err := g.checkInput(x.Shape, after+1); err != nil {
		return nil, err
	}
	return g.finish(x, after), nil
}

func (g *progGAN) checkSpan(first, last int) error {
	if first < 1 || last < first-1 || last > len(g.layers) {
		return fmt.Errorf("layers %d to %d: this generator has layers 1 to %d", first, last, len(g.layers))
	}
	return nil
}

// checkInput checks the shape of what layer number reads; after the last layer that is the output's input.
func (g *progGAN) checkInput(shape []int, number int) error {
	channels, size := g.layers[len(g.layers)-1].Out, 1
	if number <= len(g.layers) {
		channels = g.layers[number-1].In
	}
	if number > 1 {
		size = g.layers[number-2].ValueSize
	}
	if len(shape) != 4 || shape[1] != channels || shape[2] != size || shape[3] != size {
		return fmt.Errorf("what layer %d reads has shape %v, expected [N %d %d %d]", number, shape, channels, size, size)
	}
	return nil
}
