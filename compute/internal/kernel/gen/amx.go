package main

import "fmt"

// Field offsets of kernel.Blocks; a test holds the declaration to them.
const (
	blocksA, blocksOff, blocksK   = 0, 8, 16
	blocksB, blocksLow, blocksLDB = 24, 40, 48
	blocksC, blocksLDC, blockBias = 56, 72, 80
)

// Go's assembler has no AMX, nor the conversion to bfloat16: these print the bytes of an instruction, with its name
// beside them. Registers are numbered as in the encoding.
const (
	rax, rcx, rdx, rbx, rsi = 0, 1, 2, 3, 6
	columnBytes             = 64 // of a row of a tile
	tileRows16              = 16
	tileBytes               = tileRows16 * columnBytes
)

var registers = map[int]string{rax: "rax", rcx: "rcx", rdx: "rdx", rbx: "rbx", rsi: "rsi"}

func (p *printer) bytes(comment string, code ...int) {
	p.WriteString("\t")
	for _, b := range code {
		fmt.Fprintf(p, "BYTE $0x%02x; ", b)
	}
	fmt.Fprintf(p, "// %s\n", comment)
}

// tileMemory prints a load (prefix F2) or store (F3) of a tile whose rows are a register apart.
func (p *printer) tileMemory(name string, prefix, tile, base, stride, displacement int) {
	p.bytes(fmt.Sprintf("%s tmm%d, [%s + %s*1 + %d]", name, tile, registers[base], registers[stride], displacement),
		0xc4, 0xe2, 0x78|prefix, 0x4b, 0x84|tile<<3, stride<<3|base,
		displacement&255, displacement>>8&255, displacement>>16&255, displacement>>24&255)
}

func (p *printer) tileLoad(tile, base, stride, displacement int) {
	p.tileMemory("tileloadd", 3, tile, base, stride, displacement)
}

func (p *printer) tileStore(tile, base, stride, displacement int) {
	p.tileMemory("tilestored", 2, tile, base, stride, displacement)
}

// tileProduct adds the product of tiles a and b to tile sum.
func (p *printer) tileProduct(sum, a, b int) {
	p.bytes(fmt.Sprintf("tdpbf16ps tmm%d, tmm%d, tmm%d", sum, a, b), 0xc4, 0xe2, ^b&15<<3|2, 0x5c, 0xc0|sum<<3|a)
}

// toBfloat rounds 16 numbers of zmm src to the bfloat16 of ymm dst; both below 8.
func (p *printer) toBfloat(dst, src int) {
	p.bytes(fmt.Sprintf("vcvtneps2bf16 ymm%d, zmm%d", dst, src), 0x62, 0xf2, 0x7e, 0x48, 0x72, 0xc0|dst<<3|src)
}

// amx prints the kernels for bfloat16 in AMX tiles.
func amx(p *printer) {
	// Eight tiles of 16 rows of 64 bytes: byte 0 is the palette, 16-bit row lengths start at 16, row counts at 48.
	for _, word := range []struct{ at, value int }{
		{0, 1}, {8, 0}, {16, 0x0040_0040_0040_0040}, {24, 0x0040_0040_0040_0040}, {32, 0}, {40, 0},
		{48, 0x1010_1010_1010_1010}, {56, 0},
	} {
		fmt.Fprintf(p, "DATA tiles<>+%d(SB)/8, $%#x\n", word.at, word.value)
	}
	p.WriteString("GLOBL tiles<>(SB), RODATA|NOPTR, $64\n")
	blocks(p)
	splitPairs(p)
}

// blocks prints the product of 32 rows of weights and two vectors of 16 pixels. Tiles 0 and 1 hold the sums of the first 16
// rows, 2 and 3 those of the others; 4 and 5 hold weights, 6 and 7 pixels. Every step makes three products of the
// four pairs: high by low, high by high, low by high.
func blocks(p *printer) {
	p.text("blocksAMX", 0, 8)
	p.op("LEAQ tiles<>(SB), AX")
	p.bytes("ldtilecfg [rax]", 0xc4, 0xe2, 0x78, 0x49, 0x00)
	p.op("MOVQ b+0(FP), DI")
	p.op("MOVQ %d(DI), SI", blocksA)
	p.op("MOVQ %d(DI), R12", blocksOff)
	p.op("MOVQ %d(DI), R13", blocksK)
	p.op("MOVQ %d(DI), R9", blocksB)
	p.op("MOVQ %d(DI), R10", blocksB+8)
	p.op("MOVQ %d(DI), R11", blocksLow)
	p.op("MOVQ %d(DI), DX", blocksLDB)
	p.op("SHLQ $2, R11")
	p.op("SHLQ $2, DX")
	p.op("MOVQ $%d, CX", columnBytes)
	p.op("MOVQ %d(DI), AX", blockBias)
	for tile := range 4 {
		p.tileLoad(tile, rax, rcx, tile/2*tileBytes)
	}
	products := func() {
		for rows := range 2 {
			for pixels := range 2 {
				p.tileProduct(2*rows+pixels, 4+rows, 6+pixels)
			}
		}
	}
	weights := func(part int) {
		p.tileLoad(4, rsi, rcx, 2*part*tileBytes)
		p.tileLoad(5, rsi, rcx, (2*part+1)*tileBytes)
	}
	pixels := func() {
		p.tileLoad(6, rax, rdx, 0)
		p.tileLoad(7, rbx, rdx, 0)
	}
	p.label("step")
	p.op("MOVQ (R12), R8")
	p.op("LEAQ (R9)(R8*4), AX")
	p.op("LEAQ (R10)(R8*4), BX")
	p.op("ADDQ R11, AX")
	p.op("ADDQ R11, BX")
	weights(0)
	pixels()
	products()
	p.op("SUBQ R11, AX")
	p.op("SUBQ R11, BX")
	pixels()
	products()
	weights(1)
	products()
	p.op("ADDQ $%d, SI", 4*tileBytes)
	p.op("ADDQ $8, R12")
	p.op("DECQ R13")
	p.op("JNZ step")
	p.op("MOVQ %d(DI), DX", blocksLDC)
	p.op("SHLQ $2, DX")
	p.op("MOVQ %d(DI), AX", blocksC)
	p.op("MOVQ %d(DI), BX", blocksC+8)
	for rows := range 2 {
		p.tileStore(2*rows, rax, rdx, 0)
		p.tileStore(2*rows+1, rbx, rdx, 0)
		if rows == 0 {
			p.op("MOVQ DX, CX")
			p.op("SHLQ $4, CX")
			p.op("ADDQ CX, AX")
			p.op("ADDQ CX, BX")
		}
	}
	p.bytes("tilerelease", 0xc4, 0xe2, 0x78, 0x49, 0xc0)
	p.op("RET")
}

// splitPairs prints the splitting of n pairs of numbers a[i], b[i] in high and low bfloat16, a in the lower half of a word.
func splitPairs(p *printer) {
	p.text("splitPairsBF16", 0, 40)
	p.op("MOVQ high+0(FP), DI")
	p.op("MOVQ low+8(FP), R8")
	p.op("MOVQ a+16(FP), SI")
	p.op("MOVQ b+24(FP), DX")
	p.op("MOVQ n+32(FP), CX")
	p.op("MOVL $-1, R11")
	p.label("loop")
	p.op("MOVQ $16, R10")
	p.op("CMPQ CX, R10")
	p.op("CMOVQLT CX, R10")
	p.op("BZHIL R10, R11, BX")
	p.op("KMOVW BX, K1")
	p.op("VMOVUPS.Z (SI), K1, Z0")
	p.op("VMOVUPS.Z (DX), K1, Z1")
	for part, out := range []string{"DI", "R8"} {
		for half := range 2 {
			p.toBfloat(2+half, half)
			p.op("VPMOVZXWD Y%d, Z%d", 2+half, 4+half)
			if half == 1 || part == 0 {
				p.op("VPSLLD $16, Z%d, Z%d", 4+half, 6+half)
			}
			if part == 0 {
				p.op("VSUBPS Z%d, Z%d, Z%d", 6+half, half, half)
			}
		}
		p.op("VPORD Z7, Z4, Z4")
		p.op("VMOVDQU32 Z4, K1, (%s)", out)
		p.op("ADDQ $64, %s", out)
	}
	p.op("ADDQ $64, SI")
	p.op("ADDQ $64, DX")
	p.op("SUBQ R10, CX")
	p.op("JNZ loop")
	p.op("VZEROUPPER")
	p.op("RET")
}
