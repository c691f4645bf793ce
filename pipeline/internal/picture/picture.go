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
)

// ErrNotFinite says that a network produced NaN or infinity.
var ErrNotFinite = errors.New("not a finite number")

// Version is raised when Quantise gives other bytes.
const Version = 1

// Quantise clamps x [1,3,R,R] to [-1,1] and cuts it to bytes, RGB interleaved: byte = trunc(255*clamp(x/2+1/2, 0, 1)), the rule
// of the published benchmark. It does not round. A value that is not finite is an error that names the pixel.
func Quantise(x *compute.Tensor) ([]byte, error) {
	if len(x.Shape) != 4 || x.Shape[0] != 1 || x.Shape[1] != 3 {
		return nil, fmt.Errorf("an image must have the shape [1,3,height,width], has %v", x.Shape)
	}
	h, w := x.Shape[2], x.Shape[3]
	out := make([]byte, 3*h*w)
	for c := range 3 {
		for i, v := range x.Data[c*h*w : (c+1)*h*w] {
			if v-v != 0 { // NaN or infinite
				return nil, fmt.Errorf("channel %d, row %d, column %d is %v: %w", c, i/w, i%w, v, ErrNotFinite)
			}
			out[3*i+c] = byte(255 * min(max(v*0.5+0.5, 0), 1))
		}
	}
	return out, nil
}

// Tensor reads bytes back to [1,3,R,R] in [-1,1]: (byte/255 - 1/2) / (1/2).
func Tensor(pixels []byte, r int) *compute.Tensor {
	t := compute.New(1, 3, r, r)
	for i := range r * r {
		for c := range 3 {
			t.Data[c*r*r+i] = level[pixels[3*i+c]]
		}
	}
	return t
}

var level = func() (l [256]float32) {
	for b := range l {
		l[b] = (float32(b)/255 - 0.5) / 0.5
	}
	return l
}()

// RoundTrip is Tensor after Quantise, item by item of a batch. Values that are not finite stay as they are, for the caller to find.
func RoundTrip(x *compute.Tensor) *compute.Tensor {
	y := x.Clone()
	for i, v := range y.Data {
		if v-v == 0 {
			y.Data[i] = level[byte(255*min(max(v*0.5+0.5, 0), 1))]
		}
	}
	return y
}

// PNG encodes square pixels.
func PNG(pixels []byte, r int) []byte { return encode(imageOf(pixels, r, r)) }

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
