//go:build !amd64

package kernel

// Other processors have the portable tier only; these are never called.

func tileAVX512(t *Tile) { panic("kernel: no assembly for this processor") }
func tileAVX2(t *Tile)   { panic("kernel: no assembly for this processor") }
func transpose8(dst *float32, ldd, dstStep int, src *float32, lds, srcStep, count int) {
	panic("kernel: no assembly for this processor")
}
func copyChunksAVX512(dst *float32, width int, src *float32, off *int, n int, chunks *Chunk, count int) {
	panic("kernel: no assembly for this processor")
}
func copyChunksAVX2(dst *float32, width int, src *float32, off *int, n int, chunks *Chunk, count int) {
	panic("kernel: no assembly for this processor")
}
func interleaveAVX2(dst, even, odd *float32, n int) { panic("kernel: no assembly for this processor") }
func deinterleaveAVX2(even, odd, src *float32, n int) {
	panic("kernel: no assembly for this processor")
}
func addAVX2(dst, a, b *float32, n int)            { panic("kernel: no assembly for this processor") }
func subAVX2(dst, a, b *float32, n int)            { panic("kernel: no assembly for this processor") }
func mulAVX2(dst, a, b *float32, n int)            { panic("kernel: no assembly for this processor") }
func maxAVX2(dst, a, b *float32, n int)            { panic("kernel: no assembly for this processor") }
func scaleAVX2(dst, x *float32, n int, c float32)  { panic("kernel: no assembly for this processor") }
func offsetAVX2(dst, x *float32, n int, c float32) { panic("kernel: no assembly for this processor") }
func axpyAVX2(y, x *float32, n int, a float32)     { panic("kernel: no assembly for this processor") }
func blendAVX2(dst, a, b *float32, n int, near, far float32) {
	panic("kernel: no assembly for this processor")
}
func rowAVX512(dst, src *float32, off *int, k int, a *float32, n int, start float32) {
	panic("kernel: no assembly for this processor")
}
func rowAVX2(dst, src *float32, off *int, k int, a *float32, n int, start float32) {
	panic("kernel: no assembly for this processor")
}
func fir4AVX2(dst, a, b, c, d *float32, n int, outer, inner float32) {
	panic("kernel: no assembly for this processor")
}
func leakyAVX2(dst, x *float32, n int, slope, gain, shift float32) {
	panic("kernel: no assembly for this processor")
}
func noiseLeakyAVX2(dst, x, noise *float32, n int, slope, gain, shift, strength float32) {
	panic("kernel: no assembly for this processor")
}
func leakyGradAVX2(dst, y, dy *float32, n int, low, high float32) {
	panic("kernel: no assembly for this processor")
}
func dotAVX2(a, b *float32, n int) float32    { panic("kernel: no assembly for this processor") }
func sumAVX2(x *float32, n int) float32       { panic("kernel: no assembly for this processor") }
func l1AVX2(a, b *float32, n int) float64     { panic("kernel: no assembly for this processor") }
func l2AVX2(a, b *float32, n int) float64     { panic("kernel: no assembly for this processor") }
func squaredTaps9AVX2(dst, w *float32, n int) { panic("kernel: no assembly for this processor") }
func addScaledTaps9AVX2(dst, w, f *float32, n int) {
	panic("kernel: no assembly for this processor")
}
func adamAVX2(w, grad, m, v *float32, n int, b1, c1, b2, c2, rate, norm, eps float32) {
	panic("kernel: no assembly for this processor")
}
func winogradInAVX2(dst *float32, step int, src *float32, off *int, scratch *float32, n int, four, five, two float32) {
	panic("kernel: no assembly for this processor")
}
func winogradOutAVX2(dst *float32, step int, src *float32, off *int, scratch *float32, n int, four, eight, two, bias float32) {
	panic("kernel: no assembly for this processor")
}
func winogradUpInAVX2(dst *float32, step int, src *float32, off *int, scratch *float32, n int, two float32) {
	panic("kernel: no assembly for this processor")
}
func winogradUpOutAVX2(dst *float32, step int, src *float32, off *int, scratch *float32, n int, two, four, eight float32) {
	panic("kernel: no assembly for this processor")
}
func blocksAMX(b *Blocks) { panic("kernel: no assembly for this processor") }
func splitPairsBF16(high, low *uint32, a, b *float32, n int) {
	panic("kernel: no assembly for this processor")
}
