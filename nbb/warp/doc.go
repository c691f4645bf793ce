// Package warp deforms pictures along pairs of points by moving least squares (Schaefer, McPhail, Warren, SIGGRAPH 2006): every
// place of the picture moves by the rigid motion that suits the pairs best, near ones first (spec: baselines 8 and 9).
//
//	there := warp.Rigid{From: ofPicture, To: ofTarget}
//	at := there.At(warp.Point{Row: 3, Col: 5})                 // where pixel (3,5) of the picture comes from in the target
//	moved := warp.Bilinear(target, size, size, there.At)
//
// The released code goes another way, kept as Field: it takes the motion from the target to the picture, at the picture's pixels, and
// negates it, which is the inverse in first order only; it rounds it to whole pixels, and stretches the field from 224 to 256 pixels without
// stretching its values.
package warp
