package rewrite

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/sessions"
)

// batch is the number of latents in one call of the network when all of a table is read. It is part
// of the method's definition: a layer's noise depends on the position in the batch (spec: method 2).
const batch = 10

// Progress is told how far a long reading has come; it may be nil.
type Progress func(done, total int)

// scan runs the context model over the whole table in batches, hands each batch's keys to read (on
// several goroutines) and its results to add (on the caller's, in the order of the table): results
// do not depend on the number of processors.
func scan[T any](ctx context.Context, cut gan.Cut, table *compute.Tensor, progress Progress,
	read func(first int, keys *compute.Tensor) T, add func(T)) error {
	rows, dim := table.Dim(0), table.Dim(1)
	wave := runtime.GOMAXPROCS(0)
	results, failures := make([]T, wave), make([]error, wave)
	for start := 0; start < rows; start += wave * batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		var running sync.WaitGroup
		n := 0
		for first := start; first < rows && n < wave; first += batch {
			last := min(first+batch, rows)
			slot, z := n, compute.From(table.Data[first*dim:last*dim], last-first, dim)
			running.Go(func() {
				s, err := cut.Context(z)
				if err != nil {
					failures[slot] = fmt.Errorf("keys of images %d to %d: %w", first, last-1, err)
					return
				}
				results[slot] = read(first, s.Key)
			})
			n++
		}
		running.Wait()
		for i := range n {
			if failures[i] != nil {
				return failures[i]
			}
			add(results[i])
		}
		if progress != nil {
			progress(min(start+n*batch, rows), rows)
		}
	}
	return nil
}

// latentOf is the row of the table that belongs to a region, as a batch of one.
func latentOf(table *compute.Tensor, image int) (*compute.Tensor, error) {
	if image < 0 || image >= table.Dim(0) {
		return nil, fmt.Errorf("image %d is not in the table of %d latents", image, table.Dim(0))
	}
	return table.Item(image), nil
}

// Area is a region's soft mask at size x size cells; name says which region in errors.
func Area(name string, r sessions.Region, size int) (*sessions.Area, error) {
	if r.Mask == nil || r.Mask.Painted() == 0 {
		return nil, fmt.Errorf("%s (image %d): nothing is painted", name, r.Image)
	}
	a := r.Mask.Area(size, size)
	if a.Empty() {
		return nil, fmt.Errorf("%s (image %d): the painted area vanishes at %dx%d cells; paint a larger one or choose a higher layer",
			name, r.Image, size, size)
	}
	return a, nil
}
