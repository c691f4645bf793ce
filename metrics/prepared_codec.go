package metrics

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"rewriting/compute"
)

// MarshalBinary writes the items in key order: uvarint count, then per item the key, a letter
// (m, p, n), and the content: masks as bits, pictures as bytes, numbers as float64. Equal content
// gives equal bytes. It must not run while items are being derived.
func (p *Prepared) MarshalBinary() ([]byte, error) {
	p.derived.mu.Lock()
	defer p.derived.mu.Unlock()
	items := p.derived.items
	b := binary.AppendUvarint(nil, uint64(len(items)))
	for _, key := range slices.Sorted(maps.Keys(items)) {
		it := items[key]
		if it.err != nil {
			return nil, fmt.Errorf("prepared %s: %w", key, it.err)
		}
		b = binary.AppendUvarint(b, uint64(len(key)))
		b = append(b, key...)
		switch v := it.value.(type) {
		case *Mask:
			b = append(b, 'm')
			b = binary.AppendUvarint(b, uint64(v.H))
			b = binary.AppendUvarint(b, uint64(v.W))
			b = append(b, pack(v.In)...)
		case *compute.Tensor:
			pix, err := levels(v)
			if err != nil {
				return nil, fmt.Errorf("prepared %s: %w", key, err)
			}
			b = append(b, 'p')
			b = binary.AppendUvarint(b, uint64(v.Dim(2)))
			b = binary.AppendUvarint(b, uint64(v.Dim(3)))
			b = append(b, pix...)
		case []float64:
			b = append(b, 'n')
			b = binary.AppendUvarint(b, uint64(len(v)))
			for _, x := range v {
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
			}
		default:
			return nil, fmt.Errorf("prepared %s: still being derived", key)
		}
	}
	return b, nil
}

// UnmarshalBinary replaces the items by those that MarshalBinary wrote.
func (p *Prepared) UnmarshalBinary(b []byte) error {
	r := reader{rest: b}
	items := map[string]*item{}
	last := ""
	for n := r.uvarint(); n > 0 && r.err == nil; n-- {
		key := string(r.take(r.uvarint()))
		if r.err == nil && len(items) > 0 && key <= last {
			r.err = errors.New("keys out of order")
		}
		last = key
		it := &item{value: r.content()}
		it.once.Do(func() {})
		items[key] = it
	}
	if r.err == nil && len(r.rest) > 0 {
		r.err = errors.New("bytes after the end")
	}
	if r.err != nil {
		return fmt.Errorf("prepared items of a sample: %w", r.err)
	}
	p.derived.mu.Lock()
	defer p.derived.mu.Unlock()
	p.derived.items = items
	return nil
}

// reader takes fields off a byte slice and keeps the first error. Nothing is allocated before the
// bytes for it have been seen.
type reader struct {
	rest []byte
	err  error
}

var errShort = errors.New("cut short")

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.err = errShort
		r.rest = nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.err = errShort
		r.rest = nil
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) content() any {
	kind := r.take(1)
	if kind == nil {
		return nil
	}
	switch kind[0] {
	case 'm':
		h, w := r.size()
		bits := r.take((h*w + 7) / 8)
		if r.err != nil {
			return nil
		}
		return &Mask{H: int(h), W: int(w), In: unpack(bits, int(h*w))}
	case 'p':
		h, w := r.size()
		pix := r.take(3 * h * w)
		if r.err != nil {
			return nil
		}
		x := compute.New(1, 3, int(h), int(w))
		for i, v := range pix {
			x.Data[i] = value(v)
		}
		return x
	case 'n':
		n := r.uvarint()
		if n > uint64(len(r.rest)/8) {
			r.err = errShort
			return nil
		}
		v := make([]float64, n)
		for i := range v {
			v[i] = math.Float64frombits(binary.LittleEndian.Uint64(r.take(8)))
		}
		return v
	}
	r.err = fmt.Errorf("unknown kind %q", kind[0])
	return nil
}

// size reads a height and a width of at most 65,536.
func (r *reader) size() (h, w uint64) {
	h, w = r.uvarint(), r.uvarint()
	if h > 1<<16 || w > 1<<16 {
		r.err = fmt.Errorf("impossible size %d x %d", h, w)
		r.rest = nil
		return 0, 0
	}
	return h, w
}

func pack(in []bool) []byte {
	b := make([]byte, (len(in)+7)/8)
	for i, v := range in {
		if v {
			b[i/8] |= 1 << (i % 8)
		}
	}
	return b
}

func unpack(b []byte, n int) []bool {
	in := make([]bool, n)
	for i := range in {
		in[i] = b[i/8]>>(i%8)&1 == 1
	}
	return in
}
