package checkpoint

import (
	"encoding/binary"
	"fmt"
	"math"

	"rewriting/compute"
)

// Float32 fetches the elements in row-major order, whatever the strides in the file. Doubles and integers are
// rounded to the nearest float32.
func (t *Tensor) Float32() (*compute.Tensor, error) {
	raw, err := t.storage.bytes()
	if err != nil {
		return nil, err
	}
	out := compute.New(t.Shape...)
	if len(out.Data) == 0 {
		return out, nil
	}
	decode := t.storage.class.decode
	if t.contiguous() {
		decode(out.Data, raw[t.offset*t.storage.class.size:])
		return out, nil
	}
	all := make([]float32, t.storage.count)
	decode(all, raw)
	t.gather(out.Data, all, 0, t.offset)
	return out, nil
}

// gather walks the dimensions from axis on and returns the rest of dst.
func (t *Tensor) gather(dst, src []float32, axis, at int) []float32 {
	if axis == len(t.Shape) {
		dst[0] = src[at]
		return dst[1:]
	}
	for i := range t.Shape[axis] {
		dst = t.gather(dst, src, axis+1, at+i*t.strides[axis])
	}
	return dst
}

func (t *Tensor) contiguous() bool {
	step := 1
	for i := len(t.Shape) - 1; i >= 0; i-- {
		if t.Shape[i] > 1 && t.strides[i] != step {
			return false
		}
		step *= t.Shape[i]
	}
	return true
}

func (s *storage) bytes() ([]byte, error) {
	r := &s.file.recent
	r.Lock()
	defer r.Unlock()
	if r.data != nil && r.key == s.key {
		return r.data, nil
	}
	data, err := s.file.fetch(s)
	if err != nil {
		return nil, fmt.Errorf("storage %.80q: %w", s.key, err)
	}
	r.key, r.data = s.key, data
	return data, nil
}

// decode converts as many little-endian elements as dst holds.
func (c elementClass) decode(dst []float32, src []byte) {
	le := binary.LittleEndian
	switch c.name {
	case "FloatStorage":
		for i := range dst {
			dst[i] = math.Float32frombits(le.Uint32(src[4*i:]))
		}
	case "DoubleStorage":
		for i := range dst {
			dst[i] = float32(math.Float64frombits(le.Uint64(src[8*i:])))
		}
	case "HalfStorage":
		for i := range dst {
			dst[i] = half(le.Uint16(src[2*i:]))
		}
	case "BFloat16Storage":
		for i := range dst {
			dst[i] = math.Float32frombits(uint32(le.Uint16(src[2*i:])) << 16)
		}
	case "LongStorage":
		for i := range dst {
			dst[i] = float32(int64(le.Uint64(src[8*i:])))
		}
	case "IntStorage":
		for i := range dst {
			dst[i] = float32(int32(le.Uint32(src[4*i:])))
		}
	case "ShortStorage":
		for i := range dst {
			dst[i] = float32(int16(le.Uint16(src[2*i:])))
		}
	case "CharStorage":
		for i := range dst {
			dst[i] = float32(int8(src[i]))
		}
	case "ByteStorage", "BoolStorage":
		for i := range dst {
			dst[i] = float32(src[i])
		}
	default:
		panic("checkpoint: no decoder for " + c.name)
	}
}

// half converts an IEEE 754 binary16 number.
func half(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exponent, fraction := uint32(h>>10)&0x1f, uint32(h)&0x3ff
	switch exponent {
	case 0: // zero and subnormals: fraction times 2^-24, exact in float32
		v := math.Float32bits(float32(fraction) / (1 << 24))
		return math.Float32frombits(sign | v)
	case 0x1f: // infinity and not-a-number
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}
