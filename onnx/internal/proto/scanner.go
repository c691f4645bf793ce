package proto

import (
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// scanner walks the fields of one message. The first fault ends the walk and stays in err.
type scanner struct {
	rest []byte
	num  protowire.Number
	typ  protowire.Type
	u    uint64 // value of a varint, fixed32 or fixed64 field
	b    []byte // value of a length-delimited field
	raw  []byte // the whole field, tag included
	err  error
}

var errWireType = errors.New("field has an unexpected wire type")

func (s *scanner) next() bool {
	if s.err != nil || len(s.rest) == 0 {
		return false
	}
	start := s.rest
	num, typ, n := protowire.ConsumeTag(s.rest)
	if n < 0 {
		return s.fail(protowire.ParseError(n))
	}
	s.num, s.typ, s.u, s.b = num, typ, 0, nil
	body := s.rest[n:]
	var m int
	switch typ {
	case protowire.VarintType:
		s.u, m = protowire.ConsumeVarint(body)
	case protowire.Fixed32Type:
		var v uint32
		v, m = protowire.ConsumeFixed32(body)
		s.u = uint64(v)
	case protowire.Fixed64Type:
		s.u, m = protowire.ConsumeFixed64(body)
	case protowire.BytesType:
		s.b, m = protowire.ConsumeBytes(body)
	default: // groups are obsolete and never appear in ONNX; skip them whole
		m = protowire.ConsumeFieldValue(num, typ, body)
	}
	if m < 0 {
		return s.fail(protowire.ParseError(m))
	}
	s.raw, s.rest = start[:n+m], body[m:]
	return true
}

// fail keeps the first error; a nil one changes nothing.
func (s *scanner) fail(err error) bool {
	if s.err == nil {
		s.err = err
	}
	return false
}

func (s *scanner) expect(typ protowire.Type) bool {
	if s.typ != typ {
		return s.fail(fmt.Errorf("field %d: %w", s.num, errWireType))
	}
	return true
}

func (s *scanner) bytes() []byte {
	s.expect(protowire.BytesType)
	return s.b
}

func (s *scanner) text() string { return string(s.bytes()) }

func (s *scanner) int() int64 {
	s.expect(protowire.VarintType)
	return int64(s.u)
}

func (s *scanner) float() float32 {
	s.expect(protowire.Fixed32Type)
	return math.Float32frombits(uint32(s.u))
}

// varints appends a repeated integer field, packed or one at a time.
func varints[T int32 | int64 | uint64](s *scanner, dst []T) []T {
	if s.typ == protowire.VarintType {
		return append(dst, T(s.u))
	}
	if !s.expect(protowire.BytesType) {
		return dst
	}
	if dst == nil {
		// Every varint ends in a byte below 0x80, so this count is exact and bounded by the input.
		n := 0
		for _, c := range s.b {
			if c < 0x80 {
				n++
			}
		}
		dst = make([]T, 0, n)
	}
	for b := s.b; len(b) > 0; {
		v, n := protowire.ConsumeVarint(b)
		if n < 0 {
			s.fail(protowire.ParseError(n))
			return dst
		}
		dst, b = append(dst, T(v)), b[n:]
	}
	return dst
}

// floats appends a repeated float field, packed or one at a time.
func (s *scanner) floats(dst []float32) []float32 {
	if s.typ == protowire.Fixed32Type {
		return append(dst, s.float())
	}
	if !s.expect(protowire.BytesType) {
		return dst
	}
	if len(s.b)%4 != 0 {
		s.fail(fmt.Errorf("field %d: %d bytes are not whole floats", s.num, len(s.b)))
		return dst
	}
	if dst == nil {
		dst = make([]float32, 0, len(s.b)/4)
	}
	for b := s.b; len(b) > 0; b = b[4:] {
		v, _ := protowire.ConsumeFixed32(b)
		dst = append(dst, math.Float32frombits(v))
	}
	return dst
}

// doubles appends a repeated double field, packed or one at a time.
func (s *scanner) doubles(dst []float64) []float64 {
	if s.typ == protowire.Fixed64Type {
		return append(dst, math.Float64frombits(s.u))
	}
	if !s.expect(protowire.BytesType) {
		return dst
	}
	if len(s.b)%8 != 0 {
		s.fail(fmt.Errorf("field %d: %d bytes are not whole doubles", s.num, len(s.b)))
		return dst
	}
	if dst == nil {
		dst = make([]float64, 0, len(s.b)/8)
	}
	for b := s.b; len(b) > 0; b = b[8:] {
		v, _ := protowire.ConsumeFixed64(b)
		dst = append(dst, math.Float64frombits(v))
	}
	return dst
}
