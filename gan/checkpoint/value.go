package checkpoint

import (
	"fmt"
	"math/bits"
)

// Dict is a Python dictionary (or OrderedDict, or namespace) in the order of insertion. Values are *Dict, List,
// Tuple, *Tensor, string, int64, *big.Int, float64, bool or nil. When writing, *compute.Tensor takes the place of *Tensor.
type Dict struct {
	keys    []any // string or int64
	entries map[any]any
}

// NewDict returns an empty dictionary.
func NewDict() *Dict { return &Dict{entries: map[any]any{}} }

// Get looks up a text key.
func (d *Dict) Get(key string) (any, bool) {
	v, ok := d.entries[key]
	return v, ok
}

// Set adds or replaces an entry with a text key.
func (d *Dict) Set(key string, value any) { d.set(key, value) }

func (d *Dict) set(key, value any) {
	if _, ok := d.entries[key]; !ok {
		d.keys = append(d.keys, key)
	}
	d.entries[key] = value
}

// Keys lists the text keys in order; integer keys, which optimiser states use, are left out.
func (d *Dict) Keys() []string {
	var names []string
	for _, k := range d.keys {
		if s, ok := k.(string); ok {
			names = append(names, s)
		}
	}
	return names
}

// Len is the number of entries.
func (d *Dict) Len() int { return len(d.keys) }

// List is a Python list.
type List struct{ Items []any }

// Tuple is a Python tuple.
type Tuple []any

// Tensor describes a tensor whose elements still lie in the file; Float32 fetches them.
type Tensor struct {
	Shape   []int
	strides []int
	offset  int
	storage *storage
}

// storage is a run of elements in the file.
type storage struct {
	file  *File
	key   string
	class elementClass
	count int // elements
}

// elementClass is one of the element types that can become float32.
type elementClass struct {
	name string // PyTorch's storage class
	size int    // bytes
}

// Type names the element type as PyTorch's storage class does, for example "FloatStorage".
func (t *Tensor) Type() string { return t.storage.class.name }

// Len is the number of elements.
func (t *Tensor) Len() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// newTensor checks a description against its storage before anything is allocated for it.
func newTensor(s *storage, offset int, shape, strides []int) (*Tensor, error) {
	if len(shape) != len(strides) {
		return nil, fmt.Errorf("tensor of shape %v has strides %v", shape, strides)
	}
	if len(shape) > maxRank {
		return nil, fmt.Errorf("tensor has %d dimensions, more than %d", len(shape), maxRank)
	}
	if offset < 0 {
		return nil, fmt.Errorf("tensor of shape %v begins at element %d of its storage", shape, offset)
	}
	elements, last := uint64(1), uint64(offset)
	empty, overflow := false, false
	for i, d := range shape {
		if d < 0 || strides[i] < 0 {
			return nil, fmt.Errorf("tensor of shape %v and strides %v: negative values are not allowed", shape, strides)
		}
		if d == 0 {
			empty = true
			continue
		}
		high, product := bits.Mul64(elements, uint64(d))
		overflow = overflow || high != 0
		elements = product
		high, step := bits.Mul64(uint64(d-1), uint64(strides[i]))
		sum, carry := bits.Add64(last, step, 0)
		overflow = overflow || high != 0 || carry != 0
		last = sum
	}
	switch {
	case empty:
	case overflow, last >= uint64(s.count):
		return nil, fmt.Errorf("tensor of shape %v, strides %v and offset %d reaches beyond its storage of %d elements", shape, strides, offset, s.count)
	case elements > uint64(s.count):
		// A stride of zero repeats elements, so that a file of a few bytes could claim any size.
		return nil, fmt.Errorf("tensor of shape %v has more elements than its storage of %d", shape, s.count)
	}
	return &Tensor{Shape: shape, strides: strides, offset: offset, storage: s}, nil
}

const maxRank = 16
