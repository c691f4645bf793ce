package gan

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
)

// styleCut is a StyleGAN2 taken apart at convolution i.
type styleCut struct {
	g *styleGAN2
	i int
}

func (g *styleGAN2) Cut(layer int) (Cut, error) {
	last := g.convs[len(g.convs)-1].Number
	if layer < 3 || layer > last {
		return nil, fmt.Errorf("layer %d cannot be edited: this generator's editable layers are 3 to %d", layer, last)
	}
	return &styleCut{g, layer - 2}, nil
}

func (c *styleCut) conv() *styledConv       { return c.g.convs[c.i] }
func (c *styleCut) Layer() Layer            { return c.conv().Layer }
func (c *styleCut) Generator() Generator    { return c.g }
func (c *styleCut) Weight() *compute.Tensor { return c.conv().weight }

func (c *styleCut) WithWeight(w *compute.Tensor) (Cut, error) {
	if !w.SameShape(c.Weight()) {
		return nil, fmt.Errorf("weight of layer %d has shape %v, not %v", c.Layer().Number, c.Weight().Shape, w.Shape)
	}
	g, err := c.g.With(map[string]*compute.Tensor{c.Layer().Name: w.Reshape(append([]int{1}, w.Shape...)...)})
	if err != nil {
		return nil, err
	}
	return &styleCut{g.(*styleGAN2), c.i}, nil
}

// Context runs the layers below the cut and the style product of the edited one. What it carries along
// is w and the running image, already enlarged where the edited convolution upsamples.
func (c *styleCut) Context(z *compute.Tensor) (*State, error) {
	w, err := c.g.styles(z)
	if err != nil {
		return nil, err
	}
	f := c.g.start(w)
	if err := c.g.rise(&f, c.i); err != nil {
		return nil, err
	}
	s := c.g.key(&f, c.i)
	return &State{Key: f.fmap, Style: s, Latent: w, RGB: f.rgb}, nil
}

// rise runs the convolutions below convolution i. The map it leaves is nobody's scratch memory.
func (g *styleGAN2) rise(f *flow, i int) error {
	for k := range i {
		s := g.key(f, k)
		if k < i-1 {
			g.convs[k].advance(f, s)
		} else { // this map is kept
			values := g.convs[k].target(f.fmap, s)
			f.release()
			f.fmap = values
		}
		if err := g.paint(f, k); err != nil {
			return err
		}
	}
	return nil
}

func (c *styleCut) Target(s *State) (*compute.Tensor, error) {
	if err := c.check(s); err != nil {
		return nil, err
	}
	return c.conv().target(s.Key, s.Style), nil
}

func (c *styleCut) Render(s *State, v *compute.Tensor) (*compute.Tensor, error) {
	n := s.Latent.Shape[0]
	if len(v.Shape) != 4 || v.Shape[0] != n || v.Shape[1] != c.Layer().Out {
		return nil, fmt.Errorf("values of layer %d have shape %v, expected [%d %d h w]", c.Layer().Number, v.Shape, n, c.Layer().Out)
	}
	f := flow{w: s.Latent, fmap: v, rgb: s.RGB}
	if err := c.g.paint(&f, c.i); err != nil {
		return nil, err
	}
	return c.g.synthesise(f, c.i+1)
}

func (c *styleCut) check(s *State) error {
	l := c.Layer()
	if s.Key == nil || len(s.Key.Shape) != 4 || s.Key.Shape[1] != l.In {
		return fmt.Errorf("keys of layer %d have shape %v, expected [N %d h w]", l.Number, s.Key, l.In)
	}
	if s.Style == nil || !slices.Equal(s.Style.Shape, []int{s.Key.Shape[0], l.In}) {
		return fmt.Errorf("styles of layer %d have shape %v, expected [%d %d]", l.Number, s.Style, s.Key.Shape[0], l.In)
	}
	return nil
}

func (c *styleCut) TargetGraph(g *gorgonia.ExprGraph, w *gorgonia.Node, s *State) (*gorgonia.Node, error) {
	if err := c.check(s); err != nil {
		return nil, err
	}
	return c.conv().targetGraph(g, w, s)
}
