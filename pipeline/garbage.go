package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// Garbage may gather to the larger of leastGarbage and leastShare percent of what is alive before it is collected. Nearly all of it is arrays
// without pointers, so collecting often costs little where the heap is large, and keeps the peak near what is alive: training
// a network of 1024 pixels holds gigabytes. Where the heap is small, collecting often is a tenth of all time.
const (
	leastGarbage = 64 << 20
	leastShare   = 15
)

// leastLimit is how much memory, with what is free and not yet given back to the system, a run may have before the collector is
// asked to hurry; where more is alive, the limit is as far above that as garbage may gather, so that it never works in vain. Without one, maps of a
// generator of 1024 pixels leave as much free memory behind them as is in use.
const leastLimit = 3500 << 20

// boundGarbage sets the collector's pace now and after every collection, by what that one found alive. GOGC in the environment
// is the user's own choice and stays.
func boundGarbage() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(leastShare) // the first collection comes early and says what is alive
	pace, limit := 0, int64(0)
	limited := os.Getenv("GOMEMLIMIT") != "" // by the user
	var afterwards func(*sentinel)
	afterwards = func(s *sentinel) {
		live := liveHeap()
		if p := garbagePercent(live); p != pace { // setting it stops the world
			pace = p
			debug.SetGCPercent(p)
		}
		if own := memoryLimit(live); !limited && own != limit {
			limit = own
			debug.SetMemoryLimit(own)
		}
		runtime.SetFinalizer(s, afterwards)
	}
	runtime.SetFinalizer(&sentinel{}, afterwards)
}

// sentinel is garbage at once, so its finalizer runs after the next collection.
type sentinel struct{ _ [16]byte } // of a size that is not allocated together with other objects

// garbagePercent is GOGC for a heap of live bytes, in steps of a sixth so that it does not change with every breath.
func garbagePercent(live uint64) int {
	p := leastShare
	for p < 2000 && uint64(p)*live < 100*leastGarbage {
		p += max(p/6, 1)
	}
	return p
}

// memoryLimit is the limit for a heap of live bytes, in steps of 64 MiB.
func memoryLimit(live uint64) int64 {
	const step = 64 << 20
	live = min(live, 1<<60)
	return int64(max(leastLimit, (live+live*leastShare/100)/step*step))
}

// liveHeap is what the last collection found alive.
func liveHeap() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		return 1 << 62
	}
	return s[0].Value.Uint64()
}
