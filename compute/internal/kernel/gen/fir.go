package main

// fir prints the passes of StyleGAN2's low-pass filter.
func fir(p *printer) {
	// dst = outer*(a+d) + inner*(b+c): along columns with four rows, along a row with one row shifted.
	elementwise(p, "fir4AVX2", []string{"dst", "a", "b", "c", "d"}, []string{"outer", "inner"}, func() {
		p.op("VMOVUPS %s, Y0", at(1))
		p.op("VADDPS %s, Y0, Y0", at(4))
		p.op("VMOVUPS %s, Y1", at(2))
		p.op("VADDPS %s, Y1, Y1", at(3))
		p.op("VMULPS Y8, Y0, Y0")
		p.op("VFMADD231PS Y9, Y1, Y0")
		p.op("VMOVUPS Y0, %s", at(0))
	})
	// dst = near*a + far*b.
	elementwise(p, "blendAVX2", []string{"dst", "a", "b"}, []string{"near", "far"}, func() {
		p.op("VMULPS %s, Y9, Y0", at(2))
		p.op("VFMADD231PS %s, Y8, Y0", at(1))
		p.op("VMOVUPS Y0, %s", at(0))
	})
}
