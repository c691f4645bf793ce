// Package pillow resizes 8-bit images exactly as Pillow (PIL) does, bit for bit.
//
// The masks of editing sessions, the inputs of attribute classifiers and the thumbnails of the
// published experiments all went through Pillow's resampler, and a mask that differs by 1/255 at
// its rim changes which pixels count as context. So the arithmetic is reproduced, not approximated:
// an antialiased kernel whose weights are normalised in float64 and rounded to 22 fractional bits,
// a horizontal pass rounded to 8 bits, then a vertical pass (spec: metrics 11.2, method 3).
//
//	small := pillow.Bilinear(pix, 256, 256, 1, 32, 32)   // one channel, 256x256 -> 32x32
//	face := pillow.Bilinear(rgb, 64, 64, 3, 178, 218)    // interleaved RGB
//
// Channels are interleaved (y, x, channel) and independent of each other: alpha is not special,
// as it is in Pillow only for images of mode RGBA.
package pillow
