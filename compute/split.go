package compute

import (
	"runtime"
	"sync/atomic"
)

// busy counts the goroutines that are inside Split. Helpers are taken only while it is below GOMAXPROCS, so that an
// operation spreads over the processors that nobody else computes on: a program that renders one image per processor
// gets no helpers, one that optimises a single weight gets them all.
var busy atomic.Int64

// partsEach is how many parts there are for every processor: parts that take different times then even out.
const partsEach = 4

// Split calls f for consecutive parts [lo,hi) that make up [0,n), on this goroutine and on processors that no other
// call of Split is using, and returns when all are done. A helper leaves when another caller wants its processor. Parts are at least grain long, except the last; work of a
// single part runs directly. Calls may be nested and concurrent; none waits for a processor to become free.
//
// How n is divided depends on GOMAXPROCS and on the load. So that results do not, f must compute every element
// of a result in the same way whatever part it is in: divide what is written, never a sum.
func Split(n, grain int, f func(lo, hi int)) {
	if n <= grain || n <= 1 {
		if n > 0 {
			f(0, n)
		}
		return
	}
	processors := int64(runtime.GOMAXPROCS(0))
	if processors == 1 {
		f(0, n)
		return
	}
	defer busy.Add(-1)
	if busy.Add(1) >= processors {
		f(0, n)
		return
	}
	size := max(grain, 1, n/(partsEach*int(processors)))
	t := &task{n: n, size: size, parts: int64((n + size - 1) / size), f: f, finished: make(chan struct{})}
	for range min(t.parts, processors) - 1 {
		if busy.Add(1) > processors {
			busy.Add(-1)
			break
		}
		go func() {
			defer busy.Add(-1)
			for t.work() && busy.Load() <= processors {
			}
		}()
	}
	for t.work() {
	}
	<-t.finished
}

// task is one call of Split. A helper that comes too late finds no part left and is waited for by nobody.
type task struct {
	n, size     int
	parts       int64
	f           func(lo, hi int)
	taken, done atomic.Int64
	finished    chan struct{}
}

// work does one part and reports whether there may be more.
func (t *task) work() bool {
	i := t.taken.Add(1) - 1
	if i >= t.parts {
		return false
	}
	lo := int(i) * t.size
	t.f(lo, min(lo+t.size, t.n))
	if t.done.Add(1) == t.parts {
		close(t.finished)
	}
	return true
}
