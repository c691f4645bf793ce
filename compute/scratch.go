package compute

import (
	"math/bits"
	"sync"
)

// scratch lends float32 buffers by size class, so that the packed copies inside an operation do not trouble the
// garbage collector. Contents are arbitrary.
var scratch [48]sync.Pool

// borrow returns a buffer of n elements and a function that gives it back.
func borrow(n int) (buf []float32, release func()) {
	class := bits.Len(uint(max(n, 64) - 1))
	p, ok := scratch[class].Get().(*[]float32)
	if !ok {
		b := make([]float32, 1<<class)
		p = &b
	}
	return (*p)[:n], func() { scratch[class].Put(p) }
}
