// Package picture is the program's one way from network output to 8-bit pixels and back. Clean and edited
// images pass it alike, so an edit that changes nothing changes no pixel (spec: metrics, section 0).
//
//	pixels, err := picture.Quantise(image)   // [1,3,R,R] -> R*R*3 bytes, RGB interleaved
//	same := picture.Tensor(pixels, r)        // what metrics see
//	file := picture.PNG(pixels, r)
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/sessions/pillow"
)

// ErrNotFinite says that a network produced NaN or infinity.
var ErrNotFinite = errors.New("not a finite number")

// Version is raised when the round trip gives other values.
const Version = 2

// Quantise turns x [1,3,R,R] into bytes by gan.Quantise, RGB interleaved. A value that is not finite is an error that names
// the pixel.
func Quantise(x *compute.Tensor) ([]byte, error) {
	if len(x.Shape) != 4 || x.Shape[0] != 1 || x.Shape[1] != 3 {
		return nil, fmt.Errorf("an image must have the shape [1,3,height,width], has %v", x.Shape)
	}
	w, area := x.Shape[3], x.Shape[2]*x.Shape[3]
	for i, v := range x.Data {
		if !finite(v) {
			return nil, fmt.Errorf("channel %d, row %d, column %d is %v: %w", i/area, i%area/w, i%w, v, ErrNotFinite)
		}
	}
	planes := gan.Quantise(x)
	out := make([]byte, len(planes))
	for i := range area {
		for c := range 3 {
			out[3*i+c] = planes[c*area+i]
		}
	}
	return out, nil
}

func finite(v float32) bool { return v-v == 0 }

// Tensor reads bytes back to [1,3,R,R] in [-1,1].
func Tensor(pixels []byte, r int) *compute.Tensor {
	planes := make([]byte, len(pixels))
	for i := range r * r {
		for c := range 3 {
			planes[c*r*r+i] = pixels[3*i+c]
		}
	}
	return gan.Dequantise(planes, 1, 3, r, r)
}

// RoundTrip is Tensor after Quantise, item by item of a batch. Values that are not finite stay as they are, for the caller to find.
func RoundTrip(x *compute.Tensor) *compute.Tensor {
	y := gan.Dequantise(gan.Quantise(x), x.Shape...)
	for i, v := range x.Data {
		if !finite(v) {
			y.Data[i] = v
		}
	}
	return y
}

// PNG encodes square pixels.
func PNG(pixels []byte, r int) []byte { return encode(imageOf(pixels, r, r)) }

// Shown is the side, in pixels, of the largest picture of a report: a page of pictures of 1024 pixels would not open.
const Shown = 256

// ForShow shrinks square pixels to at most Shown a side, bilinear with antialiasing, and returns them with their side.
func ForShow(pixels []byte, r int) ([]byte, int) {
	if r <= Shown {
		return pixels, r
	}
	return pillow.Bilinear(pixels, r, r, 3, Shown, Shown), Shown
}

func imageOf(pixels []byte, w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		copy(img.Pix[4*i:], pixels[3*i:3*i+3])
		img.Pix[4*i+3] = math.MaxUint8
	}
	return img
}

func encode(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic("picture: a PNG of valid size cannot fail in memory: " + err.Error())
	}
	return b.Bytes()
}

// Grid puts square pictures side by side, columns per row, with two black pixels between them.
func Grid(pictures [][]byte, r, columns int) []byte {
	const gap = 2
	columns = max(1, min(columns, len(pictures)))
	rows := (len(pictures) + columns - 1) / columns
	w, h := columns*(r+gap)+gap, max(rows, 1)*(r+gap)+gap
	all := make([]byte, 3*w*h)
	for n, p := range pictures {
		top, left := gap+n/columns*(r+gap), gap+n%columns*(r+gap)
		for y := range r {
			copy(all[3*((top+y)*w+left):], p[3*y*r:3*(y+1)*r])
		}
	}
	return encode(imageOf(all, w, h))
}
