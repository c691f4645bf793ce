package gan

import (
	"fmt"
	"image"
	"image/png"
	"io"

	"rewriting/compute"
)

// Quantise turns an image in [-1,1] into bytes by the benchmark's rule: clamp 0.5x+0.5 to [0,1], times 255, truncated
// (spec: generators, section 3). Clean and edited images pass through this one function. The order of x is kept: a planar
// image gives planar bytes.
func Quantise(x *compute.Tensor) []uint8 {
	out := make([]uint8, len(x.Data))
	for i, v := range x.Data {
		out[i] = uint8(min(max(0.5*v+0.5, 0), 1) * 255)
	}
	return out
}

// Dequantise is the image that the bytes stand for: b/127.5 - 1, in the order of the bytes.
func Dequantise(b []uint8, shape ...int) *compute.Tensor {
	x := compute.New(shape...)
	if len(b) != len(x.Data) {
		panic(fmt.Sprintf("gan: %d bytes for an image of shape %v", len(b), shape))
	}
	for i, v := range b {
		x.Data[i] = float32(v)/127.5 - 1
	}
	return x
}

// Picture quantises one image [1,3,H,W] or [3,H,W] into Go's image type.
func Picture(x *compute.Tensor) (*image.NRGBA, error) {
	if len(x.Shape) == 4 && x.Shape[0] == 1 {
		x = x.Reshape(x.Shape[1:]...)
	}
	if len(x.Shape) != 3 || x.Shape[0] != 3 {
		return nil, fmt.Errorf("gan: a picture needs shape [3 H W], not %v", x.Shape)
	}
	h, w := x.Shape[1], x.Shape[2]
	planes := Quantise(x)
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for p := range h * w {
		for c := range 3 {
			m.Pix[4*p+c] = planes[c*h*w+p]
		}
		m.Pix[4*p+3] = 255
	}
	return m, nil
}

// EncodePNG writes one image [1,3,H,W] or [3,H,W] as a lossless 8-bit RGB PNG.
func EncodePNG(w io.Writer, x *compute.Tensor) error {
	m, err := Picture(x)
	if err != nil {
		return err
	}
	return png.Encode(w, m)
}
