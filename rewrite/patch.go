package rewrite

import (
	"errors"
	"fmt"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/sessions"
)

// Patch renders a rectangle of cells of the key map alone: what the layers from the edited one on make of these keys without
// their surroundings (Fig. 2d, Figs. 13 to 18; spec: experiments 8). Maps are padded with zeros at its edge; the running image
// is cut at the same place; styles stay. The state may hold a batch, which shares the place. The result is [N,3,h,w] with h =
// cells times the pixels of a cell.
func Patch(cut gan.Cut, s *gan.State, box sessions.Box) (*compute.Tensor, error) {
	if s.Live != nil {
		return nil, errors.New("patches need a generator whose layers are known; an ONNX graph cannot be cut to a rectangle")
	}
	h, w := s.Key.Dim(2), s.Key.Dim(3)
	if box.Top < 0 || box.Left < 0 || box.Bottom > h || box.Right > w || box.Height() < 1 || box.Width() < 1 {
		return nil, fmt.Errorf("patch %v lies outside the %d x %d cells of the key map", box, h, w)
	}
	alone := &gan.State{Key: Crop(s.Key, box), Style: s.Style, Latent: s.Latent}
	if s.RGB != nil {
		scale := s.RGB.Dim(2) / h // 2 where the edited convolution enlarges the map: the image has been enlarged already
		alone.RGB = Crop(s.RGB, sessions.Box{Top: scale * box.Top, Left: scale * box.Left, Bottom: scale * box.Bottom, Right: scale * box.Right})
	}
	values, err := cut.Target(alone)
	if err != nil {
		return nil, fmt.Errorf("patch: %w", err)
	}
	image, err := cut.Render(alone, values)
	if err != nil {
		return nil, fmt.Errorf("patch: %w", err)
	}
	return image, nil
}
