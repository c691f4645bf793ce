package main

// winograd prints the two transforms of Winograd's F(4x4,3x3).
func winograd(p *printer) {
	// Six numbers to six frequencies, with 4, 5 and 2 in Y12-Y14.
	transform(p, "winogradInAVX2", []string{"four", "five", "two"}, 6, []int{6, 7, 8, 9, 10, 11}, false, func() {
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
	// Six frequencies to four numbers, with 4, 8 and 2 in Y12-Y14.
	transform(p, "winogradOutAVX2", []string{"four", "eight", "two"}, 6, []int{6, 7, 8, 9}, true, func() {
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

// transform prints a loop over a multiple of eight tiles, eight at a time, each of which is a one-dimensional transform of
// the columns, by way of scratch memory, and then of the rows. Number (r,c) of the in by in comes from src[off[in*r+c]+j];
// number (r,c) of the results goes to dst[(results*r+c)*step+j], plus a bias if wanted. line is the transform of one line,
// from the registers Y0, Y1, ... to those that out lists. Constants are in Y12-Y14.
func transform(p *printer, name string, consts []string, in int, out []int, bias bool, line func()) {
	args := 48 + 4*len(consts)
	if bias {
		consts = append(consts, "bias")
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
	p.op("SHLQ $2, R8")
	p.label("loop")
	for c := range in {
		for r := range in {
			p.op("MOVQ %d(DX), AX", 8*(in*r+c))
			p.op("VMOVUPS (SI)(AX*4), Y%d", r)
		}
		line()
		for r, reg := range out {
			p.op("VMOVUPS Y%d, %d(BX)", reg, 32*(in*r+c))
		}
	}
	p.op("MOVQ DI, AX")
	for r := range out {
		for c := range in {
			p.op("VMOVUPS %d(BX), Y%d", 32*(in*r+c), c)
		}
		line()
		for _, reg := range out {
			if bias {
				p.op("VADDPS Y15, Y%d, Y%d", reg, reg)
			}
			p.op("VMOVUPS Y%d, (AX)", reg)
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
