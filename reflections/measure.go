package reflections

import (
	"fmt"

	"rewriting/compute"
	"rewriting/gan"
)

// Change is what switching a scene's window from low to high does to the picture: differences of mean luminance in [0,1].
type Change struct {
	Inside  float64 // in the reflection's mask; negative where the rule is inverted
	Window  float64 // in the window's mask
	Outside float64 // outside both: what should not change
}

// Measure draws the scenes one by one with the window units high and low.
func Measure(chain gan.Chain, scenes []Scene, edit Edit) ([]Change, error) {
	out := make([]Change, len(scenes))
	for i := range scenes {
		high, low, err := Draw(chain, scenes[i], edit)
		if err != nil {
			return nil, fmt.Errorf("scene %d: %w", i, err)
		}
		side := high.Dim(2)
		window, mirror := scenes[i].Window.Area(side, side), scenes[i].Reflect.Area(side, side)
		rest := make([]float32, side*side)
		for p := range rest {
			rest[p] = (1 - window.A[p]) * (1 - mirror.A[p])
		}
		difference := func(mask []float32) float64 { return brightness(high, mask) - brightness(low, mask) }
		out[i] = Change{Inside: difference(mirror.A), Window: difference(window.A), Outside: difference(rest)}
	}
	return out, nil
}

// Draw renders one scene [1,3,R,R] with the window units high and low.
func Draw(chain gan.Chain, scene Scene, edit Edit) (high, low *compute.Tensor, err error) {
	last := len(chain.Layers())
	if high, low, err = edit.Outputs(chain, []Scene{scene}, last); err != nil {
		return nil, nil, err
	}
	if high, err = chain.Finish(high, last); err != nil {
		return nil, nil, err
	}
	low, err = chain.Finish(low, last)
	return high, low, err
}

// Rec. 709 weights of luminance.
var luma = [3]float64{0.2126, 0.7152, 0.0722}

// brightness is the mean luminance in [0,1] of a picture [1,3,R,R] in [-1,1] under a soft mask; 0 for an empty one.
func brightness(x *compute.Tensor, mask []float32) float64 {
	area := len(mask)
	var sum, weight float64
	for p, m := range mask {
		if m == 0 {
			continue
		}
		y := 0.0
		for k, l := range luma {
			y += l * (float64(min(max(x.Data[k*area+p], -1), 1)) + 1) / 2
		}
		sum += float64(m) * y
		weight += float64(m)
	}
	if weight == 0 {
		return 0
	}
	return sum / weight
}
