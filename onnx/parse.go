package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"rewriting/onnx/internal/proto"
)

// ParseTensor reads a stand-alone TensorProto, the form of the .pb files that accompany ONNX test cases.
func ParseTensor(b []byte) (*Value, error) {
	t, err := proto.DecodeTensor(b)
	if err != nil {
		return nil, fmt.Errorf("onnx: not a readable tensor: %w", err)
	}
	v, err := fromProto(t)
	if err != nil {
		return nil, fmt.Errorf("onnx: tensor %q: %w", t.Name, err)
	}
	return v, nil
}

// fromProto turns a decoded tensor into a value. The payload must fit the shape exactly; nothing is
// allocated beyond what the payload itself occupies.
func fromProto(t *proto.Tensor) (*Value, error) {
	typ := Type(t.Type)
	switch {
	case t.External:
		return nil, errors.New("its data lies in another file; save the model with embedded data (external data is not supported)")
	case t.Strings > 0:
		return nil, errors.New("string tensors are not supported")
	case typ.storage() == noStorage:
		return nil, fmt.Errorf("element %v is not supported", typ)
	}
	shape := make([]int, len(t.Dims))
	for i, d := range t.Dims {
		if d < 0 || d > math.MaxInt32 {
			return nil, fmt.Errorf("dimensions %v are out of range", t.Dims)
		}
		shape[i] = int(d)
	}
	n, err := elements(shape)
	if err != nil {
		return nil, err
	}
	v := &Value{Type: typ, Shape: shape}
	if typed := len(t.Floats) + len(t.Int32s) + len(t.Int64s) + len(t.Doubles) + len(t.Uint64s); typed == 0 {
		err = v.fromRaw(t.Raw, n)
	} else {
		err = v.fromTyped(t, n)
	}
	return v, err
}

// fromRaw decodes n little-endian elements.
func (v *Value) fromRaw(b []byte, n int) error {
	if size := types[v.Type].bytes; len(b) != n*size {
		return fmt.Errorf("%v needs %d bytes of data, has %d", v, n*size, len(b))
	}
	le := binary.LittleEndian
	switch v.Type {
	case Float32:
		v.F32 = read(b, n, 4, func(b []byte) float32 { return math.Float32frombits(le.Uint32(b)) })
	case Float16:
		v.F32 = read(b, n, 2, func(b []byte) float32 { return halfToFloat(le.Uint16(b)) })
	case Float64:
		v.F64 = read(b, n, 8, func(b []byte) float64 { return math.Float64frombits(le.Uint64(b)) })
	case Int64:
		v.I64 = read(b, n, 8, func(b []byte) int64 { return int64(le.Uint64(b)) })
	case Uint32:
		v.I64 = read(b, n, 4, func(b []byte) int64 { return int64(le.Uint32(b)) })
	case Int32:
		v.I32 = read(b, n, 4, func(b []byte) int32 { return int32(le.Uint32(b)) })
	case Int16:
		v.I32 = read(b, n, 2, func(b []byte) int32 { return int32(int16(le.Uint16(b))) })
	case Uint16:
		v.I32 = read(b, n, 2, func(b []byte) int32 { return int32(le.Uint16(b)) })
	case Int8:
		v.I32 = read(b, n, 1, func(b []byte) int32 { return int32(int8(b[0])) })
	case Uint8:
		v.U8 = append(make([]uint8, 0, n), b...)
	case Bool:
		v.Bool = read(b, n, 1, func(b []byte) bool { return b[0] != 0 })
	}
	return nil
}

func read[T any](b []byte, n, size int, one func([]byte) T) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = one(b[i*size:])
	}
	return out
}

// fromTyped takes the elements from the typed list that the element type prescribes: every
// narrow integer, bool and half lies in int32_data, the half as its bit pattern.
func (v *Value) fromTyped(t *proto.Tensor, n int) error {
	var have int
	switch v.Type {
	case Float32:
		v.F32, have = t.Floats, len(t.Floats)
	case Float64:
		v.F64, have = t.Doubles, len(t.Doubles)
	case Int64:
		v.I64, have = t.Int64s, len(t.Int64s)
	case Uint32:
		v.I64, have = convert(t.Uint64s, func(x uint64) int64 { return int64(uint32(x)) }), len(t.Uint64s)
	case Int32:
		v.I32, have = t.Int32s, len(t.Int32s)
	case Int16:
		v.I32, have = convert(t.Int32s, func(x int32) int32 { return int32(int16(x)) }), len(t.Int32s)
	case Uint16:
		v.I32, have = convert(t.Int32s, func(x int32) int32 { return int32(uint16(x)) }), len(t.Int32s)
	case Int8:
		v.I32, have = convert(t.Int32s, func(x int32) int32 { return int32(int8(x)) }), len(t.Int32s)
	case Float16:
		v.F32, have = convert(t.Int32s, func(x int32) float32 { return halfToFloat(uint16(x)) }), len(t.Int32s)
	case Uint8:
		v.U8, have = convert(t.Int32s, func(x int32) uint8 { return uint8(x) }), len(t.Int32s)
	case Bool:
		v.Bool, have = convert(t.Int32s, func(x int32) bool { return x != 0 }), len(t.Int32s)
	}
	if have != n {
		return fmt.Errorf("%v needs %d elements of data, has %d", v, n, have)
	}
	return nil
}

func convert[S, T any](in []S, one func(S) T) []T {
	out := make([]T, len(in))
	for i, x := range in {
		out[i] = one(x)
	}
	return out
}
