package onnx

// element lists the Go types that hold elements.
type element interface {
	float32 | float64 | int64 | int32 | uint8 | bool
}

// number is element without bool.
type number interface {
	float32 | float64 | int64 | int32 | uint8
}

// copyRange copies n elements of src from index s to dst at index d; both have the same storage.
func copyRange(dst *Value, d int, src *Value, s, n int) {
	switch dst.Type.storage() {
	case inF32:
		copy(dst.F32[d:d+n], src.F32[s:s+n])
	case inF64:
		copy(dst.F64[d:d+n], src.F64[s:s+n])
	case inI64:
		copy(dst.I64[d:d+n], src.I64[s:s+n])
	case inI32:
		copy(dst.I32[d:d+n], src.I32[s:s+n])
	case inU8:
		copy(dst.U8[d:d+n], src.U8[s:s+n])
	case inBool:
		copy(dst.Bool[d:d+n], src.Bool[s:s+n])
	}
}

// copyStrided fills dst in row-major order with src elements at offset + sum of index*stride.
// Transposes, slices, broadcasts and tilings are all this one loop with different strides.
func copyStrided(dst, src *Value, shape, strides []int, offset int) {
	switch dst.Type.storage() {
	case inF32:
		gatherStrided(dst.F32, src.F32, shape, strides, offset)
	case inF64:
		gatherStrided(dst.F64, src.F64, shape, strides, offset)
	case inI64:
		gatherStrided(dst.I64, src.I64, shape, strides, offset)
	case inI32:
		gatherStrided(dst.I32, src.I32, shape, strides, offset)
	case inU8:
		gatherStrided(dst.U8, src.U8, shape, strides, offset)
	case inBool:
		gatherStrided(dst.Bool, src.Bool, shape, strides, offset)
	}
}

func gatherStrided[T element](dst, src []T, shape, strides []int, offset int) {
	if len(dst) == 0 {
		return
	}
	if len(shape) == 0 {
		dst[0] = src[offset]
		return
	}
	last := len(shape) - 1
	n, step := shape[last], strides[last]
	walk(shape[:last], func(i int, at []int) {
		from := offset
		for a, k := range at {
			from += k * strides[a]
		}
		row := dst[i*n : (i+1)*n]
		switch step {
		case 1:
			copy(row, src[from:from+n])
		default:
			for j := range row {
				row[j] = src[from+j*step]
			}
		}
	})
}

// walk calls visit for every index of a shape in row-major order. The slice at is reused.
func walk(shape []int, visit func(i int, at []int)) {
	walkPart(shape, 0, product(shape), visit)
}

// walkPart visits the elements lo to hi-1 of them.
func walkPart(shape []int, lo, hi int, visit func(i int, at []int)) {
	at := make([]int, len(shape))
	for i, a := lo, len(shape)-1; a >= 0 && i > 0; a-- {
		at[a] = i % shape[a]
		i /= shape[a]
	}
	for i := lo; i < hi; i++ {
		visit(i, at)
		for a := len(at) - 1; a >= 0; a-- {
			if at[a]++; at[a] < shape[a] {
				break
			}
			at[a] = 0
		}
	}
}

// rowMajor gives the strides of a dense array.
func rowMajor(shape []int) []int {
	strides := make([]int, len(shape))
	n := 1
	for i := len(shape) - 1; i >= 0; i-- {
		strides[i] = n
		n *= shape[i]
	}
	return strides
}
