package nbb

import "rewriting/compute"

// bytesOf reads the bytes of a picture in [-1,1] that was made from bytes: the nearest ones.
func bytesOf(x *compute.Tensor) []uint8 {
	out := make([]uint8, len(x.Data))
	for i, v := range x.Data {
		out[i] = nearest(127.5 * (v + 1))
	}
	return out
}

// nearest is a number as a byte, clamped and rounded.
func nearest(v float32) uint8 { return uint8(min(max(v, 0), 255) + 0.5) }

// pictureOf is the picture of bytes with every value in the middle of its byte's interval, where the truncation of gan.Quantise finds it.
func pictureOf(pixels []uint8, r int) *compute.Tensor {
	x := compute.New(1, 3, r, r)
	for i, b := range pixels {
		x.Data[i] = (float32(b)+0.5)/127.5 - 1
	}
	return x
}
