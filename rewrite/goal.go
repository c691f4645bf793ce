package rewrite

import (
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan"
	"rewriting/sessions"
)

// Goal is the constraint of an edit: with these keys the layer shall produce these values (k* -> v*).
type Goal struct {
	Keys   *gan.State      // what the target model is run on; key [1,In,h,w]
	Values *compute.Tensor // what it shall give, [1,Out,h·f,w·f] with f = value over key resolution
	Pasted *Pasted         // how a copied object got there; nil for goals that were not pasted
}

// Pasted is the paste image with the copied object in its values.
type Pasted struct {
	State     *gan.State      // whole state of the paste image
	Values    *compute.Tensor // whole value map with the object, [1,Out,r,r]
	Object    sessions.Box    // where the object was in its own value map
	Area      *sessions.Area  // the object's soft mask, cut to that box
	Placement sessions.Placement
}

// PasteOptions says how an object is pasted.
type PasteOptions struct {
	WholeMap  bool // constrain the whole value map; else only the crop around the object (tight_paste off / on)
	HardEdges bool // replace the object's whole box; else blend with the soft mask (alpha_area off / on)
}

// TightPaste are the options of the published experiments.
var TightPaste = PasteOptions{}

// CopyPaste copies the object's values into the value map of the paste image, both computed with the cut's
// present weights, and returns what the layer shall produce there (spec: method 5-6). With the default options the
// target model later runs on the crop alone, zero-padded and with noise of the crop's own size, so the loss of an
// untouched weight is above zero even if nothing was changed: that is part of the published method.
func CopyPaste(cut gan.Cut, table *compute.Tensor, s *sessions.Session, o PasteOptions) (*Goal, error) {
	if s.Object == nil {
		return nil, errors.New("the session has no object: nothing to copy")
	}
	if s.Paste == nil {
		return nil, errors.New("the session has no paste region: nowhere to paste")
	}
	layer := cut.Layer()
	whole, err := Area("object", *s.Object, layer.ValueSize)
	if err != nil {
		return nil, err
	}
	to, err := Area("paste", *s.Paste, layer.ValueSize)
	if err != nil {
		return nil, err
	}
	_, object, err := valuesOf(cut, table, "object", s.Object.Image)
	if err != nil {
		return nil, err
	}
	state, values, err := valuesOf(cut, table, "paste", s.Paste.Image)
	if err != nil {
		return nil, err
	}
	box := whole.Box()
	p := &Pasted{State: state, Object: box, Area: whole.Crop(box)}
	p.Placement = sessions.Place(to, box.Height(), box.Width(), layer.Scale())
	alpha := p.Area.A
	if o.HardEdges {
		alpha = nil
	}
	p.Values = blend(values, Crop(object, box), p.Placement.Box, alpha)
	goal := &Goal{Keys: state, Values: p.Values, Pasted: p}
	if !o.WholeMap {
		goal.Keys = &gan.State{Key: Crop(state.Key, p.Placement.KeyCrop), Style: state.Style, Latent: state.Latent}
		goal.Values = Crop(p.Values, p.Placement.MapCrop)
	}
	return goal, nil
}

// valuesOf runs one image alone through context and target.
func valuesOf(cut gan.Cut, table *compute.Tensor, name string, image int) (*gan.State, *compute.Tensor, error) {
	z, err := latentOf(table, image)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	s, err := cut.Context(z)
	if err != nil {
		return nil, nil, fmt.Errorf("%s (image %d): %w", name, image, err)
	}
	v, err := target(cut, s)
	if err != nil {
		return nil, nil, fmt.Errorf("%s (image %d): %w", name, image, err)
	}
	return s, v, nil
}

// target runs the target model through the very graph that an insertion optimises. Where nothing is pasted the
// untouched weight then meets its goal exactly and has no gradient; a rounding difference between two ways to
// compute the same values would count as a full unit of the L1 loss's slope there.
func target(cut gan.Cut, s *gan.State) (*compute.Tensor, error) {
	g := gorgonia.NewGraph()
	values, err := cut.TargetGraph(g, autodiff.Constant(g, "weight", cut.Weight()), s)
	if err != nil {
		return nil, err
	}
	return autodiff.Evaluate(values)
}

// Crop cuts a box out of the maps of x [N,C,H,W].
func Crop(x *compute.Tensor, b sessions.Box) *compute.Tensor {
	n, c, h, w := x.Dim(0), x.Dim(1), x.Dim(2), x.Dim(3)
	out := compute.New(n, c, b.Height(), b.Width())
	to := out.Data
	for m := range n * c {
		for y := b.Top; y < b.Bottom; y++ {
			copy(to, x.Data[(m*h+y)*w+b.Left:][:b.Width()])
			to = to[b.Width():]
		}
	}
	return out
}

// blend returns target with clip in the box: (1-alpha) target + alpha clip, or clip alone without alpha.
func blend(target, clip *compute.Tensor, b sessions.Box, alpha []float32) *compute.Tensor {
	out := target.Clone()
	n, c, h, w := target.Dim(0), target.Dim(1), target.Dim(2), target.Dim(3)
	for m := range n * c {
		for y := range b.Height() {
			to := out.Data[(m*h+b.Top+y)*w+b.Left:][:b.Width()]
			from := clip.Data[(m*b.Height()+y)*b.Width():][:b.Width()]
			if alpha == nil {
				copy(to, from)
				continue
			}
			for x, a := range alpha[y*b.Width():][:b.Width()] {
				to[x] = (1-a)*to[x] + a*from[x]
			}
		}
	}
	return out
}

// PasteImage is the same copy in pixels instead of features: the object's pixels are blended into the
// picture of the paste image. It returns that picture [1,3,R,R] and the rectangle that was pasted
// (spec: baselines 3).
func PasteImage(g gan.Generator, table *compute.Tensor, s *sessions.Session) (*compute.Tensor, sessions.Box, error) {
	if s.Object == nil || s.Paste == nil {
		return nil, sessions.Box{}, errors.New("the session needs an object and a paste region")
	}
	size := g.Info().Resolution
	whole, err := Area("object", *s.Object, size)
	if err != nil {
		return nil, sessions.Box{}, err
	}
	to, err := Area("paste", *s.Paste, size)
	if err != nil {
		return nil, sessions.Box{}, err
	}
	var picture [2]*compute.Tensor
	for i, image := range [2]int{s.Object.Image, s.Paste.Image} {
		z, err := latentOf(table, image)
		if err != nil {
			return nil, sessions.Box{}, err
		}
		if picture[i], err = g.Image(z); err != nil {
			return nil, sessions.Box{}, fmt.Errorf("image %d: %w", image, err)
		}
	}
	box := whole.Box()
	land := sessions.Place(to, box.Height(), box.Width(), 1).Box
	return blend(picture[1], Crop(picture[0], box), land, whole.Crop(box).A), land, nil
}
