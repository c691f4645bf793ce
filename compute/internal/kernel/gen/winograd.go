package main

// winograd prints the two transforms of Winograd's F(4x4,3x3) for eight tiles at a time. Each is a one-dimensional
// transform of the columns, by way of scratch memory, and then of the rows.
func winograd(p *printer) {
	// Six numbers to six frequencies: Y0-Y5 to Y6-Y11, with 4, 5 and 2 in Y12-Y14.
	transform(p, "winogradInAVX2", [3]string{"four", "five", "two"}, 6, false, func() {
		p.op("VMOVAPS Y4, Y6")
		p.op("VFMADD231PS Y12, Y0, Y6")
		p.op("VFNMADD231PS Y13, Y2, Y6")
		p.op("VMOVAPS Y4, Y7")
		p.op("VFNMADD231PS Y12, Y2, Y7")
		p.op("VMOVAPS Y3, Y15")
		p.op("VFNMADD231PS Y12, Y1, Y15")
		p.op("VSUBPS Y15, Y7, Y8")
		p.op("VADDPS Y15, Y7, Y7")
		p.op("VSUBPS Y2, Y4, Y9")
		p.op("VSUBPS Y1, Y3, Y15")
		p.op("VMOVAPS Y9, Y10")
		p.op("VFNMADD231PS Y14, Y15, Y10")
		p.op("VFMADD231PS Y14, Y15, Y9")
		p.op("VMOVAPS Y5, Y11")
		p.op("VFMADD231PS Y12, Y1, Y11")
		p.op("VFNMADD231PS Y13, Y3, Y11")
	})
	// Six frequencies to four numbers: Y0-Y5 to Y6-Y9, with 4, 8 and 2 in Y12-Y14.
	transform(p, "winogradOutAVX2", [3]string{"four", "eight", "two"}, 4, true, func() {
		p.op("VADDPS Y2, Y1, Y10")
		p.op("VSUBPS Y2, Y1, Y11")
		p.op("VADDPS Y4, Y3, Y1")
		p.op("VSUBPS Y4, Y3, Y2")
		p.op("VADDPS Y10, Y0, Y6")
		p.op("VADDPS Y1, Y6, Y6")
		p.op("VMOVAPS Y11, Y7")
		p.op("VFMADD231PS Y14, Y2, Y7")
		p.op("VMOVAPS Y10, Y8")
		p.op("VFMADD231PS Y12, Y1, Y8")
		p.op("VADDPS Y5, Y11, Y9")
		p.op("VFMADD231PS Y13, Y2, Y9")
	})
}

// transform prints a loop over a multiple of eight tiles. Number (r,c) of the six by six comes from
// src[off[6r+c]+j]; number (r,c) of the out by out results goes to dst[(out*r+c)*step+j], plus a bias if wanted.
// line is the transform of one line.
func transform(p *printer, name string, consts [3]string, out int, bias bool, line func()) {
	args := 48 + 12
	if bias {
		args += 4
	}
	p.text(name, 16, args)
	p.flush()
	for i, arg := range []string{"dst", "step", "src", "off", "scratch", "n"} {
		p.op("MOVQ %s+%d(FP), %s", arg, 8*i, []string{"DI", "R8", "SI", "DX", "BX", "CX"}[i])
	}
	for i, c := range consts {
		p.op("VBROADCASTSS %s+%d(FP), Y%d", c, 48+4*i, 12+i)
	}
	if bias {
		p.op("VBROADCASTSS bias+60(FP), Y15")
	}
	p.op("SHLQ $2, R8")
	p.label("loop")
	for c := range 6 {
		for r := range 6 {
			p.op("MOVQ %d(DX), AX", 8*(6*r+c))
			p.op("VMOVUPS (SI)(AX*4), Y%d", r)
		}
		line()
		for r := range out {
			p.op("VMOVUPS Y%d, %d(BX)", 6+r, 32*(6*r+c))
		}
	}
	p.op("MOVQ DI, AX")
	for r := range out {
		for c := range 6 {
			p.op("VMOVUPS %d(BX), Y%d", 32*(6*r+c), c)
		}
		line()
		for c := range out {
			if bias {
				p.op("VADDPS Y15, Y%d, Y%d", 6+c, 6+c)
			}
			p.op("VMOVUPS Y%d, (AX)", 6+c)
			p.op("ADDQ R8, AX")
		}
	}
	p.op("ADDQ $32, SI")
	p.op("ADDQ $32, DI")
	p.op("SUBQ $8, CX")
	p.op("JNZ loop")
	p.unflush()
	p.op("VZEROUPPER")
	p.op("RET")
}
