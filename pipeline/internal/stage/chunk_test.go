package stage

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func TestChunksHoldEverySampleOnceAndDoNotDependOnTheCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.Uint32Range(0, 1<<20).Draw(t, "first")
		count, size := rapid.IntRange(0, 500).Draw(t, "count"), rapid.IntRange(1, 120).Draw(t, "size")
		chunks, more := Chunks(first, count, size), Chunks(first, count+size, size)
		next := first
		for i, c := range chunks {
			if c.First != next || c.Count < 1 || c.Count > size {
				t.Fatalf("chunk %d is %v", i, c)
			}
			if c.Count == size && more[i] != c {
				t.Fatalf("chunk %d is %v, with more samples %v", i, c, more[i])
			}
			next += uint32(c.Count)
		}
		if next != first+uint32(count) {
			t.Fatalf("ends at %d", next)
		}
	})
}

func TestEachDoesEverythingOnce(t *testing.T) {
	for _, workers := range []int{0, 1, 3, 50} {
		var mu sync.Mutex
		var done []int
		err := Each(context.Background(), workers, 20, func(_ context.Context, i int) error {
			mu.Lock()
			defer mu.Unlock()
			done = append(done, i)
			return nil
		})
		slices.Sort(done)
		if err != nil || len(done) != 20 || done[0] != 0 || done[19] != 19 {
			t.Errorf("%d workers: %v %v", workers, done, err)
		}
	}
}

func TestEachStopsAtTheFirstErrorAndWhenToldTo(t *testing.T) {
	broken := errors.New("broken")
	started := 0
	if err := Each(context.Background(), 1, 100, func(_ context.Context, i int) error {
		started++
		if i == 3 {
			return broken
		}
		return nil
	}); !errors.Is(err, broken) || started > 5 {
		t.Errorf("%v after %d", err, started)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if err := Each(ctx, 2, 100, func(context.Context, int) error { t.Error("started"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
