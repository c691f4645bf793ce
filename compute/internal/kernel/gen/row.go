package main

import "fmt"

// rows prints the kernel for products of a single row, for vectors of either size.
func rows(p *printer) {
	row(p, "rowAVX2", "Y", 8)
	row(p, "rowAVX512", "Z", 16)
}

// row prints dst[j] = start + sum over k of a[8k] * src[off[k]+j] for a multiple of lanes elements: eight vectors at a time,
// so that eight sums hide the latency of each other's multiplications, then four, two and one.
func row(p *printer, name, reg string, lanes int) {
	p.text(name, 16, 52)
	p.flush()
	for i, arg := range []string{"dst", "src", "off", "k", "a", "n"} {
		p.op("MOVQ %s+%d(FP), %s", arg, 8*i, []string{"DI", "SI", "DX", "R8", "R9", "CX"}[i])
	}
	p.op("VBROADCASTSS start+48(FP), %s14", reg)
	for _, vectors := range []int{8, 4, 2, 1} {
		l := func(s string) string { return fmt.Sprintf("%s%d", s, vectors) }
		p.label(l("block"))
		p.op("CMPQ CX, $%d", vectors*lanes)
		p.op("JLT %s", l("smaller"))
		for v := range vectors {
			p.op("VMOVAPS %s14, %s%d", reg, reg, v)
		}
		p.op("MOVQ DX, R10")
		p.op("MOVQ R9, R11")
		p.op("MOVQ R8, R12")
		p.label(l("tap"))
		p.op("MOVQ (R10), AX")
		p.op("LEAQ (SI)(AX*4), BX")
		p.op("VBROADCASTSS (R11), %s15", reg)
		for v := range vectors {
			p.op("VFMADD231PS %d(BX), %s15, %s%d", 4*lanes*v, reg, reg, v)
		}
		p.op("ADDQ $8, R10")
		p.op("ADDQ $32, R11")
		p.op("DECQ R12")
		p.op("JNZ %s", l("tap"))
		for v := range vectors {
			p.op("VMOVUPS %s%d, %d(DI)", reg, v, 4*lanes*v)
		}
		p.op("ADDQ $%d, SI", 4*lanes*vectors)
		p.op("ADDQ $%d, DI", 4*lanes*vectors)
		p.op("SUBQ $%d, CX", lanes*vectors)
		p.op("JMP %s", l("block"))
		p.label(l("smaller"))
	}
	p.unflush()
	p.op("VZEROUPPER")
	p.op("RET")
}
