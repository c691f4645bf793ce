package main

import "fmt"

// elementwise prints a loop over a multiple of 8 elements. The pointers advance together; consts are broadcast
// to Y8 and up; body prints the work of one vector.
func elementwise(p *printer, name string, pointers []string, consts []string, body func()) {
	args := 8*len(pointers) + 8 + 4*len(consts)
	p.text(name, 0, args)
	for i, n := range pointers {
		p.op("MOVQ %s+%d(FP), %s", n, 8*i, pointerReg[i])
	}
	p.op("MOVQ n+%d(FP), CX", 8*len(pointers))
	for i, n := range consts {
		p.op("VBROADCASTSS %s+%d(FP), Y%d", n, 8*len(pointers)+8+4*i, 8+i)
	}
	p.op("XORQ AX, AX")
	p.label("loop")
	body()
	p.op("ADDQ $32, AX")
	p.op("SUBQ $8, CX")
	p.op("JNZ loop")
	p.op("VZEROUPPER")
	p.op("RET")
}

var pointerReg = []string{"DI", "SI", "DX", "BX", "R8"}

// at addresses the current vector of pointer i.
func at(i int) string { return fmt.Sprintf("(%s)(AX*1)", pointerReg[i]) }

func vectors(p *printer) {
	for _, f := range []struct{ name, op string }{{"addAVX2", "VADDPS"}, {"subAVX2", "VSUBPS"}, {"mulAVX2", "VMULPS"}, {"maxAVX2", "VMAXPS"}} {
		elementwise(p, f.name, []string{"dst", "a", "b"}, nil, func() {
			p.op("VMOVUPS %s, Y0", at(1))
			p.op("%s %s, Y0, Y0", f.op, at(2))
			p.op("VMOVUPS Y0, %s", at(0))
		})
	}
	elementwise(p, "scaleAVX2", []string{"dst", "x"}, []string{"c"}, func() {
		p.op("VMULPS %s, Y8, Y0", at(1))
		p.op("VMOVUPS Y0, %s", at(0))
	})
	elementwise(p, "offsetAVX2", []string{"dst", "x"}, []string{"c"}, func() {
		p.op("VADDPS %s, Y8, Y0", at(1))
		p.op("VMOVUPS Y0, %s", at(0))
	})
	elementwise(p, "axpyAVX2", []string{"y", "x"}, []string{"a"}, func() {
		p.op("VMOVUPS %s, Y0", at(0))
		p.op("VFMADD231PS %s, Y8, Y0", at(1))
		p.op("VMOVUPS Y0, %s", at(0))
	})
	elementwise(p, "leakyAVX2", []string{"dst", "x"}, []string{"slope", "gain", "shift"}, func() {
		p.op("VADDPS %s, Y10, Y0", at(1))
		leaky(p)
	})
	elementwise(p, "noiseLeakyAVX2", []string{"dst", "x", "noise"}, []string{"slope", "gain", "shift", "strength"}, func() {
		p.op("VMOVUPS %s, Y0", at(2))
		p.op("VFMADD213PS %s, Y11, Y0", at(1))
		p.op("VADDPS Y10, Y0, Y0")
		leaky(p)
	})
	// Gain where y > 0, gain*slope elsewhere: the blend follows the comparison.
	elementwise(p, "leakyGradAVX2", []string{"dst", "y", "dy"}, []string{"low", "high"}, func() {
		p.op("VMOVUPS %s, Y0", at(1))
		p.op("VXORPS Y1, Y1, Y1")
		p.op("VCMPPS $0x1e, Y1, Y0, Y2") // greater than, quiet
		p.op("VBLENDVPS Y2, Y9, Y8, Y3")
		p.op("VMULPS %s, Y3, Y0", at(2))
		p.op("VMOVUPS Y0, %s", at(0))
	})
	dot(p)
	sum(p)
	distance(p, "l1AVX2", func(v string) { p.op("VANDPD Y15, %s, %s", v, v) })
	distance(p, "l2AVX2", func(v string) { p.op("VMULPD %s, %s, %s", v, v, v) })
	taps9(p)
	adam(p)
}

func leaky(p *printer) {
	p.op("VMULPS Y8, Y0, Y1")
	p.op("VMAXPS Y0, Y1, Y0")
	p.op("VMULPS Y9, Y0, Y0")
	p.op("VMOVUPS Y0, %s", at(0))
}

// reduce4 adds Y0-Y3 and then their eight lanes into X0.
func reduce4(p *printer) {
	p.op("VADDPS Y1, Y0, Y0")
	p.op("VADDPS Y3, Y2, Y2")
	p.op("VADDPS Y2, Y0, Y0")
	p.op("VEXTRACTF128 $1, Y0, X1")
	p.op("VADDPS X1, X0, X0")
	p.op("VMOVHLPS X0, X0, X1")
	p.op("VADDPS X1, X0, X0")
	p.op("VMOVSHDUP X0, X1")
	p.op("VADDSS X1, X0, X0")
}

// dot prints the inner product of a multiple of 32 elements in four accumulators.
func dot(p *printer) {
	p.text("dotAVX2", 0, 28)
	p.op("MOVQ a+0(FP), SI")
	p.op("MOVQ b+8(FP), DI")
	p.op("MOVQ n+16(FP), CX")
	for i := range 4 {
		p.op("VXORPS Y%d, Y%d, Y%d", i, i, i)
	}
	p.label("loop")
	for i := range 4 {
		p.op("VMOVUPS %d(SI), Y%d", 32*i, 4+i)
		p.op("VFMADD231PS %d(DI), Y%d, Y%d", 32*i, 4+i, i)
	}
	p.op("ADDQ $128, SI")
	p.op("ADDQ $128, DI")
	p.op("SUBQ $32, CX")
	p.op("JNZ loop")
	reduce4(p)
	p.op("VMOVSS X0, ret+24(FP)")
	p.op("VZEROUPPER")
	p.op("RET")
}

// sum prints the sum of a multiple of 32 elements in four accumulators.
func sum(p *printer) {
	p.text("sumAVX2", 0, 20)
	p.op("MOVQ x+0(FP), SI")
	p.op("MOVQ n+8(FP), CX")
	for i := range 4 {
		p.op("VXORPS Y%d, Y%d, Y%d", i, i, i)
	}
	p.label("loop")
	for i := range 4 {
		p.op("VADDPS %d(SI), Y%d, Y%d", 32*i, i, i)
	}
	p.op("ADDQ $128, SI")
	p.op("SUBQ $32, CX")
	p.op("JNZ loop")
	reduce4(p)
	p.op("VMOVSS X0, ret+16(FP)")
	p.op("VZEROUPPER")
	p.op("RET")
}

// distance prints a sum over f(a-b) in float64, for a multiple of 8 elements.
func distance(p *printer, name string, f func(v string)) {
	p.text(name, 0, 32)
	p.op("MOVQ a+0(FP), SI")
	p.op("MOVQ b+8(FP), DI")
	p.op("MOVQ n+16(FP), CX")
	p.op("VXORPD Y0, Y0, Y0")
	p.op("VXORPD Y1, Y1, Y1")
	p.op("VPCMPEQQ Y15, Y15, Y15")
	p.op("VPSRLQ $1, Y15, Y15") // all but the sign bit
	p.label("loop")
	for i := range 2 {
		p.op("VCVTPS2PD %d(SI), Y2", 16*i)
		p.op("VCVTPS2PD %d(DI), Y3", 16*i)
		p.op("VSUBPD Y3, Y2, Y2")
		f("Y2")
		p.op("VADDPD Y2, Y%d, Y%d", i, i)
	}
	p.op("ADDQ $32, SI")
	p.op("ADDQ $32, DI")
	p.op("SUBQ $8, CX")
	p.op("JNZ loop")
	p.op("VADDPD Y1, Y0, Y0")
	p.op("VEXTRACTF128 $1, Y0, X1")
	p.op("VADDPD X1, X0, X0")
	p.op("VUNPCKHPD X0, X0, X1")
	p.op("VADDSD X1, X0, X0")
	p.op("VMOVSD X0, ret+24(FP)")
	p.op("VZEROUPPER")
	p.op("RET")
}

// taps9 prints the two passes that see a weight as groups of nine taps: a vector of eight and a single one.
func taps9(p *printer) {
	p.text("squaredTaps9AVX2", 0, 24) // for a multiple of 8 groups
	p.op("MOVQ dst+0(FP), DI")
	p.op("MOVQ w+8(FP), SI")
	p.op("MOVQ n+16(FP), CX")
	p.label("loop")
	for r := range 8 {
		p.op("VMOVUPS %d(SI), Y%d", 36*r, r)
		p.op("VMULPS Y%d, Y%d, Y%d", r, r, r)
		p.op("VMOVSS %d(SI), X8", 36*r+32) // the other lanes become zero
		p.op("VFMADD231PS Y8, Y8, Y%d", r)
	}
	for n := 8; n > 2; n /= 2 {
		for i := 0; i < n; i += 2 {
			p.op("VHADDPS Y%d, Y%d, Y%d", i+1, i, i/2)
		}
	}
	p.op("VPERM2F128 $0x20, Y1, Y0, Y2")
	p.op("VPERM2F128 $0x31, Y1, Y0, Y3")
	p.op("VADDPS Y3, Y2, Y0")
	p.op("VMOVUPS Y0, (DI)")
	p.op("ADDQ $32, DI")
	p.op("ADDQ $288, SI")
	p.op("SUBQ $8, CX")
	p.op("JNZ loop")
	p.op("VZEROUPPER")
	p.op("RET")

	p.text("addScaledTaps9AVX2", 0, 32) // for any positive number of groups
	p.op("MOVQ dst+0(FP), DI")
	p.op("MOVQ w+8(FP), SI")
	p.op("MOVQ f+16(FP), DX")
	p.op("MOVQ n+24(FP), CX")
	p.label("loop")
	p.op("VBROADCASTSS (DX), Y0")
	p.op("VMOVUPS (DI), Y1")
	p.op("VMOVSS 32(DI), X2")
	p.op("VFMADD231PS (SI), Y0, Y1")
	p.op("VFMADD231SS 32(SI), X0, X2")
	p.op("VMOVUPS Y1, (DI)")
	p.op("VMOVSS X2, 32(DI)")
	p.op("ADDQ $4, DX")
	p.op("ADDQ $36, SI")
	p.op("ADDQ $36, DI")
	p.op("DECQ CX")
	p.op("JNZ loop")
	p.op("VZEROUPPER")
	p.op("RET")
}

// adam prints one optimiser step on a multiple of 8 elements. Moments of weights without gradient decay into
// the subnormal numbers.
func adam(p *printer) {
	p.text("adamAVX2", 16, 68)
	for i, n := range []string{"w", "grad", "m", "v"} {
		p.op("MOVQ %s+%d(FP), %s", n, 8*i, pointerReg[i])
	}
	p.op("MOVQ n+32(FP), CX")
	for i, n := range []string{"b1", "c1", "b2", "c2", "rate", "norm", "eps"} {
		p.op("VBROADCASTSS %s+%d(FP), Y%d", n, 40+4*i, 8+i)
	}
	p.flush()
	p.op("XORQ AX, AX")
	p.label("loop")
	p.op("VMOVUPS %s, Y0", at(1)) // g
	p.op("VMULPS %s, Y8, Y1", at(2))
	p.op("VFMADD231PS Y0, Y9, Y1") // m
	p.op("VMOVUPS Y1, %s", at(2))
	p.op("VMULPS Y0, Y0, Y0")
	p.op("VMULPS %s, Y10, Y2", at(3))
	p.op("VFMADD231PS Y0, Y11, Y2") // v
	p.op("VMOVUPS Y2, %s", at(3))
	p.op("VSQRTPS Y2, Y2")
	p.op("VFMADD213PS Y14, Y13, Y2") // sqrt(v)*norm + eps
	p.op("VMULPS Y12, Y1, Y1")
	p.op("VDIVPS Y2, Y1, Y1")
	p.op("VMOVUPS %s, Y0", at(0))
	p.op("VSUBPS Y1, Y0, Y0")
	p.op("VMOVUPS Y0, %s", at(0))
	p.op("ADDQ $32, AX")
	p.op("SUBQ $8, CX")
	p.op("JNZ loop")
	p.unflush()
	p.op("VZEROUPPER")
	p.op("RET")
}
