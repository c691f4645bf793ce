package metrics

import "rewriting/compute"

// Prepared holds what metrics derived from the clean side of one sample: masks, 8-bit pictures and
// numbers, by a key that names the network and settings they came from. An item is computed at most
// once, by whoever asks first; others wait. A failure is remembered as well.
//
// Beside these, which can be stored, it holds the features of the clean side's pictures while it is in memory.
//
// The zero value is empty.
type Prepared struct {
	derived memo[string] // *Mask, *compute.Tensor or []float64
	views   views
}

// NewPrepared returns an empty store.
func NewPrepared() *Prepared { return &Prepared{} }

// kept is where items are; nil where there is no store.
func (p *Prepared) kept() *memo[string] {
	if p == nil {
		return nil
	}
	return &p.derived
}

// mask returns the mask under key.
func (p *Prepared) mask(key string, derive func() (*Mask, error)) (*Mask, error) {
	return remember(p.kept(), "mask "+key, derive)
}

// picture returns the 8-bit picture under key, [1,3,H,W].
func (p *Prepared) picture(key string, derive func() (*compute.Tensor, error)) (*compute.Tensor, error) {
	return remember(p.kept(), "picture "+key, derive)
}

// numbers returns the numbers under key.
func (p *Prepared) numbers(key string, derive func() ([]float64, error)) ([]float64, error) {
	return remember(p.kept(), "numbers "+key, derive)
}
