package compute

import (
	"math/bits"
	"sync"
)

// scratch lends float32 buffers by size class, so that the packed copies inside an operation do not trouble the
// garbage collector. Contents are arbitrary.
var scratch [48 * classesPerDoubling]sync.Pool

// classesPerDoubling keeps a buffer from being more than a quarter larger than asked: those of large maps are hundreds of
// megabytes.
const classesPerDoubling = 4

// borrow returns a buffer of n elements and a function that gives it back.
func borrow(n int) (buf []float32, release func()) {
	class, size := sizeClass(n)
	p, ok := scratch[class].Get().(*[]float32)
	if !ok {
		b := make([]float32, size)
		p = &b
	}
	return (*p)[:n], func() { scratch[class].Put(p) }
}

// sizeClass is the number of the smallest class that holds n elements, and how many it holds: 2^e, 5/4, 6/4 or 7/4 of it.
func sizeClass(n int) (class, size int) {
	n = max(n, 64)
	e := bits.Len(uint(n)) - 1
	quarter := 1 << (e - 2)
	quarters := (n + quarter - 1) / quarter // 4 to 8
	return e*classesPerDoubling + quarters - 4, quarters * quarter
}
