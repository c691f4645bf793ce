package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Object is an instance of a Python class that this package does not know: what the pickle says about it, as data.
// Nothing of the class, its code least of all, is looked at.
type Object struct {
	Class string // module and name
	Args  Tuple  // what it would be made from
	State any    // what its attributes would be, nil where the pickle sets none
}

const (
	easyDict      name = "dnnlib.util.EasyDict"
	loadFromBytes name = "torch.storage._load_from_bytes" // a storage in a file of its own, inside the pickle
)

// maxForeign bounds a plain pickle, which is held in memory whole: twice what the largest published one has.
const maxForeign = 1 << 30

// readPickle reads a plain pickle of protocol 3 to 5 whose tensors lie inside it.
func (f *File) readPickle(r io.ReaderAt, size int64) error {
	if size > maxForeign {
		return fmt.Errorf("a pickle of %d bytes, more than %d", size, maxForeign)
	}
	data := make([]byte, size)
	if _, err := r.ReadAt(data, 0); err != nil && err != io.EOF {
		return err
	}
	u := &unpickler{data: data, memo: map[uint32]any{}, foreign: true, persistent: func(any) (any, error) {
		return nil, errors.New("a persistent identifier in a plain pickle")
	}}
	var err error
	f.Root, _, err = u.run()
	f.Format = Pickle
	return err
}

// foreignCall makes what a call of an unknown function stands for.
func (u *unpickler) foreignCall(function name, arguments Tuple) (any, error) {
	switch function {
	case easyDict:
		return dictOf(arguments)
	case loadFromBytes:
		if len(arguments) == 1 {
			if b, ok := arguments[0].([]byte); ok {
				// The same bytes could be recalled from the memo without end.
				if u.nested += len(b); u.nested > 4*len(u.data) {
					return nil, errors.New("the storages together are many times larger than the file")
				}
				return nestedStorage(b)
			}
		}
		return nil, errors.New("no bytes given")
	}
	return &Object{Class: string(function), Args: arguments}, nil
}

// nestedStorage reads a legacy file whose object is one storage.
func nestedStorage(b []byte) (any, error) {
	if len(b) < 2 || b[0] != opProto || b[1] != 2 {
		return nil, errors.New("not a storage in PyTorch's legacy layout")
	}
	inner := &File{name: "storage", size: int64(len(b)), storages: map[string]*storage{}}
	if err := inner.readLegacy(bytes.NewReader(b), int64(len(b))); err != nil {
		return nil, err
	}
	s, ok := inner.Root.(*storage)
	if !ok {
		return nil, fmt.Errorf("%T where a storage belongs", inner.Root)
	}
	return s, nil
}

// foreignBuild sets attributes of objects that are no dictionaries.
func foreignBuild(target, attributes any) {
	if o, ok := target.(*Object); ok {
		o.State = attributes
	}
}

// stackGlobal is GLOBAL with both names from the stack.
func (u *unpickler) stackGlobal() error {
	class, err := u.pop()
	if err != nil {
		return err
	}
	module, err := u.pop()
	if err != nil {
		return err
	}
	a, ok1 := module.(string)
	b, ok2 := class.(string)
	if !ok1 || !ok2 {
		return errors.New("a name that is no text")
	}
	return u.named(name(a + "." + b))
}

// newer carries out the instructions of protocols 3 to 5 that plain pickles use.
func (u *unpickler) newer(op byte) error {
	switch op {
	case opFrame: // a hint for readers of streams
		_, err := u.take(8)
		return err
	case opMemoize:
		v, err := u.pop()
		if err != nil {
			return err
		}
		u.push(v)
		u.memo[uint32(len(u.memo))] = v
	case opStackGlobal:
		return u.stackGlobal()
	case opEmptySet:
		u.push(&List{})
	case opAddItems:
		return u.fill(opAppends)
	case opFrozenSet:
		items, err := u.popMark()
		u.push(&List{Items: items})
		return err
	case opShortBinBytes, opBinBytes, opBinBytes8:
		b, err := u.sized(map[byte]int{opShortBinBytes: 1, opBinBytes: 4, opBinBytes8: 8}[op])
		u.push(b)
		return err
	default:
		return fmt.Errorf("instruction 0x%02x is not one that a file of weights needs", op)
	}
	return nil
}

// sized takes a little-endian length of so many bytes, and that many bytes.
func (u *unpickler) sized(width int) ([]byte, error) {
	head, err := u.take(width)
	if err != nil {
		return nil, err
	}
	n := uint64(0)
	for i, b := range head {
		n |= uint64(b) << (8 * i)
	}
	if n > uint64(len(u.data)) {
		return nil, errShort
	}
	return u.take(int(n))
}
