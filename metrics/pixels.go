package metrics

import (
	"fmt"
	"math"

	"rewriting/compute"
)

// value is the pixel of a byte, (v/255 - 1/2) / (1/2), as networks that read image files see it
// (spec: metrics 0).
func value(b uint8) float32 { return (float32(b)/255 - 0.5) / 0.5 }

// level is the byte nearest to a pixel in [-1,1].
func level(v float32) uint8 {
	return uint8(min(max(math.Round((float64(v)*0.5+0.5)*255), 0), 255))
}

// levels returns the bytes of an 8-bit picture, planar. A pixel further than a hundredth of a level
// from its byte did not come from an 8-bit image: storing it would lose something.
func levels(x *compute.Tensor) ([]uint8, error) {
	b := make([]uint8, len(x.Data))
	for i, v := range x.Data {
		b[i] = level(v)
		if d := math.Abs(float64(v) - float64(value(b[i]))); !(d < 0.01*2/255) {
			return nil, fmt.Errorf("pixel value %v is not on the 8-bit grid: the picture did not go through the 8-bit round trip", v)
		}
	}
	return b, nil
}

// checkImage refuses what is not one finite RGB image.
func checkImage(what string, seed uint32, x *compute.Tensor) error {
	if x == nil {
		return fmt.Errorf("seed %d: the %s image is missing", seed, what)
	}
	if len(x.Shape) != 4 || x.Dim(0) != 1 || x.Dim(1) != 3 {
		return fmt.Errorf("seed %d: the %s image has shape %v, want [1 3 H W]", seed, what, x.Shape)
	}
	for i, v := range x.Data {
		if v-v != 0 { // infinite or not a number
			return fmt.Errorf("seed %d: the %s image holds %v at pixel (%d, %d)", seed, what, v, i/x.Dim(3)%x.Dim(2), i%x.Dim(3))
		}
	}
	return nil
}

// same reports whether two images are equal in every pixel.
func same(a, b *compute.Tensor) bool {
	if !a.SameShape(b) {
		return false
	}
	for i, v := range a.Data {
		if v != b.Data[i] {
			return false
		}
	}
	return true
}
