package main

// moves prints the kernels that rearrange data.
func moves(p *printer) {
	transpose8(p)
	copyChunks(p, "copyChunksAVX2", "Y0")
	copyChunks(p, "copyChunksAVX512", "Z0")
	interleave(p)
	deinterleave(p)
}

// transpose8 prints the transposition of count blocks of 8 rows x 8 columns.
func transpose8(p *printer) {
	p.text("transpose8", 0, 56)
	p.op("MOVQ dst+0(FP), DI")
	p.op("MOVQ ldd+8(FP), R8")
	p.op("MOVQ dstStep+16(FP), R9")
	p.op("MOVQ src+24(FP), SI")
	p.op("MOVQ lds+32(FP), R10")
	p.op("MOVQ srcStep+40(FP), R11")
	p.op("MOVQ count+48(FP), CX")
	for _, r := range []string{"R8", "R9", "R10", "R11"} {
		p.op("SHLQ $2, %s", r)
	}
	p.label("block")
	p.op("MOVQ SI, AX")
	p.op("MOVQ DI, BX")
	for r := range 8 {
		p.op("VMOVUPS (AX), Y%d", r)
		p.op("ADDQ R10, AX")
	}
	// Pairs of rows, then quadruples, then the halves of eight.
	for i := 0; i < 8; i += 2 {
		p.op("VUNPCKLPS Y%d, Y%d, Y%d", i+1, i, 8+i)
		p.op("VUNPCKHPS Y%d, Y%d, Y%d", i+1, i, 9+i)
	}
	for i := 0; i < 8; i += 4 {
		p.op("VUNPCKLPD Y%d, Y%d, Y%d", 10+i, 8+i, i)
		p.op("VUNPCKHPD Y%d, Y%d, Y%d", 10+i, 8+i, i+1)
		p.op("VUNPCKLPD Y%d, Y%d, Y%d", 11+i, 9+i, i+2)
		p.op("VUNPCKHPD Y%d, Y%d, Y%d", 11+i, 9+i, i+3)
	}
	for half := range 2 {
		for c := range 4 {
			p.op("VPERM2F128 $0x%02x, Y%d, Y%d, Y8", 0x20+0x11*half, 4+c, c)
			p.op("VMOVUPS Y8, (BX)")
			p.op("ADDQ R8, BX")
		}
	}
	p.op("ADDQ R11, SI")
	p.op("ADDQ R9, DI")
	p.op("DECQ CX")
	p.op("JNZ block")
	p.op("VZEROUPPER")
	p.op("RET")
}

// copyChunks prints the filling of a panel: for every offset, one vector per chunk.
func copyChunks(p *printer, name, reg string) {
	p.text(name, 0, 56)
	p.op("MOVQ dst+0(FP), DI")
	p.op("MOVQ width+8(FP), R8")
	p.op("SHLQ $2, R8")
	p.op("MOVQ src+16(FP), SI")
	p.op("MOVQ off+24(FP), DX")
	p.op("MOVQ n+32(FP), CX")
	p.op("MOVQ chunks+40(FP), R9")
	p.op("MOVQ count+48(FP), R10")
	p.label("step")
	p.op("MOVQ (DX), AX")
	p.op("LEAQ (SI)(AX*4), AX")
	p.op("MOVQ R9, BX")
	p.op("MOVQ R10, R11")
	p.label("chunk")
	p.op("MOVQ (BX), R12")
	p.op("MOVQ 8(BX), R13")
	p.op("VMOVUPS (AX)(R12*4), %s", reg)
	p.op("VMOVUPS %s, (DI)(R13*4)", reg)
	p.op("ADDQ $16, BX")
	p.op("DECQ R11")
	p.op("JNZ chunk")
	p.op("ADDQ $8, DX")
	p.op("ADDQ R8, DI")
	p.op("DECQ CX")
	p.op("JNZ step")
	p.op("VZEROUPPER")
	p.op("RET")
}

// interleave prints dst[2i], dst[2i+1] = even[i], odd[i] for a multiple of 8.
func interleave(p *printer) {
	p.text("interleaveAVX2", 0, 32)
	p.op("MOVQ dst+0(FP), DI")
	p.op("MOVQ even+8(FP), SI")
	p.op("MOVQ odd+16(FP), DX")
	p.op("MOVQ n+24(FP), CX")
	p.label("loop")
	p.op("VMOVUPS (SI), Y0")
	p.op("VMOVUPS (DX), Y1")
	p.op("VUNPCKLPS Y1, Y0, Y2")
	p.op("VUNPCKHPS Y1, Y0, Y3")
	p.op("VPERM2F128 $0x20, Y3, Y2, Y0")
	p.op("VPERM2F128 $0x31, Y3, Y2, Y1")
	p.op("VMOVUPS Y0, (DI)")
	p.op("VMOVUPS Y1, 32(DI)")
	p.op("ADDQ $32, SI")
	p.op("ADDQ $32, DX")
	p.op("ADDQ $64, DI")
	p.op("SUBQ $8, CX")
	p.op("JNZ loop")
	p.op("VZEROUPPER")
	p.op("RET")
}

// deinterleave prints even[i], odd[i] = src[2i], src[2i+1] for a multiple of 8.
func deinterleave(p *printer) {
	p.text("deinterleaveAVX2", 0, 32)
	p.op("MOVQ even+0(FP), DI")
	p.op("MOVQ odd+8(FP), DX")
	p.op("MOVQ src+16(FP), SI")
	p.op("MOVQ n+24(FP), CX")
	p.label("loop")
	p.op("VMOVUPS (SI), Y0")
	p.op("VMOVUPS 32(SI), Y1")
	p.op("VSHUFPS $0x88, Y1, Y0, Y2")
	p.op("VSHUFPS $0xdd, Y1, Y0, Y3")
	p.op("VPERMPD $0xd8, Y2, Y2")
	p.op("VPERMPD $0xd8, Y3, Y3")
	p.op("VMOVUPS Y2, (DI)")
	p.op("VMOVUPS Y3, (DX)")
	p.op("ADDQ $64, SI")
	p.op("ADDQ $32, DI")
	p.op("ADDQ $32, DX")
	p.op("SUBQ $8, CX")
	p.op("JNZ loop")
	p.op("VZEROUPPER")
	p.op("RET")
}
