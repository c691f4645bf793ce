package compute

import (
	"runtime"
	"sync/atomic"
	"time"
)

// Helpers are goroutines that take parts of somebody's work. They are made only while fewer goroutines compute than there
// are processors, so that an operation spreads over the processors that nobody else computes on: a program that
// renders one image per processor gets no helpers, one that optimises a single weight gets them all.
var (
	occupied  atomic.Int64 // goroutines that said so by Occupy
	inside    atomic.Int64 // callers inside Split
	helpers   atomic.Int64
	lingering atomic.Int64 // helpers without work
	offered   atomic.Pointer[task]
)

// spare is how many of the processors nobody computes on; below zero there are too many helpers.
func spare(processors int64) int64 {
	return processors - max(occupied.Load(), inside.Load()) - helpers.Load()
}

// Occupy says that this goroutine computes until release is called, between its operations as well: no operation takes its
// processor meanwhile. Programs that keep every processor busy with work of its own, such as one image each, call it.
func Occupy() (release func()) {
	occupied.Add(1)
	return func() { occupied.Add(-1) }
}

const (
	// partsEach is how many parts there are for every processor: parts that take different times then even out.
	partsEach = 4
	// wakingParts is how many parts, of some ten microseconds each, are worth waking a processor for, which takes about
	// fifty.
	wakingParts = 8
	// patience is how long a helper without work stays awake: operations come one soon after the other.
	patience = time.Millisecond
)

// Split calls f for consecutive parts [lo,hi) that make up [0,n), on this goroutine and on processors that no other
// call of Split is using, and returns when all are done. Parts are at least grain long, except the last, and grain should
// stand for some ten microseconds; work of a single part runs directly. Calls may be nested and concurrent; none waits
// for a processor to become free, and a helper leaves when another caller wants its processor. See Occupy, too.
//
// How n is divided depends on GOMAXPROCS and on the load. So that results do not, f must compute every element
// of a result in the same way whatever part it is in: divide what is written, never a sum.
func Split(n, grain int, f func(lo, hi int)) { split(n, grain, n >= wakingParts*grain, f) }

// split is Split for work of which is known whether it is worth waking a processor for.
func split(n, grain int, worth bool, f func(lo, hi int)) {
	if n <= max(grain, 1) {
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
	inside.Add(1)
	free := spare(processors)
	awake := lingering.Load()
	if !worth {
		free = 0
	}
	if free <= 0 && awake == 0 {
		inside.Add(-1) // what f divides may be worth more
		f(0, n)
		return
	}
	defer inside.Add(-1)
	size := max(grain, 1, n/(partsEach*int(processors)))
	t := &task{n: n, size: size, parts: int64((n + size - 1) / size), f: f, finished: make(chan struct{})}
	if awake > 0 {
		offered.Store(t)
		defer offered.CompareAndSwap(t, nil)
	}
	for range min(t.parts-1-awake, free) {
		if helpers.Add(1); spare(processors) < 0 {
			helpers.Add(-1)
			break
		}
		go help(t, processors)
	}
	for t.work() {
	}
	t.wait()
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

// wait returns when the parts that helpers took are done. They are about to be: staying awake is cheaper than being woken.
func (t *task) wait() {
	for range 1000 {
		if t.done.Load() == t.parts {
			return
		}
		runtime.Gosched()
	}
	<-t.finished
}

// help works on a task and then on what is offered, until there has been nothing for a while.
func help(t *task, processors int64) {
	defer helpers.Add(-1)
	for t != nil {
		for t.work() && spare(processors) >= 0 {
		}
		t = linger(processors)
	}
}

// linger waits for an offer.
func linger(processors int64) *task {
	lingering.Add(1)
	defer lingering.Add(-1)
	for until := time.Now().Add(patience); spare(processors) >= 0 && time.Now().Before(until); runtime.Gosched() {
		if t := offered.Load(); t != nil && t.taken.Load() < t.parts {
			return t
		}
	}
	return nil
}
