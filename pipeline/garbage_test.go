package main

import "testing"

func TestTheMemoryLimitLeavesRoomForTheGarbageThatMayGather(t *testing.T) {
	for _, live := range []uint64{0, 1 << 20, 3 << 30, 5 << 30, 100 << 30, 1 << 63} {
		limit := memoryLimit(live)
		if limit < leastLimit || live < 1<<60 && float64(limit) < float64(live)*1.12 {
			t.Errorf("%d bytes alive: a limit of %d", live, limit)
		}
	}
}

func TestGarbageIsBoundByAShareOfALargeHeapAndByAFixedSizeInASmallOne(t *testing.T) {
	for _, live := range []uint64{64 << 10, 1 << 20, 30 << 20, 200 << 20, 700 << 20, 3 << 30} {
		p := garbagePercent(live)
		garbage := uint64(p) * live / 100
		switch {
		case p < leastShare, p > 2400:
			t.Errorf("%d bytes alive: GOGC=%d", live, p)
		case p < 2000 && garbage < leastGarbage:
			t.Errorf("%d bytes alive: only %d bytes of garbage before a collection", live, garbage)
		case p > leastShare && garbage > leastGarbage*5/4:
			t.Errorf("%d bytes alive: %d bytes of garbage before a collection", live, garbage)
		}
	}
}
