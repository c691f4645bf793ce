package compute

import (
	"slices"
	"sync"
	"sync/atomic"

	"rewriting/compute/internal/kernel"
)

// reader gives a product its B: where possible the image itself, else a staged copy of it.
type reader struct {
	*readPlan
	buf      []float32
	giveBack func()
}

// readPlan is what a reader knows before it sees an image. It is immutable.
type readPlan struct {
	channels, h, w int
	oh, ow         int // of the product; a pointwise convolution is one long row
	layout         staging
	staged, placed []int // offsets in a staged copy and in the image itself
	stagedStep     int
	reach          int // elements of the image that products in place may read; 0: never in place
}

// planKey is all that a plan depends on.
type planKey struct {
	p                                     Params
	channels, kh, kw, h, w, oh, ow, lanes int
}

// plans remembers plans: for small images, listing the offsets anew would cost as much as the product. planLimit
// bounds how many; past it all are forgotten.
var (
	plans     sync.Map // of planKey to *readPlan
	planCount atomic.Int64
)

const planLimit = 1024

// readerFor prepares the reading of images of h x w with some channels.
func readerFor(p Params, channels, kh, kw, h, w, oh, ow int) *reader {
	key := planKey{p, channels, kh, kw, h, w, oh, ow, kernel.Lanes()}
	plan, ok := plans.Load(key)
	if !ok {
		if planCount.Add(1) > planLimit {
			plans.Clear()
			planCount.Store(1)
		}
		plan, _ = plans.LoadOrStore(key, newReadPlan(p, channels, kh, kw, h, w, oh, ow))
	}
	return &reader{readPlan: plan.(*readPlan), giveBack: func() {}}
}

func newReadPlan(p Params, channels, kh, kw, h, w, oh, ow int) *readPlan {
	plain := p.Stride == [2]int{1, 1} && p.Pad == [4]int{}
	if plain && kh == 1 && kw == 1 {
		h, w, oh, ow = 1, h*w, 1, oh*ow
	}
	r := &readPlan{channels: channels, h: h, w: w, oh: oh, ow: ow}
	r.layout = stagingFor(p, kh, kw, oh, ow)
	r.stagedStep = r.layout.rowStep(p, kh)
	r.staged = offsets(channels, kh, kw, p.Dilation, r.layout.offset)
	if plain {
		r.placed = offsets(channels, kh, kw, p.Dilation, func(c, ky, kx int) int { return (c*h+ky)*w + kx })
		r.reach = slices.Max(r.placed) + (oh-1)*w + ow
		if ow%kernel.Lanes() != 0 {
			r.reach += kernel.Slack
		}
	}
	return r
}

// offsets lists, in the order of a weight's elements, where each tap of each channel starts.
func offsets(channels, kh, kw int, dilation [2]int, at func(c, ky, kx int) int) []int {
	off := make([]int, 0, channels*kh*kw)
	for c := range channels {
		for ky := range kh {
			for kx := range kw {
				off = append(off, at(c, ky*dilation[0], kx*dilation[1]))
			}
		}
	}
	return off
}

// read sets b and off of a product for the image that x begins with, and returns the distance between its rows.
// The result is valid until the next call.
func (r *reader) read(m *product, x []float32) (step int) {
	if r.reach > 0 && r.reach <= len(x) {
		m.b, m.off = x, r.placed
		return r.w
	}
	if r.buf == nil {
		r.buf, r.giveBack = borrow(r.layout.len(r.channels))
	}
	r.layout.fill(r.buf, x, r.channels, r.h, r.w)
	m.b, m.off = r.buf, r.staged
	return r.stagedStep
}

// release gives the staged copy back.
func (r *reader) release() { r.giveBack() }
