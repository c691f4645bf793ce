//go:build linux && amd64

package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"golang.org/x/sys/unix"
)

// thread has the tiles of one thread of the program.
type thread struct {
	id         int
	configured bool
	rows       [8]int
	columns    [8]int // in bytes
	tiles      [8][16][64]byte
}

// emulate carries out the instruction at which the thread stopped, if it is known, and moves on.
func (t *thread) emulate() (known bool, err error) {
	var r unix.PtraceRegs
	if err := unix.PtraceGetRegs(t.id, &r); err != nil {
		return false, err
	}
	var code [16]byte
	if err := read(t.id, r.Rip, code[:]); err != nil {
		return false, err
	}
	in, ok := decode(code[:])
	if !ok {
		return false, nil
	}
	if known, err = t.execute(&in, &r); err != nil {
		return false, fmt.Errorf("instruction % x at %#x: %w", code[:in.length], r.Rip, err)
	}
	if !known {
		return false, nil
	}
	r.Rip += uint64(in.length)
	return true, unix.PtraceSetRegs(t.id, &r)
}

// execute does what an instruction says.
func (t *thread) execute(in *instruction, r *unix.PtraceRegs) (known bool, err error) {
	address, stride := in.address(r)
	const configure, move, product = 0x49, 0x4b, 0x5c
	switch {
	case in.opcode == configure && in.prefix == 0 && !in.direct && in.register == 0:
		return true, t.configure(address)
	case in.opcode == configure && in.prefix == 0 && in.direct && in.register == 0 && in.second == 0:
		t.configured = false
		return true, nil
	case !t.configured:
		return false, nil
	case in.opcode == move && in.prefix >= 2 && !in.direct && in.hasScaledAddress:
		return true, t.move(in.register, address, stride, in.prefix == 3)
	case in.opcode == product && in.prefix == 2 && in.direct:
		return true, t.multiply(in.register, in.second, in.third)
	}
	return false, nil
}

// configure is LDTILECFG. All tiles are zero afterwards.
func (t *thread) configure(address uint64) error {
	var c [64]byte
	if err := read(t.id, address, c[:]); err != nil {
		return err
	}
	if c[0] != 1 {
		return fmt.Errorf("palette %d", c[0])
	}
	*t = thread{id: t.id, configured: true}
	for i := range t.rows {
		t.rows[i], t.columns[i] = int(c[48+i]), int(binary.LittleEndian.Uint16(c[16+2*i:]))
		if t.rows[i] > 16 || t.columns[i] > 64 || (t.rows[i] == 0) != (t.columns[i] == 0) {
			return fmt.Errorf("tile %d of %d rows of %d bytes", i, t.rows[i], t.columns[i])
		}
		c[48+i], c[16+2*i], c[17+2*i] = 0, 0, 0
	}
	for i, b := range c[1:] {
		if b != 0 {
			return fmt.Errorf("byte %d of the configuration is reserved", i+1)
		}
	}
	return nil
}

var errTile = errors.New("no such tile")

// move is TILELOADD or TILESTORED.
func (t *thread) move(tile int, address, stride uint64, load bool) error {
	if tile > 7 {
		return errTile
	}
	if load {
		t.tiles[tile] = [16][64]byte{}
	}
	for i := range t.rows[tile] {
		row, at := t.tiles[tile][i][:t.columns[tile]], address+uint64(i)*stride
		var err error
		if load {
			err = read(t.id, at, row)
		} else {
			err = write(t.id, at, row)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// multiply is TDPBF16PS: to row m, column n of sum it adds the products of row m of a with the pairs of column n of b, even and
// odd channels each by a chain of fused operations.
func (t *thread) multiply(sum, a, b int) error {
	if sum > 7 || a > 7 || b > 7 || sum == a || sum == b || a == b {
		return errTile
	}
	steps, wide := t.columns[a]/4, t.columns[sum]/4
	if t.rows[a] != t.rows[sum] || t.rows[b] != steps || t.columns[b] != t.columns[sum] {
		return fmt.Errorf("tiles of %dx%d, %dx%d and %dx%d bytes do not fit", t.rows[sum], t.columns[sum],
			t.rows[a], t.columns[a], t.rows[b], t.columns[b])
	}
	for m := range t.rows[sum] {
		for n := range wide {
			var parts [2]float32
			for k := range steps {
				for half := range parts {
					x, y := bfloat(t.tiles[a][m][4*k+2*half:]), bfloat(t.tiles[b][k][4*n+2*half:])
					// A product of two bfloat16 is exact in float64, and the sum rounds twice at worst where the processor rounds once.
					parts[half] = flush(float32(float64(x)*float64(y) + float64(parts[half])))
				}
			}
			at := t.tiles[sum][m][4*n:]
			old := flush(math.Float32frombits(binary.LittleEndian.Uint32(at)))
			binary.LittleEndian.PutUint32(at, math.Float32bits(flush(old+flush(parts[0]+parts[1]))))
		}
	}
	return nil
}

func bfloat(b []byte) float32 {
	return flush(math.Float32frombits(uint32(binary.LittleEndian.Uint16(b)) << 16))
}

// flush makes subnormal numbers zero, as these instructions do.
func flush(x float32) float32 {
	if bits := math.Float32bits(x); bits&0x7f800000 == 0 {
		return math.Float32frombits(bits & 0x80000000)
	}
	return x
}
