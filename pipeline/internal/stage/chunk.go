package stage

import (
	"context"
	"fmt"
	"sync"

	"rewriting/compute"
)

// Range is a run of consecutive samples.
type Range struct {
	First uint32 // seed of the first
	Count int
}

// String is the name of the range's file, such as "000100-000199": it sorts like the numbers.
func (r Range) String() string {
	return fmt.Sprintf("%06d-%06d", r.First, r.First+uint32(r.Count)-1)
}

// Chunks cuts count samples from seed first into runs of size. The boundaries depend on first and size only, so more samples,
// other workers or shards leave every full chunk as it is.
func Chunks(first uint32, count, size int) []Range {
	var out []Range
	for at := 0; at < count; at += size {
		out = append(out, Range{First: first + uint32(at), Count: min(size, count-at)})
	}
	return out
}

// Each calls do for 0 <= i < n from the given number of goroutines, in order of start. It returns when all that were
// started have ended: the first error stops the rest from starting, as does ctx.
func Each(ctx context.Context, workers, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		wait sync.WaitGroup
		next = make(chan int)
	)
	for range max(1, min(workers, n)) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := range next {
				release := compute.Occupy() // one piece of work a processor, rather than one operation on many
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
				release()
			}
		}()
	}
feed:
	for i := range n {
		select {
		case <-ctx.Done():
			break feed
		default:
		}
		select {
		case next <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	wait.Wait()
	return context.Cause(ctx)
}
