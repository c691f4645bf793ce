package latent

import (
	"sync"
	"sync/atomic"

	"rewriting/compute"
)

// noise holds the longest prefix of RandomState(0)'s normals asked for so far. Readers take the
// slice without a lock; only growing it needs one.
var noise struct {
	prefix atomic.Pointer[[]float32]
	grow   sync.Mutex
	state  *RandomState
}

// Noise returns what a noise layer of the released StyleGAN2 draws for a batch of maps of h x w cells:
// [n,1,h,w], the first n*h*w normals of a fresh RandomState(0). Every layer starts the stream anew in
// every call, so that layers of one resolution share their map, and the image at position j of a batch sees
// normals j*h*w onwards: the same latent looks different at different positions. The noise buffers stored in
// checkpoints are never read (spec: generators, section 4).
//
// The result shares memory with other results and must not be written to. Noise is safe for concurrent use.
func Noise(n, h, w int) *compute.Tensor {
	count := n * h * w
	return compute.From(prefix(count)[:count:count], n, 1, h, w)
}

func prefix(count int) []float32 {
	if p := noise.prefix.Load(); p != nil && len(*p) >= count {
		return *p
	}
	noise.grow.Lock()
	defer noise.grow.Unlock()
	var old []float32
	if p := noise.prefix.Load(); p != nil {
		old = *p
	}
	if len(old) >= count {
		return old
	}
	if noise.state == nil {
		noise.state = NewRandomState(0)
	}
	// Earlier results keep the old array, so the longer prefix gets one of its own; it
	// at least doubles, which bounds the total copied by the final length.
	longer := make([]float32, max(count, 2*len(old)))
	copy(longer, old)
	noise.state.fill(longer[len(old):])
	noise.prefix.Store(&longer)
	return longer
}
