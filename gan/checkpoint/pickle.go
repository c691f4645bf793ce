package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"unicode/utf8"
)

// Instructions of pickle protocol 2 that files of weights use, by their names in CPython's pickletools.
const (
	opMark           = '('
	opStop           = '.'
	opBinInt         = 'J'
	opBinInt1        = 'K'
	opBinInt2        = 'M'
	opNone           = 'N'
	opBinPersID      = 'Q'
	opReduce         = 'R'
	opBinString      = 'T'
	opShortBinString = 'U'
	opBinUnicode     = 'X'
	opAppend         = 'a'
	opBuild          = 'b'
	opGlobal         = 'c'
	opAppends        = 'e'
	opBinGet         = 'h'
	opLongBinGet     = 'j'
	opEmptyList      = ']'
	opBinPut         = 'q'
	opLongBinPut     = 'r'
	opSetItem        = 's'
	opTuple          = 't'
	opEmptyTuple     = ')'
	opSetItems       = 'u'
	opEmptyDict      = '}'
	opBinFloat       = 'G'
	opProto          = 0x80
	opNewObj         = 0x81
	opTuple1         = 0x85
	opTuple2         = 0x86
	opTuple3         = 0x87
	opNewTrue        = 0x88
	opNewFalse       = 0x89
	opLong1          = 0x8a

	// Of protocols 3 to 5.
	opBinBytes        = 'B'
	opShortBinBytes   = 'C'
	opShortBinUnicode = 0x8c
	opBinBytes8       = 0x8e
	opEmptySet        = 0x8f
	opAddItems        = 0x90
	opFrozenSet       = 0x91
	opStackGlobal     = 0x93
	opMemoize         = 0x94
	opFrame           = 0x95
)

// maxPickle bounds the description of a file (not its storages). The description of a large
// generator with optimiser states takes well under one mebibyte.
const maxPickle = 16 << 20

// unpickler runs one pickle. It cannot call anything: names are looked up in a closed list, and
// the only "calls" build tensors and dictionaries out of values already on the stack.
type unpickler struct {
	data       []byte
	pos        int
	stack      []any
	marks      []int
	memo       map[uint32]any
	persistent func(id any) (any, error) // resolves storages
	foreign    bool                      // a plain pickle: newer protocols, and unknown classes become an Object
	nested     int                       // bytes of storages inside a plain pickle so far
}

var errShort = errors.New("the pickle ends in the middle of an instruction")

// unpickle runs the pickle at the start of data and returns its value and its length in bytes.
func unpickle(data []byte, persistent func(any) (any, error)) (value any, length int, err error) {
	return (&unpickler{data: data, memo: map[uint32]any{}, persistent: persistent}).run()
}

func (u *unpickler) run() (value any, length int, err error) {
	for {
		at := u.pos
		op, err := u.take(1)
		if err != nil {
			return nil, 0, err
		}
		if op[0] == opStop {
			v, err := u.pop()
			if err != nil || len(u.stack) != 0 {
				return nil, 0, errors.New("the pickle does not end with exactly one value")
			}
			return v, u.pos, nil
		}
		if err := u.step(op[0]); err != nil {
			return nil, 0, fmt.Errorf("pickle byte %d: %w", at, err)
		}
	}
}

func (u *unpickler) step(op byte) error {
	switch op {
	case opProto:
		v, err := u.take(1)
		if err == nil && u.foreign && v[0] <= 5 {
			return nil
		}
		if err == nil && v[0] != 2 {
			err = fmt.Errorf("pickle protocol %d (only 2, PyTorch's default, is read)", v[0])
		}
		return err
	case opMark:
		u.marks = append(u.marks, len(u.stack))
	case opNone:
		u.push(nil)
	case opNewTrue:
		u.push(true)
	case opNewFalse:
		u.push(false)
	case opEmptyDict:
		u.push(NewDict())
	case opEmptyList:
		u.push(&List{})
	case opEmptyTuple:
		u.push(Tuple{})
	case opTuple1, opTuple2, opTuple3:
		return u.tuple(int(op) - opTuple1 + 1)
	case opTuple:
		items, err := u.popMark()
		u.push(Tuple(items))
		return err
	case opBinInt, opBinInt1, opBinInt2, opLong1, opBinFloat:
		return u.number(op)
	case opBinUnicode, opBinString, opShortBinString, opShortBinUnicode:
		return u.text(op)
	case opBinPut, opLongBinPut, opBinGet, opLongBinGet:
		return u.memory(op)
	case opAppend, opAppends, opSetItem, opSetItems:
		return u.fill(op)
	case opGlobal:
		return u.global()
	case opBinPersID:
		id, err := u.pop()
		if err != nil {
			return err
		}
		v, err := u.persistent(id)
		u.push(v)
		return err
	case opReduce, opNewObj, opBuild:
		return u.construct(op)
	default:
		if u.foreign {
			return u.newer(op)
		}
		return fmt.Errorf("instruction 0x%02x is not one that a file of weights needs", op)
	}
	return nil
}

func (u *unpickler) take(n int) ([]byte, error) {
	if n < 0 || n > len(u.data)-u.pos {
		return nil, errShort
	}
	b := u.data[u.pos : u.pos+n]
	u.pos += n
	return b, nil
}

func (u *unpickler) push(v any) { u.stack = append(u.stack, v) }

func (u *unpickler) pop() (any, error) {
	floor := 0
	if len(u.marks) > 0 {
		floor = u.marks[len(u.marks)-1]
	}
	if len(u.stack) <= floor {
		return nil, errors.New("the pickle takes a value from an empty stack")
	}
	v := u.stack[len(u.stack)-1]
	u.stack = u.stack[:len(u.stack)-1]
	return v, nil
}

func (u *unpickler) popMark() ([]any, error) {
	if len(u.marks) == 0 {
		return nil, errors.New("the pickle closes a group that it never opened")
	}
	at := u.marks[len(u.marks)-1]
	u.marks = u.marks[:len(u.marks)-1]
	items := append([]any(nil), u.stack[at:]...)
	u.stack = u.stack[:at]
	return items, nil
}

func (u *unpickler) tuple(n int) error {
	t := make(Tuple, n)
	for i := n - 1; i >= 0; i-- {
		v, err := u.pop()
		if err != nil {
			return err
		}
		t[i] = v
	}
	u.push(t)
	return nil
}

func (u *unpickler) number(op byte) error {
	width := map[byte]int{opBinInt: 4, opBinInt1: 1, opBinInt2: 2, opLong1: 1, opBinFloat: 8}[op]
	b, err := u.take(width)
	if err != nil {
		return err
	}
	switch op {
	case opBinInt:
		u.push(int64(int32(binary.LittleEndian.Uint32(b))))
	case opBinInt1:
		u.push(int64(b[0]))
	case opBinInt2:
		u.push(int64(binary.LittleEndian.Uint16(b)))
	case opBinFloat:
		u.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
	case opLong1:
		if b, err = u.take(int(b[0])); err != nil {
			return err
		}
		u.push(long(b))
	}
	return nil
}

// long decodes a little-endian two's complement integer: int64 where it fits, *big.Int otherwise.
func long(b []byte) any {
	reversed := make([]byte, len(b))
	for i, v := range b {
		reversed[len(b)-1-i] = v
	}
	n := new(big.Int).SetBytes(reversed)
	if len(b) > 0 && b[len(b)-1]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	if n.IsInt64() {
		return n.Int64()
	}
	return n
}

func (u *unpickler) text(op byte) error {
	var size uint32
	if op == opShortBinString || op == opShortBinUnicode {
		b, err := u.take(1)
		if err != nil {
			return err
		}
		size = uint32(b[0])
	} else {
		b, err := u.take(4)
		if err != nil {
			return err
		}
		size = binary.LittleEndian.Uint32(b)
	}
	if int64(size) > maxPickle {
		return errShort
	}
	b, err := u.take(int(size))
	if err != nil {
		return err
	}
	if !utf8.Valid(b) {
		return errors.New("text that is not UTF-8")
	}
	u.push(string(b))
	return nil
}

func (u *unpickler) memory(op byte) error {
	width := 1
	if op == opLongBinGet || op == opLongBinPut {
		width = 4
	}
	b, err := u.take(width)
	if err != nil {
		return err
	}
	slot := uint32(b[0])
	if width == 4 {
		slot = binary.LittleEndian.Uint32(b)
	}
	if op == opBinGet || op == opLongBinGet {
		v, ok := u.memo[slot]
		if !ok {
			return fmt.Errorf("the pickle recalls value %d, which it never stored", slot)
		}
		u.push(v)
		return nil
	}
	v, err := u.pop()
	if err != nil {
		return err
	}
	u.push(v)
	u.memo[slot] = v
	return nil
}
