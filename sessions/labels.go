package sessions

import (
	"fmt"
	"slices"
)

// Labels is the label map of one image.
type Labels struct {
	Image int     // row of the session's table of latents
	Size  int     // pixels per side
	Value []uint8 // Size*Size labels, row-major
}

// FromLabels paints a region where the label map has one of the given values, grown by grow pixels
// in all eight directions and enlarged scale times (1 keeps the size). It is how sessions are made
// from segmentations instead of a brush. It fails when the image has none of the values.
func FromLabels(l Labels, values []uint8, grow, scale int) (Region, error) {
	if l.Size <= 0 || len(l.Value) != l.Size*l.Size || grow < 0 || scale < 1 {
		return Region{}, fmt.Errorf("image %d: %d labels for %d pixels a side, grown by %d, enlarged %d times: impossible",
			l.Image, len(l.Value), l.Size, grow, scale)
	}
	painted := make([]bool, len(l.Value))
	found := false
	for i, v := range l.Value {
		painted[i] = slices.Contains(values, v)
		found = found || painted[i]
	}
	if !found {
		return Region{}, fmt.Errorf("image %d: no pixel has a label in %v", l.Image, values)
	}
	for range grow {
		painted = dilate(painted, l.Size)
	}
	side := l.Size * scale
	large := make([]bool, side*side)
	for i := range large {
		large[i] = painted[i/side/scale*l.Size+i%side/scale]
	}
	return Region{Image: l.Image, Mask: NewMask(large, side, side)}, nil
}

// dilate marks every pixel that touches a marked one, diagonals included.
func dilate(marked []bool, size int) []bool {
	out := make([]bool, len(marked))
	for i, m := range marked {
		if !m {
			continue
		}
		y, x := i/size, i%size
		for v := max(0, y-1); v <= min(size-1, y+1); v++ {
			for u := max(0, x-1); u <= min(size-1, x+1); u++ {
				out[v*size+u] = true
			}
		}
	}
	return out
}
