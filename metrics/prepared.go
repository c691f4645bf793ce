package metrics

import (
	"fmt"
	"sync"

	"rewriting/compute"
)

// Prepared holds what metrics derived from the clean side of one sample: masks, 8-bit pictures and
// numbers, by a key that names the network and settings they came from. An item is computed at most
// once, by whoever asks first; others wait. A failure is remembered as well.
//
// The zero value is not ready; use NewPrepared, or UnmarshalBinary on a new one.
type Prepared struct {
	mu    sync.Mutex
	items map[string]*item
}

type item struct {
	once  sync.Once
	value any // *Mask, *compute.Tensor or []float64
	err   error
}

// NewPrepared returns an empty store.
func NewPrepared() *Prepared { return &Prepared{items: map[string]*item{}} }

func remember[T any](p *Prepared, key string, derive func() (T, error)) (T, error) {
	var none T
	if p == nil {
		return derive()
	}
	p.mu.Lock()
	it, ok := p.items[key]
	if !ok {
		it = new(item)
		p.items[key] = it
	}
	p.mu.Unlock()
	it.once.Do(func() {
		v, err := derive()
		it.value, it.err = v, err
	})
	if it.err != nil {
		return none, it.err
	}
	v, ok := it.value.(T)
	if !ok {
		return none, fmt.Errorf("prepared %s is stored as %T", key, it.value)
	}
	return v, nil
}

// mask returns the mask under key.
func (p *Prepared) mask(key string, derive func() (*Mask, error)) (*Mask, error) {
	return remember(p, "mask "+key, derive)
}

// picture returns the 8-bit picture under key, [1,3,H,W].
func (p *Prepared) picture(key string, derive func() (*compute.Tensor, error)) (*compute.Tensor, error) {
	return remember(p, "picture "+key, derive)
}

// numbers returns the numbers under key.
func (p *Prepared) numbers(key string, derive func() ([]float64, error)) ([]float64, error) {
	return remember(p, "numbers "+key, derive)
}
