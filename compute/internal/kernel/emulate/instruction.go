//go:build linux && amd64

package main

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"
)

// instruction is one with a three-byte VEX prefix of opcode map 2, decoded as far as AMX needs.
type instruction struct {
	length           int
	opcode, prefix   byte // prefix: 0 none, 2 F3, 3 F2
	register, third  int  // of ModRM.reg and VEX.vvvv
	direct           bool // the second operand is register second, not memory
	second           int
	base, index      int // of memory; index 4 is none
	scale            uint
	displacement     int64
	hasScaledAddress bool
}

// decode reads an instruction, or reports that it is not one of these.
func decode(code []byte) (in instruction, ok bool) {
	if code[0] != 0xc4 || code[1]&31 != 2 || code[2]&0x84 != 0 { // map 2, W and L zero
		return in, false
	}
	extend := func(bit byte, low byte) int { // VEX holds the fourth bits inverted
		if code[1]&bit == 0 {
			return int(low&7) | 8
		}
		return int(low & 7)
	}
	modrm := code[4]
	in = instruction{length: 5, opcode: code[3], prefix: code[2] & 3, register: extend(0x80, modrm>>3),
		third: int(^code[2] >> 3 & 15), direct: modrm>>6 == 3, second: extend(0x20, modrm)}
	if in.direct {
		return in, true
	}
	in.base, in.index = in.second, 4
	if modrm&7 == 4 {
		sib := code[5]
		in.length++
		in.base, in.index, in.scale, in.hasScaledAddress = extend(0x20, sib), extend(0x40, sib>>3), uint(sib>>6), true
	}
	if modrm>>6 == 0 && in.base&7 == 5 {
		return in, false // an address without a base: not used
	}
	switch modrm >> 6 {
	case 1:
		in.displacement = int64(int8(code[in.length]))
		in.length++
	case 2:
		in.displacement = int64(int32(binary.LittleEndian.Uint32(code[in.length:])))
		in.length += 4
	}
	return in, true
}

// address is of the memory operand without the index, and stride is the index.
func (in *instruction) address(r *unix.PtraceRegs) (address, stride uint64) {
	address = general(r, in.base) + uint64(in.displacement)
	if in.index != 4 {
		stride = general(r, in.index) << in.scale
	}
	return address, stride
}

func general(r *unix.PtraceRegs, n int) uint64 {
	return [16]uint64{r.Rax, r.Rcx, r.Rdx, r.Rbx, r.Rsp, r.Rbp, r.Rsi, r.Rdi, r.R8, r.R9, r.R10, r.R11, r.R12, r.R13, r.R14, r.R15}[n]
}

// read and write move the memory of a process.
func read(id int, address uint64, to []byte) error {
	n, err := unix.ProcessVMReadv(id, local(to), []unix.RemoteIovec{{Base: uintptr(address), Len: len(to)}}, 0)
	return whole("read", n, len(to), address, err)
}

func write(id int, address uint64, from []byte) error {
	n, err := unix.ProcessVMWritev(id, local(from), []unix.RemoteIovec{{Base: uintptr(address), Len: len(from)}}, 0)
	return whole("write", n, len(from), address, err)
}

func local(b []byte) []unix.Iovec {
	v := unix.Iovec{Base: &b[0]}
	v.SetLen(len(b))
	return []unix.Iovec{v}
}

func whole(what string, n, want int, address uint64, err error) error {
	if err == nil && n == want {
		return nil
	}
	return fmt.Errorf("cannot %s %d bytes at %#x: %v", what, want, address, err)
}
