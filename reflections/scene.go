package reflections

import (
	"errors"
	"fmt"

	"rewriting/compute"
	"rewriting/sessions"
)

// Scene is a picture of the experiment with its two places.
type Scene struct {
	Latent  []float32
	Window  *sessions.Mask // where E_v sets the window units ("intervention")
	Reflect *sessions.Mask // the surface whose light is to be swapped ("revert")
}

// latents stacks the scenes' latents [N,LatentDim].
func latents(scenes []Scene, dim int) (*compute.Tensor, error) {
	if len(scenes) == 0 {
		return nil, errors.New("reflections: no scenes")
	}
	z := compute.New(len(scenes), dim)
	for i, s := range scenes {
		if len(s.Latent) != dim || s.Window == nil || s.Reflect == nil {
			return nil, fmt.Errorf("reflections: scene %d needs both masks and a latent of %d entries", i, dim)
		}
		copy(z.Data[i*dim:], s.Latent)
	}
	return z, nil
}

// soft stacks masks at side x side cells [N,1,side,side], resized as the released code does it.
func soft(scenes []Scene, side int, pick func(Scene) *sessions.Mask) *compute.Tensor {
	out := compute.New(len(scenes), 1, side, side)
	for i, s := range scenes {
		copy(out.Data[i*side*side:], pick(s).Area(side, side).A)
	}
	return out
}

func windowOf(s Scene) *sessions.Mask  { return s.Window }
func reflectOf(s Scene) *sessions.Mask { return s.Reflect }
