// Package blend puts one picture into another under a mask: by copying, by Burt and Adelson's multiresolution spline, and by solving
// Poisson's equation (spec: baselines 9-11). Pictures are planes of n x n float32 on the scale of bytes, 0 to 255; a mask is one plane in [0,1].
//
//	out := blend.Copy(a, b, mask)                               // a where the mask is 1, b where it is 0
//	out := blend.Laplace(a, b, mask, blend.Levels(256), false)
//	out, err := blend.Poisson(a, b, inside, blend.Fixed)
package blend
