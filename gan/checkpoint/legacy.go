package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
)

// readLegacy reads the layout before PyTorch 1.6: five pickles (magic number, version, machine, object, storage
// keys), then per key an element count and the raw elements.
func (f *File) readLegacy(r io.ReaderAt, size int64) error {
	head := make([]byte, min(size, maxPickle))
	if n, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return err
	} else {
		head = head[:n]
	}
	at := 0
	next := func(what string) (any, error) {
		v, n, err := unpickle(head[at:], f.resolve)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		at += n
		return v, nil
	}
	magic, err := next("magic number")
	if err != nil {
		return err
	}
	if m, ok := magic.(*big.Int); !ok || m.Cmp(magicNumber) != 0 {
		return errors.New("a pickle, but not one that PyTorch's save wrote")
	}
	version, err := next("version")
	if err != nil {
		return err
	}
	if version != int64(legacyVersion) {
		return fmt.Errorf("legacy layout of version %v, not %d", version, legacyVersion)
	}
	machine, err := next("machine description")
	if err != nil {
		return err
	}
	if d, ok := machine.(*Dict); ok {
		if little, ok := d.Get("little_endian"); ok && little != true {
			return errors.New("the file is big-endian; only little-endian files are read")
		}
	}
	if f.Root, err = next("object"); err != nil {
		return err
	}
	keys, err := next("storage keys")
	if err != nil {
		return err
	}
	offsets, err := f.legacyOffsets(r, size, int64(at), keys)
	if err != nil {
		return err
	}
	f.fetch = func(s *storage) ([]byte, error) {
		data := make([]byte, s.count*s.class.size)
		_, err := io.ReadFull(io.NewSectionReader(r, offsets[s.key], int64(len(data))), data)
		return data, err
	}
	return nil
}

// legacyOffsets walks over the storages, which begin at byte at, and returns where each one's elements lie.
func (f *File) legacyOffsets(r io.ReaderAt, size, at int64, keys any) (map[string]int64, error) {
	list, ok := keys.(*List)
	if !ok {
		return nil, errors.New("the storage keys are no list")
	}
	offsets := map[string]int64{}
	for _, k := range list.Items {
		key, _ := k.(string)
		s, ok := f.storages[key]
		if !ok {
			return nil, fmt.Errorf("storage %.80q is used by no tensor, so its size is unknown", fmt.Sprint(k))
		}
		var count [8]byte
		if _, err := r.ReadAt(count[:], at); err != nil {
			return nil, fmt.Errorf("the file ends before storage %.80q", key)
		}
		if n := int64(binary.LittleEndian.Uint64(count[:])); n != int64(s.count) {
			return nil, fmt.Errorf("storage %.80q has %d elements, its description says %d", key, n, s.count)
		}
		offsets[key] = at + 8
		at += 8 + int64(s.count)*int64(s.class.size)
		if at > size {
			return nil, fmt.Errorf("the file ends inside storage %.80q", key)
		}
	}
	for key := range f.storages {
		if _, ok := offsets[key]; !ok {
			return nil, fmt.Errorf("storage %.80q is missing from the file", key)
		}
	}
	return offsets, nil
}
