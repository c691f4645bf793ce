package nbb

import (
	"context"
	"errors"
	"fmt"
	"math"

	"rewriting/compute"
)

// ErrNone says that two pictures have no best buddies: there is nothing to warp along.
var ErrNone = errors.New("no correspondence")

// Options are the settings of a search.
type Options struct {
	Threshold float64 // τ: least stretched energy of a pair, 0 to 1
	Pairs     int     // kept per level
	Fast      bool    // stop at level 2 instead of the finest
	Seed      uint64  // of the clusters
	// Tolerance is the mean change of the loss that ends an inversion: a share of the mean square of the wanted features, so that
	// networks of any scale are inverted as well as each other; or, with Absolute, the number itself, as in the released code.
	Tolerance float64
	Absolute  bool
}

// Default are the settings of the released code, but for the scale of the tolerance.
func Default() Options { return Options{Threshold: 0.05, Pairs: 10, Fast: true, Tolerance: 0.001} }

// Search finds the best buddies of pictures with one target. It is safe for concurrent use.
type Search struct {
	network *Network
	options Options
	target  []*compute.Tensor // plain features of the target, finest first
}

// NewSearch computes the features of the target [1,3,R,R], once for all pictures.
func NewSearch(ctx context.Context, n *Network, target *compute.Tensor, o Options) (*Search, error) {
	if o.Pairs < 1 {
		return nil, fmt.Errorf("%d pairs a level: must be at least 1", o.Pairs)
	}
	features, err := n.Features(ctx, target)
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	return &Search{n, o, features}, nil
}

// borderOf is how near the picture's edge a point may lie: 7 pixels of 224, in proportion.
func borderOf(size int) int { return int(math.Round(7 * float64(size) / 224)) }

// patches gives half the side of a patch and the search radius of a level; depth counts from the coarsest. The upper three levels have small
// ones (spec: baselines 7.2).
func patches(depth int) (half, radius int) {
	if depth < 3 {
		return 1, 2
	}
	return 2, 3
}

// Pairs are the best buddies of a picture [1,3,R,R] and the target, in pixels of the network's size, the coarser
// levels' strongest by cluster: Options.Pairs of them at most. Where there are none the error is ErrNone.
func (s *Search) Pairs(ctx context.Context, picture *compute.Tensor) ([]Pair, error) {
	plain, err := s.network.Features(ctx, picture)
	if err != nil {
		return nil, err
	}
	top := len(plain) - 1
	last := s.last()
	a, b := plain[top], s.target[top]
	ab := identity(a.Dim(2))
	ba := identity(a.Dim(2))
	var pairs []buddy
	for at := top; ; at-- {
		half, radius := patches(top - at)
		l := &level{size: a.Dim(2), radius: radius, a: energiesOf(plain[at]), b: energiesOf(s.target[at])}
		ga, gb := newGrid(a, half).normalise(), newGrid(b, half).normalise()
		l.ab, l.ba = match(ga, gb, ab, radius), match(gb, ga, ba, radius)
		if at == top {
			pairs = l.all()
		} else {
			pairs = l.below(pairs)
		}
		pairs = limit(l.strong(pairs, s.options.Threshold), s.options.Pairs, s.options.Seed)
		if len(pairs) == 0 {
			return nil, ErrNone
		}
		if at == last {
			found := finish(pairs, s.cell(), s.network.size, borderOf(s.network.size))
			if len(found) == 0 {
				return nil, ErrNone
			}
			return found, nil
		}
		if a, b, err = s.transfer(ctx, at, half, plain, l); err != nil {
			return nil, err
		}
		ab, ba = l.ab.doubled(l.size), l.ba.doubled(l.size)
	}
}

// last is the finest level that is searched.
func (s *Search) last() int {
	if s.options.Fast {
		return 1
	}
	return 0
}

// cell is the side of a cell of that level in pixels of the network's size.
func (s *Search) cell() int { return s.network.size / s.network.shapes[s.last()][2] }

// transfer makes the features that the level below is matched by: half its plain features and half those of the other picture, carried along the
// matches of this level and inverted down to the level below. Half is that of a patch.
func (s *Search) transfer(ctx context.Context, at, half int, plain []*compute.Tensor, l *level) (a, b *compute.Tensor, err error) {
	one := func(from *compute.Tensor, m matching, own *compute.Tensor) (*compute.Tensor, error) {
		want := carry(newGrid(from, half), m)
		tolerance := s.options.Tolerance
		if !s.options.Absolute {
			tolerance *= compute.L2(want.Data, make([]float32, len(want.Data))) / float64(len(want.Data))
		}
		x, _, err := s.network.invert(ctx, at, want, tolerance)
		if err != nil {
			return nil, err
		}
		compute.Add(x.Data, x.Data, own.Data)
		compute.Scale(x.Data, 0.5)
		return x, nil
	}
	if a, err = one(s.target[at], l.ab, plain[at-1]); err != nil {
		return nil, nil, err
	}
	b, err = one(plain[at], l.ba, s.target[at-1])
	return a, b, err
}
