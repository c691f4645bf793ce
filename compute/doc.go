// Package compute holds the arithmetic of the program: dense float32 tensors, convolutions with their
// gradients, the small filters and element-wise passes of a style-based generator, pooling, resizing,
// matrix products and the Adam step.
//
// Images are N, C, H, W in row-major order at every border of the package; packed layouts are its own
// business. Definitions follow the spec: generators 2 (StyleGAN2's convolution, up-convolution, blur,
// demodulation, noise and activation) and metrics 11.1 (resizes).
//
// Every operation has one definition and up to four implementations, called tiers: portable Go, AVX2 with
// FMA, AVX-512, and AVX-512 with AMX. The best tier the processor offers is chosen when the program starts; the
// environment variable REWRITING_TIER (portable, avx2, avx512, amx) forces one, and Tier names the one in use. Results
// of one tier are bitwise reproducible; tiers differ from each other by rounding only.
//
// Filters made by NewRenderFilter and NewRenderUpFilter may use Winograd's F(4,3) and F(4,2) in the assembly tiers, exact to
// 1e-4 of the largest result, or AMX's products of numbers split in two bfloat16, exact to 1e-5; everything else,
// gradients above all, is exact to float32 rounding.
//
// Functions are safe for concurrent use on different data. A large operation divides what it writes among the processors
// that no other operation is using (Split): one call alone uses them all, as many calls as there are processors use one
// each, and results do not depend on it, bit for bit. GOMAXPROCS bounds the number of processors. Wrong shapes are programmer
// errors and panic.
//
//	x := compute.New(1, 128, 16, 16)
//	w := compute.New(80, 128, 3, 3)
//	f := compute.NewFilter(w, compute.Same3x3) // packs the weight once
//	y := f.Conv(x, nil)                        // [1,80,16,16]
//	dw := compute.Conv2DGradWeight(x, y, 3, 3, compute.Same3x3)
package compute
