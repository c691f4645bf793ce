package reflections

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan"
)

// Edit is E_v: what the window units are set to.
type Edit struct {
	Layer     int       // whose output is edited; 4 in the paper
	Units     []int     // channels of that output
	High, Low []float32 // v of each unit, with and without window; +10 and -5 in the paper
}

// value is one of the two, made ready for a number of scenes: x <- x keep + set.
type value struct{ keep, set *compute.Tensor }

// prepare makes E_v of the layer's output [N,C,s,s].
func (e Edit) prepare(scenes []Scene, layer gan.Layer, v []float32) (*value, error) {
	if len(v) != len(e.Units) || len(e.Units) == 0 {
		return nil, fmt.Errorf("reflections: %d values for %d units", len(v), len(e.Units))
	}
	c, side := layer.Out, layer.ValueSize
	area := side * side
	mask := soft(scenes, side, windowOf)
	out := &value{compute.New(len(scenes), c, side, side), compute.New(len(scenes), c, side, side)}
	for i := range out.keep.Data {
		out.keep.Data[i] = 1
	}
	for i := range scenes {
		for k, u := range e.Units {
			if u < 0 || u >= c {
				return nil, fmt.Errorf("reflections: unit %d of layer %d, which has %d", u, layer.Number, c)
			}
			for p, a := range mask.Data[i*area:][:area] {
				out.keep.Data[(i*c+u)*area+p] = 1 - a
				out.set.Data[(i*c+u)*area+p] = v[k] * a
			}
		}
	}
	return out, nil
}

func (v *value) apply(x *compute.Tensor) *compute.Tensor {
	y := compute.New(x.Shape...)
	compute.Mul(y.Data, x.Data, v.keep.Data)
	compute.Add(y.Data, y.Data, v.set.Data)
	return y
}

func (v *value) graph(x *gorgonia.Node) (*gorgonia.Node, error) {
	kept, err := autodiff.Mul(x, autodiff.Constant(x.Graph(), "keep", v.keep))
	if err != nil {
		return nil, err
	}
	return autodiff.Add(kept, autodiff.Constant(x.Graph(), "set", v.set))
}

// layerOf finds a layer of a chain by its number.
func layerOf(chain gan.Chain, number int) (gan.Layer, error) {
	for _, l := range chain.Layers() {
		if l.Number == number {
			return l, nil
		}
	}
	return gan.Layer{}, fmt.Errorf("reflections: layer %d; the generator has 1 to %d", number, len(chain.Layers()))
}

// Outputs are the outputs of layer last [N,C,s,s] with the window units high and low.
func (e Edit) Outputs(chain gan.Chain, scenes []Scene, last int) (high, low *compute.Tensor, err error) {
	layer, err := layerOf(chain, e.Layer)
	if err != nil {
		return nil, nil, err
	}
	z, err := latents(scenes, chain.Info().LatentDim)
	if err != nil {
		return nil, nil, err
	}
	x, err := chain.Run(z, 1, e.Layer)
	if err != nil {
		return nil, nil, err
	}
	var out [2]*compute.Tensor
	for i, v := range [][]float32{e.High, e.Low} {
		edit, err := e.prepare(scenes, layer, v)
		if err != nil {
			return nil, nil, err
		}
		if out[i], err = chain.Run(edit.apply(x), e.Layer+1, last); err != nil {
			return nil, nil, err
		}
	}
	return out[0], out[1], nil
}
