package compute

import (
	"fmt"
	"slices"
)

// Tensor is a dense float32 array in row-major order. Image batches are N, C, H, W.
// The zero-rank tensor is a scalar with one element. Tensors are plain data: nothing
// in this package keeps a reference to an argument after it returns.
type Tensor struct {
	Shape []int
	Data  []float32
}

// New returns a zeroed tensor. It panics when a dimension is negative: shapes are
// checked where foreign data enters the program, so a bad one here is a bug.
func New(shape ...int) *Tensor {
	return &Tensor{Shape: slices.Clone(shape), Data: make([]float32, count(shape))}
}

// From wraps data (no copy). It panics when the shape does not hold exactly len(data) elements.
func From(data []float32, shape ...int) *Tensor {
	if n := count(shape); n != len(data) {
		panic(fmt.Sprintf("compute: shape %v holds %d elements, data has %d", shape, n, len(data)))
	}
	return &Tensor{Shape: slices.Clone(shape), Data: data}
}

func count(shape []int) int {
	n := 1
	for _, d := range shape {
		if d < 0 {
			panic(fmt.Sprintf("compute: negative dimension in shape %v", shape))
		}
		n *= d
	}
	return n
}

// Len is the number of elements.
func (t *Tensor) Len() int { return len(t.Data) }

// Dim is the length of axis i; negative i counts from the end.
func (t *Tensor) Dim(i int) int {
	if i < 0 {
		i += len(t.Shape)
	}
	return t.Shape[i]
}

// Clone returns a deep copy.
func (t *Tensor) Clone() *Tensor {
	return &Tensor{Shape: slices.Clone(t.Shape), Data: slices.Clone(t.Data)}
}

// Reshape returns a view of the same data with another shape of equal size; it panics otherwise.
func (t *Tensor) Reshape(shape ...int) *Tensor { return From(t.Data, shape...) }

// Item returns a view of entry n of the first axis, keeping that axis with length one.
func (t *Tensor) Item(n int) *Tensor {
	size := len(t.Data) / t.Shape[0]
	shape := slices.Clone(t.Shape)
	shape[0] = 1
	return &Tensor{Shape: shape, Data: t.Data[n*size : (n+1)*size]}
}

// SameShape reports whether both tensors have equal shapes.
func (t *Tensor) SameShape(u *Tensor) bool { return slices.Equal(t.Shape, u.Shape) }

// String gives the shape only; tensors are too large to print by accident.
func (t *Tensor) String() string { return fmt.Sprintf("Tensor%v", t.Shape) }
