package gan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/onnx"
)

// onnxCut is an ONNX generator taken apart at a convolution: the context is everything before it, its target the bare
// convolution, linear in the weight, and rendering begins with its bias.
type onnxCut struct {
	g      *onnxGAN
	layer  onnxLayer
	form   convForm
	weight *compute.Tensor // [Out,In,kh,kw]
	filter func() *compute.Filter
	bias   []float32
	rest   *onnx.Model
	before []string // the key, and what rendering reads besides the values
	live   []string
}

// convForm is a convolution as its target is computed. A transposed one is a plain one of the keys spread apart by
// zeros, with the weight's channels swapped and its taps reversed (gradients by the weight then need nothing special).
type convForm struct {
	params     compute.Params
	transposed bool
	spread     [2]int // distance of the keys
}

func (c *onnxLayer) form() (convForm, error) {
	p := c.node.Convolution
	if c.node.Op == "Conv" {
		return convForm{params: p, spread: [2]int{1, 1}}, nil
	}
	f := convForm{params: compute.Params{Dilation: p.Dilation}, transposed: true, spread: p.Stride}
	reach := [2]int{p.Dilation[0] * (c.Kernel - 1), p.Dilation[1] * (c.Kernel - 1)}
	for i := range 4 {
		f.params.Pad[i] = reach[i%2] - p.Pad[i]
		if i >= 2 {
			f.params.Pad[i] += c.node.OutPad[i-2]
		}
		if f.params.Pad[i] < 0 {
			return f, errors.New("it cuts off more than its kernel reaches")
		}
	}
	return f, nil
}

// view swaps channels and reverses taps of a transposed weight; it is its own inverse.
func (f convForm) view(w *compute.Tensor) *compute.Tensor {
	if !f.transposed {
		return w
	}
	a, b, taps := w.Shape[0], w.Shape[1], w.Shape[2]*w.Shape[3]
	out := compute.New(b, a, w.Shape[2], w.Shape[3])
	for i := range a {
		for j := range b {
			to := out.Data[(j*a+i)*taps:][:taps]
			copy(to, w.Data[(i*b+j)*taps:][:taps])
			slices.Reverse(to)
		}
	}
	return out
}

// keys spreads them apart.
func (f convForm) keys(x *compute.Tensor) *compute.Tensor {
	if f.spread == [2]int{1, 1} {
		return x
	}
	n, c, h, w := x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]
	out := compute.New(n, c, (h-1)*f.spread[0]+1, (w-1)*f.spread[1]+1)
	wide := out.Shape[3]
	for m := range n * c {
		for i := range h * w {
			out.Data[(m*out.Shape[2]+i/w*f.spread[0])*wide+i%w*f.spread[1]] = x.Data[m*h*w+i]
		}
	}
	return out
}

func (g *onnxGAN) Cut(layer int) (Cut, error) {
	if layer < 1 || layer > len(g.convs) {
		return nil, fmt.Errorf("layer %d does not exist: this generator's convolutions are 1 to %d", layer, len(g.convs))
	}
	l := g.convs[layer-1]
	if l.reason != nil {
		return nil, fmt.Errorf("layer %d (%s, weight %s) cannot be edited: %w", layer, l.Node, l.Name, l.reason)
	}
	form, err := l.form()
	if err != nil {
		return nil, err
	}
	c := &onnxCut{g: g, layer: l, form: form, weight: form.view(g.params.tensor(l.Name))}
	c.filter = sync.OnceValue(func() *compute.Filter { return compute.NewFilter(c.weight, form.params) })
	if l.node.Bias != "" {
		c.bias = g.params.tensor(l.node.Bias).Data
	}
	if c.rest, err = g.model.After(l.node.Output, []string{g.output}); err != nil {
		return nil, fmt.Errorf("layer %d: %w", layer, err)
	}
	for _, p := range c.rest.Inputs()[1:] {
		c.live = append(c.live, p.Name)
	}
	c.before = append([]string{l.node.Input}, c.live...)
	slices.Sort(c.before)
	c.before = slices.Compact(c.before)
	return c, nil
}

func (c *onnxCut) Layer() Layer            { return c.layer.Layer }
func (c *onnxCut) Generator() Generator    { return c.g }
func (c *onnxCut) Weight() *compute.Tensor { return c.weight }

func (c *onnxCut) WithWeight(w *compute.Tensor) (Cut, error) {
	if !w.SameShape(c.weight) {
		return nil, fmt.Errorf("weight of layer %d has shape %v, not %v", c.layer.Number, c.weight.Shape, w.Shape)
	}
	g, err := c.g.With(map[string]*compute.Tensor{c.layer.Name: c.form.view(w)})
	if err != nil {
		return nil, err
	}
	return g.Cut(c.layer.Number)
}

func (c *onnxCut) Context(z *compute.Tensor) (*State, error) {
	latents, err := c.g.latents(z)
	if err != nil {
		return nil, err
	}
	l := c.layer
	s := &State{Key: compute.New(len(latents), l.In, l.KeySize, l.KeySize)}
	for i, z := range latents {
		values, err := c.g.model.RunOutputs(context.Background(), map[string]*onnx.Value{c.g.input: z}, c.before)
		if err != nil {
			return nil, err
		}
		key, err := values[l.node.Input].Tensor()
		if err != nil {
			return nil, fmt.Errorf("keys of layer %d: %w", l.Number, err)
		}
		if want := s.Key.Shape[1:]; len(key.Shape) != 4 || key.Shape[0] != 1 || !slices.Equal(key.Shape[1:], want) {
			return nil, fmt.Errorf("keys of layer %d have shape %v, expected %v for any latent", l.Number, key.Shape, want)
		}
		copy(s.Key.Data[i*len(key.Data):], key.Data)
		live := map[string]*onnx.Value{}
		for _, name := range c.live {
			live[name] = values[name]
		}
		s.Live = append(s.Live, live)
	}
	return s, nil
}

func (c *onnxCut) check(s *State) error {
	if s.Key == nil || len(s.Key.Shape) != 4 || s.Key.Shape[1] != c.layer.In {
		return fmt.Errorf("keys of layer %d have shape %v, expected [N %d h w]", c.layer.Number, s.Key, c.layer.In)
	}
	return nil
}

func (c *onnxCut) Target(s *State) (*compute.Tensor, error) {
	if err := c.check(s); err != nil {
		return nil, err
	}
	return c.filter().Conv(c.form.keys(s.Key), nil), nil
}

func (c *onnxCut) TargetGraph(g *gorgonia.ExprGraph, w *gorgonia.Node, s *State) (*gorgonia.Node, error) {
	if err := c.check(s); err != nil {
		return nil, err
	}
	return autodiff.Conv2D(autodiff.Constant(g, "key", c.form.keys(s.Key)), w, c.form.params)
}

func (c *onnxCut) Render(s *State, v *compute.Tensor) (*compute.Tensor, error) {
	l := c.layer
	if want := []int{len(s.Live), l.Out, l.ValueSize, l.ValueSize}; !slices.Equal(v.Shape, want) || want[0] == 0 {
		return nil, fmt.Errorf("values of layer %d have shape %v, expected %v", l.Number, v.Shape, want)
	}
	if c.bias != nil {
		v = v.Clone()
		compute.AddChannelBias(v, c.bias)
	}
	size := len(v.Data) / len(s.Live)
	out := compute.New(len(s.Live), 3, c.g.size, c.g.size)
	for i, live := range s.Live {
		inputs := map[string]*onnx.Value{l.node.Output: onnx.FromTensor(compute.From(v.Data[i*size:][:size], append([]int{1}, v.Shape[1:]...)...))}
		for _, name := range c.live {
			inputs[name] = live[name]
		}
		if err := c.g.draw(out, i, c.rest, inputs); err != nil {
			return nil, err
		}
	}
	return out, nil
}
