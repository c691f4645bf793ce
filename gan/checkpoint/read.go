package checkpoint

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"sync"
)

// File is an opened checkpoint: the stored object, and the place its elements lie. Fetching
// elements is safe for concurrent use.
type File struct {
	// Root is the stored object, usually a *Dict.
	Root any
	// Format is the kind of file.
	Format Format

	name     string
	size     int64
	closer   io.Closer
	storages map[string]*storage
	fetch    func(*storage) ([]byte, error)

	recent struct { // the storage fetched last: converted weights often share one
		sync.Mutex
		key  string
		data []byte
	}
}

// Format is a kind of checkpoint file.
type Format int

// The formats that are read.
const (
	PyTorch     Format = iota // torch.save, either layout
	Safetensors               // flat tensors after a JSON header
	Pickle                    // a plain pickle with tensors inside, as NVIDIA's generators are published
)

// Read opens a checkpoint file of any format.
func Read(path string) (*File, error) {
	r, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := r.Stat()
	if err != nil {
		r.Close()
		return nil, err
	}
	f, err := ReadFrom(r, info.Size())
	if err != nil {
		r.Close()
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	f.name, f.closer = filepath.Base(path), r
	return f, nil
}

// ReadFrom reads a checkpoint of size bytes; r must stay readable as long as tensors are fetched.
func ReadFrom(r io.ReaderAt, size int64) (*File, error) {
	f := &File{name: "checkpoint", size: size, storages: map[string]*storage{}}
	var magic [9]byte
	if n, err := r.ReadAt(magic[:], 0); err != nil && n < 4 {
		return nil, errors.New("not a PyTorch checkpoint: too short")
	}
	var err error
	switch {
	case bytes.HasPrefix(magic[:], []byte("PK\x03\x04")):
		err = f.readZip(r, size)
	case magic[8] == '{' && binary.LittleEndian.Uint64(magic[:]) <= uint64(size):
		err = f.readSafetensors(r, size)
	case magic[0] == opProto && magic[1] > 2:
		err = f.readPickle(r, size)
	case magic[0] == opProto:
		err = f.readLegacy(r, size)
	default:
		err = errors.New("not a PyTorch checkpoint: neither a zip archive nor a pickle nor safetensors")
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Close releases the file that Read opened.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// resolve turns a persistent identifier into a storage:
// ("storage", class, key, device, count) and, in old files, a sixth entry for views.
func (f *File) resolve(id any) (any, error) {
	t, ok := id.(Tuple)
	if !ok || len(t) < 5 || t[0] != "storage" {
		return nil, errors.New("a persistent identifier that is no storage")
	}
	global, ok := t[1].(name)
	if !ok {
		return nil, errors.New("a storage without a class")
	}
	class, ok := storageClasses[global]
	if !ok {
		return nil, fmt.Errorf("elements of class %q cannot become float32", string(global))
	}
	key, ok := t[2].(string)
	if !ok {
		return nil, errors.New("a storage without a key")
	}
	count, ok := t[4].(int64)
	if !ok || count < 0 || count > f.size/int64(class.size) {
		return nil, fmt.Errorf("storage %q claims %v elements of %d bytes in a file of %d bytes", key, t[4], class.size, f.size)
	}
	if len(t) > 5 && t[5] != nil {
		return nil, fmt.Errorf("storage %q is a view of another storage, a form given up by PyTorch in 2017", key)
	}
	s := &storage{file: f, key: key, class: class, count: int(count)}
	if old, ok := f.storages[key]; ok {
		if old.class != s.class || old.count != s.count {
			return nil, fmt.Errorf("storage %q is described twice, differently", key)
		}
		return old, nil
	}
	f.storages[key] = s
	return s, nil
}

// magicNumber begins every legacy file.
var magicNumber, _ = new(big.Int).SetString("1950a86a20f9469cfc6c", 16)

const legacyVersion = 1001
