package onnx

import (
	"fmt"
	"slices"

	"rewriting/compute"
)

// Value is a typed, dense, row-major array: what flows along the edges of a graph. Exactly one
// of the slices holds the elements, the one for its Type:
//
//	F32  float32 and float16 (values that a half can represent)
//	F64  float64
//	I64  int64 and uint32
//	I32  int32, int16, uint16 and int8
//	U8   uint8
//	Bool bool
//
// A scalar has an empty Shape and one element. Values given to Run are only read.
type Value struct {
	Type  Type
	Shape []int

	F32  []float32
	F64  []float64
	I64  []int64
	I32  []int32
	U8   []uint8
	Bool []bool

	buf  *buffer // owner of F32 when it came from a run's workspace
	dies bool    // set by the executor when the running step is the last reader
}

// FromTensor wraps a float32 tensor without copying.
func FromTensor(t *compute.Tensor) *Value {
	return &Value{Type: Float32, Shape: t.Shape, F32: t.Data}
}

// FromInts makes an int64 value; with no shape it is a vector.
func FromInts(data []int64, shape ...int) *Value {
	if len(shape) == 0 {
		shape = []int{len(data)}
	}
	return &Value{Type: Int64, Shape: shape, I64: data}
}

// Tensor returns a float32 value as a tensor sharing its elements; any other type is an error.
func (v *Value) Tensor() (*compute.Tensor, error) {
	if v.Type.storage() != inF32 {
		return nil, fmt.Errorf("value is %v, not float32", v)
	}
	return compute.From(v.F32, v.Shape...), nil
}

// String names type and shape, not elements.
func (v *Value) String() string {
	if v == nil {
		return "no value"
	}
	return fmt.Sprintf("%v%v", v.Type, v.Shape)
}

// Len is the number of elements.
func (v *Value) Len() int {
	switch v.Type.storage() {
	case inF32:
		return len(v.F32)
	case inF64:
		return len(v.F64)
	case inI64:
		return len(v.I64)
	case inI32:
		return len(v.I32)
	case inU8:
		return len(v.U8)
	}
	return len(v.Bool)
}

// Clone returns a deep copy that nothing else refers to.
func (v *Value) Clone() *Value {
	return &Value{Type: v.Type, Shape: slices.Clone(v.Shape),
		F32: slices.Clone(v.F32), F64: slices.Clone(v.F64), I64: slices.Clone(v.I64),
		I32: slices.Clone(v.I32), U8: slices.Clone(v.U8), Bool: slices.Clone(v.Bool)}
}

// check reports whether the value is what it claims to be: a known type whose slice has as many elements as its shape.
func (v *Value) check() error {
	if v == nil {
		return fmt.Errorf("is nil")
	}
	if v.Type.storage() == noStorage {
		return fmt.Errorf("has unsupported element %v", v.Type)
	}
	n, err := elements(v.Shape)
	if err != nil {
		return err
	}
	if n != v.Len() {
		return fmt.Errorf("is %v but holds %d elements", v, v.Len())
	}
	return nil
}

// view returns the same elements under another shape of equal size.
func (v *Value) view(shape []int) *Value {
	w := *v
	w.Shape, w.dies = shape, false
	if w.buf != nil {
		w.buf.refs++
	}
	return &w
}

// ints reads a small integer vector (a shape, axes, pads) as []int.
func (v *Value) ints() ([]int, error) {
	if len(v.Shape) > 1 {
		return nil, fmt.Errorf("%v where a vector of integers is needed", v)
	}
	out := make([]int, v.Len())
	switch v.Type {
	case Int64:
		for i, x := range v.I64 {
			out[i] = int(x)
		}
	case Int32:
		for i, x := range v.I32 {
			out[i] = int(x)
		}
	default:
		return nil, fmt.Errorf("%v where a vector of integers is needed", v)
	}
	return out, nil
}

// scalar reads a value of one element as float64.
func (v *Value) scalar() (float64, error) {
	if v.Len() != 1 {
		return 0, fmt.Errorf("%v where one number is needed", v)
	}
	switch v.Type.storage() {
	case inF32:
		return float64(v.F32[0]), nil
	case inF64:
		return v.F64[0], nil
	case inI64:
		return float64(v.I64[0]), nil
	case inI32:
		return float64(v.I32[0]), nil
	case inU8:
		return float64(v.U8[0]), nil
	}
	return 0, fmt.Errorf("%v where one number is needed", v)
}

// maxElements bounds any single value, so that a hostile or mistaken shape is an error before it is an
// allocation: one GiB of float32. A variable, so that fuzzing need not fill such values.
var maxElements = 1 << 28

// elements is the product of a shape's dimensions, or an error when one is negative or the product too
// large. Empty values are held to the same bound without their empty axes, since loops run over those.
func elements(shape []int) (int, error) {
	n, extent := 1, 1
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("shape %v has a negative dimension", shape)
		}
		if d > 0 && extent > maxElements/d {
			return 0, fmt.Errorf("shape %v has more than %d elements", shape, maxElements)
		}
		n *= d
		extent *= max(d, 1)
	}
	return n, nil
}
