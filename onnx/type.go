package onnx

import "fmt"

// Type is an ONNX element type; the numbers are those of TensorProto.DataType.
type Type int32

// The element types that values can have. Others (strings, complex, 64-bit unsigned, bfloat16, float8) are refused on loading.
const (
	Float32 Type = 1
	Uint8   Type = 2
	Int8    Type = 3
	Uint16  Type = 4
	Int16   Type = 5
	Int32   Type = 6
	Int64   Type = 7
	Bool    Type = 9
	Float16 Type = 10
	Float64 Type = 11
	Uint32  Type = 12
)

// storage is the Go slice of a Value that holds its elements.
type storage int

const (
	noStorage storage = iota
	inF32
	inF64
	inI64
	inI32
	inU8
	inBool
)

var types = map[Type]struct {
	name    string
	storage storage
	bytes   int // size of one element in raw_data
}{
	Float32: {"float32", inF32, 4},
	Float16: {"float16", inF32, 2},
	Float64: {"float64", inF64, 8},
	Int64:   {"int64", inI64, 8},
	Uint32:  {"uint32", inI64, 4},
	Int32:   {"int32", inI32, 4},
	Int16:   {"int16", inI32, 2},
	Uint16:  {"uint16", inI32, 2},
	Int8:    {"int8", inI32, 1},
	Uint8:   {"uint8", inU8, 1},
	Bool:    {"bool", inBool, 1},
}

// String is the NumPy name of the type.
func (t Type) String() string {
	if k, ok := types[t]; ok {
		return k.name
	}
	return fmt.Sprintf("type %d", int32(t))
}

// storage is a switch, not a look-up in types, because kernels ask once per node.
func (t Type) storage() storage {
	switch t {
	case Float32, Float16:
		return inF32
	case Float64:
		return inF64
	case Int64, Uint32:
		return inI64
	case Int32, Int16, Uint16, Int8:
		return inI32
	case Uint8:
		return inU8
	case Bool:
		return inBool
	}
	return noStorage
}

func (t Type) float() bool { return t == Float32 || t == Float16 || t == Float64 }
