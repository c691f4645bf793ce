// Package fid measures how far apart two sets of images are: the Fréchet distance between Gaussians fitted to their features
// (Heusel et al. 2017; spec: metrics 6.1).
//
//	d² = |μ1-μ2|² + tr Σ1 + tr Σ2 - 2 tr √(Σ1 Σ2)
//
//	a := fid.New(64)
//	for _, features := range images { a.Add(features) }   // always in the order of the images
//	d, err := fid.Distance(a, b)
//	fmt.Println(d.Value, d.Ranks)                          // a rank below the dimension: too few images
//
// Statistics are sums in float64: n, Σx and Σxxᵀ. Sums over chunks merge, but rounding depends on the order of a sum; results that must
// not depend on how samples are cut into chunks add the features one after the other.
//
// The trace of the root is Σ √max(λ,0) over the eigenvalues λ of the symmetric Σ1^½ Σ2 Σ1^½, which are those of Σ1 Σ2: no
// general matrix root, no complex numbers, nothing added to diagonals.
package fid
