package main

import "fmt"

// Field offsets of kernel.Tile; a test holds the declaration to them.
const (
	tileA, tileOff, tileK        = 0, 8, 16
	tileB, tileC, tileLanes      = 24, 48, 72
	tileLDC, tileRows, tileVecs  = 96, 104, 112
	tileBias, tileAccumulate     = 120, 128
	argTile, argOff, argA, argK  = "AX", "DI", "SI", "CX"
	ldc, rowsLeft, accum, offset = "R11", "R15", "DX", "BX"
)

var (
	bReg = [3]string{"R8", "R9", "R10"}
	cReg = [3]string{"R12", "R13", "R14"}
)

// rowBodies are the numbers of rows that the AVX-512 kernel has a loop of its own for: whole panels, the colours of
// an image, and depthwise convolutions.
var rowBodies = []int{8, 4, 1}

// tileAVX512 prints the kernel of up to 8 rows x up to 3 vectors of 16 lanes. With n vectors the accumulator of row r
// and vector v is Z(nr+v); Z24-26 hold the vectors of one step and Z27-30 in turn the broadcast weights.
func tileAVX512(p *printer) {
	p.text("tileAVX512", 16, 8)
	p.flush()
	loadTile(p)
	p.op("MOVL $-1, R11")
	for v := range 3 {
		p.op("MOVQ %d(%s), BX", tileLanes+8*v, argTile)
		p.op("BZHIL BX, R11, BX")
		p.op("KMOVW BX, K%d", v+1)
	}
	p.op("MOVQ %d(%s), %s", tileLDC, argTile, ldc)
	p.op("SHLQ $2, %s", ldc)
	p.op("MOVQ %d(%s), BX", tileVecs, argTile)
	p.op("MOVQ %d(%s), %s", tileRows, argTile, rowsLeft)
	for i, rows := range rowBodies {
		if i+1 < len(rowBodies) {
			p.op("CMPQ %s, $%d", rowsLeft, rowBodies[i+1])
			p.op("JLE rows%d", rowBodies[i+1])
		}
		p.op("CMPQ BX, $2")
		p.op("JLT rows%dvecs1", rows)
		p.op("JEQ rows%dvecs2", rows)
		for nv := 3; nv >= 1; nv-- {
			p.label(fmt.Sprintf("rows%dvecs%d", rows, nv))
			tileBodyAVX512(p, rows, nv)
		}
		if i+1 < len(rowBodies) {
			p.label(fmt.Sprintf("rows%d", rowBodies[i+1]))
		}
	}
}

// tileBodyAVX512 prints the kernel for at most the given rows and exactly nv vectors.
func tileBodyAVX512(p *printer, rows, nv int) {
	acc := func(r, v int) string { return fmt.Sprintf("Z%d", nv*r+v) }
	l := func(s string) string { return fmt.Sprintf("%s%dx%d", s, rows, nv) }
	// Start from zero, the bias, or (as far as rows go) what the result already holds.
	p.op("MOVQ %d(%s), BX", tileBias, argTile)
	p.op("TESTQ BX, BX")
	p.op("JZ %s", l("zero"))
	for r := range rows {
		for v := range nv {
			if v == 0 {
				p.op("VBROADCASTSS %d(BX), %s", 4*r, acc(r, 0))
			} else {
				p.op("VMOVAPS %s, %s", acc(r, 0), acc(r, v))
			}
		}
	}
	p.op("JMP %s", l("start"))
	p.label(l("zero"))
	for i := range rows * nv {
		p.op("VPXORD Z%d, Z%d, Z%d", i, i, i)
	}
	p.op("TESTQ %s, %s", accum, accum)
	p.op("JZ %s", l("start"))
	p.op("MOVQ %d(%s), %s", tileRows, argTile, rowsLeft)
	for r := range rows {
		for v := range nv {
			p.op("VMOVUPS.Z (%s), K%d, %s", cReg[v], v+1, acc(r, v))
			p.op("ADDQ %s, %s", ldc, cReg[v])
		}
		p.op("DECQ %s", rowsLeft)
		p.op("JZ %s", l("start"))
	}
	p.label(l("start"))
	for v := range nv {
		p.op("MOVQ %d(%s), %s", tileC+8*v, argTile, cReg[v])
	}
	p.label(l("loop"))
	p.op("MOVQ (%s), %s", argOff, offset)
	for v := range nv {
		p.op("VMOVUPS (%s)(%s*4), Z%d", bReg[v], offset, 24+v)
	}
	for r := range rows {
		if nv == 1 {
			p.op("VFMADD231PS.BCST %d(%s), Z24, %s", 4*r, argA, acc(r, 0))
			continue
		}
		p.op("VBROADCASTSS %d(%s), Z%d", 4*r, argA, 27+r%4)
		for v := range nv {
			p.op("VFMADD231PS Z%d, Z%d, %s", 24+v, 27+r%4, acc(r, v))
		}
	}
	p.op("ADDQ $32, %s", argA)
	p.op("ADDQ $8, %s", argOff)
	p.op("DECQ %s", argK)
	p.op("JNZ %s", l("loop"))
	p.op("MOVQ %d(%s), %s", tileRows, argTile, rowsLeft)
	for r := range rows {
		for v := range nv {
			p.op("VMOVUPS %s, K%d, (%s)", acc(r, v), v+1, cReg[v])
			p.op("ADDQ %s, %s", ldc, cReg[v])
		}
		if r < rows-1 {
			p.op("DECQ %s", rowsLeft)
			p.op("JZ %s", l("done"))
		}
	}
	p.label(l("done"))
	p.unflush()
	p.op("VZEROUPPER")
	p.op("RET")
}

// tileAVX2 prints the kernel of 8 rows x up to 3 vectors of 8 lanes, as two passes of four rows. Accumulator of
// row r and vector v is Y(3r+v); Y12-14 hold the vectors of one step and Y15 the broadcast weight. Before and
// after the loop Y12-14 hold the lane masks.
func tileAVX2(p *printer) {
	p.WriteString("\nDATA lanes<>+0(SB)/8, $-1\nDATA lanes<>+8(SB)/8, $-1\nDATA lanes<>+16(SB)/8, $-1\nDATA lanes<>+24(SB)/8, $-1\n")
	p.WriteString("DATA lanes<>+32(SB)/8, $0\nDATA lanes<>+40(SB)/8, $0\nDATA lanes<>+48(SB)/8, $0\nDATA lanes<>+56(SB)/8, $0\n")
	p.WriteString("GLOBL lanes<>(SB), RODATA|NOPTR, $64\n")
	p.text("tileAVX2", 24, 8)
	p.flush()
	loadTile(p)
	p.op("MOVQ %d(%s), %s", tileLDC, argTile, ldc)
	p.op("SHLQ $2, %s", ldc)
	p.op("MOVQ %d(%s), %s", tileRows, argTile, rowsLeft)
	p.op("MOVQ %s, left-24(SP)", rowsLeft)
	p.op("MOVQ %d(%s), BX", tileBias, argTile)
	p.op("MOVQ BX, R15") // bias of the current pass
	p.op("MOVQ %d(%s), BX", tileVecs, argTile)
	p.op("CMPQ BX, $2")
	p.op("JLT vecs1")
	p.op("JEQ vecs2")
	for nv := 3; nv >= 1; nv-- {
		p.label(fmt.Sprintf("vecs%d", nv))
		tileBodyAVX2(p, nv)
	}
}

func tileBodyAVX2(p *printer, nv int) {
	acc := func(r, v int) string { return fmt.Sprintf("Y%d", nv*r+v) }
	l := func(s string) string { return fmt.Sprintf("%s%d", s, nv) }
	masks := func() {
		p.op("LEAQ lanes<>+32(SB), CX")
		for v := range nv {
			p.op("MOVQ %d(%s), BX", tileLanes+8*v, argTile)
			p.op("SHLQ $2, BX")
			p.op("MOVQ CX, DI")
			p.op("SUBQ BX, DI")
			p.op("VMOVUPS (DI), Y%d", 12+v)
		}
	}
	p.label(l("pass"))
	p.op("TESTQ R15, R15")
	p.op("JZ %s", l("zero"))
	for r := range 4 {
		for v := range nv {
			p.op("VBROADCASTSS %d(R15), %s", 4*r, acc(r, v))
		}
	}
	p.op("ADDQ $16, R15")
	p.op("JMP %s", l("start"))
	p.label(l("zero"))
	for i := range 4 * nv {
		p.op("VXORPS Y%d, Y%d, Y%d", i, i, i)
	}
	p.op("TESTQ %s, %s", accum, accum)
	p.op("JZ %s", l("start"))
	masks()
	p.op("MOVQ left-24(SP), BX")
	p.op("XORQ CX, CX")
	for r := range 4 {
		for v := range nv {
			p.op("VMASKMOVPS (%s)(CX*1), Y%d, %s", cReg[v], 12+v, acc(r, v))
		}
		if r < 3 {
			p.op("ADDQ %s, CX", ldc)
			p.op("DECQ BX")
			p.op("JZ %s", l("start"))
		}
	}
	p.label(l("start"))
	p.op("MOVQ %d(%s), %s", tileOff, argTile, argOff)
	p.op("MOVQ %d(%s), %s", tileK, argTile, argK)
	p.label(l("loop"))
	p.op("MOVQ (%s), %s", argOff, offset)
	for v := range nv {
		p.op("VMOVUPS (%s)(%s*4), Y%d", bReg[v], offset, 12+v)
	}
	for r := range 4 {
		p.op("VBROADCASTSS %d(%s), Y15", 4*r, argA)
		for v := range nv {
			p.op("VFMADD231PS Y%d, Y15, %s", 12+v, acc(r, v))
		}
	}
	p.op("ADDQ $32, %s", argA)
	p.op("ADDQ $8, %s", argOff)
	p.op("DECQ %s", argK)
	p.op("JNZ %s", l("loop"))
	masks()
	for r := range 4 {
		for v := range nv {
			p.op("VMASKMOVPS %s, Y%d, (%s)", acc(r, v), 12+v, cReg[v])
			p.op("ADDQ %s, %s", ldc, cReg[v])
		}
		p.op("DECQ left-24(SP)")
		p.op("JZ %s", l("done"))
	}
	// The second pass takes rows 4-7 of the same weights.
	p.op("MOVQ %d(%s), %s", tileA, argTile, argA)
	p.op("ADDQ $16, %s", argA)
	p.op("JMP %s", l("pass"))
	p.label(l("done"))
	p.unflush()
	p.op("VZEROUPPER")
	p.op("RET")
}

func loadTile(p *printer) {
	p.op("MOVQ t+0(FP), %s", argTile)
	p.op("MOVQ %d(%s), %s", tileA, argTile, argA)
	p.op("MOVQ %d(%s), %s", tileOff, argTile, argOff)
	p.op("MOVQ %d(%s), %s", tileK, argTile, argK)
	p.op("MOVQ %d(%s), %s", tileAccumulate, argTile, accum)
	for v := range 3 {
		p.op("MOVQ %d(%s), %s", tileB+8*v, argTile, bReg[v])
		p.op("MOVQ %d(%s), %s", tileC+8*v, argTile, cReg[v])
	}
}
