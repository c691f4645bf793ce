package kernel

// The assembly. n counts elements and is a positive multiple of 8 (32 in dotAVX2 and sumAVX2, any number in splitPairsBF16); what a function
// computes is said where it is called. None keeps its arguments.

//go:noescape
func tileAVX512(t *Tile)

//go:noescape
func tileAVX2(t *Tile)

//go:noescape
func rowAVX512(dst, src *float32, off *int, k int, a *float32, n int, start float32)

//go:noescape
func rowAVX2(dst, src *float32, off *int, k int, a *float32, n int, start float32)

//go:noescape
func transpose8(dst *float32, ldd, dstStep int, src *float32, lds, srcStep, count int)

//go:noescape
func copyChunksAVX512(dst *float32, width int, src *float32, off *int, n int, chunks *Chunk, count int)

//go:noescape
func copyChunksAVX2(dst *float32, width int, src *float32, off *int, n int, chunks *Chunk, count int)

//go:noescape
func interleaveAVX2(dst, even, odd *float32, n int)

//go:noescape
func deinterleaveAVX2(even, odd, src *float32, n int)

//go:noescape
func addAVX2(dst, a, b *float32, n int)

//go:noescape
func subAVX2(dst, a, b *float32, n int)

//go:noescape
func mulAVX2(dst, a, b *float32, n int)

//go:noescape
func maxAVX2(dst, a, b *float32, n int)

//go:noescape
func scaleAVX2(dst, x *float32, n int, c float32)

//go:noescape
func offsetAVX2(dst, x *float32, n int, c float32)

//go:noescape
func axpyAVX2(y, x *float32, n int, a float32)

//go:noescape
func blendAVX2(dst, a, b *float32, n int, near, far float32)

//go:noescape
func fir4AVX2(dst, a, b, c, d *float32, n int, outer, inner float32)

//go:noescape
func leakyAVX2(dst, x *float32, n int, slope, gain, shift float32)

//go:noescape
func noiseLeakyAVX2(dst, x, noise *float32, n int, slope, gain, shift, strength float32)

//go:noescape
func leakyGradAVX2(dst, y, dy *float32, n int, low, high float32)

//go:noescape
func dotAVX2(a, b *float32, n int) float32

//go:noescape
func sumAVX2(x *float32, n int) float32

//go:noescape
func l1AVX2(a, b *float32, n int) float64

//go:noescape
func l2AVX2(a, b *float32, n int) float64

//go:noescape
func squaredTaps9AVX2(dst, w *float32, n int)

//go:noescape
func addScaledTaps9AVX2(dst, w, f *float32, n int)

//go:noescape
func adamAVX2(w, grad, m, v *float32, n int, b1, c1, b2, c2, rate, norm, eps float32)

//go:noescape
func winogradInAVX2(dst *float32, step int, src *float32, off *int, scratch *float32, n int, four, five, two float32)

//go:noescape
func winogradOutAVX2(dst *float32, step int, src *float32, off *int, scratch *float32, n int, four, eight, two, bias float32)

//go:noescape
func winogradUpInAVX2(dst *float32, step int, src *float32, off *int, scratch *float32, n int, two float32)

//go:noescape
func winogradUpOutAVX2(dst *float32, step int, src *float32, off *int, scratch *float32, n int, two, four, eight float32)

//go:noescape
func blocksAMX(b *Blocks)

//go:noescape
func splitPairsBF16(high, low *uint32, a, b *float32, n int)
