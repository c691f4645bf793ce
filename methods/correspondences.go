package methods

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"

	"rewriting/compute"
	"rewriting/nbb"
	"rewriting/onnx"
)

// pyramid prepares the task's feature network, once for all rows that look through it alike.
func (t Task) pyramid() (*nbb.Network, error) {
	if t.Features == nil {
		return nil, errors.New("needs features: the network whose levels are matched, such as features = \"vgg19.onnx\"")
	}
	type key struct {
		model  *onnx.Model
		levels string
		size   int
	}
	network, err := shared(t.Shared, key{t.Features, strings.Join(t.Params.FeatureLevels, "\n"), t.Params.FeatureSize}, func() (*nbb.Network, error) {
		return nbb.NewNetwork(t.Features, t.Params.FeatureLevels, t.Params.FeatureSize)
	})
	if err != nil {
		return nil, fmt.Errorf("feature_levels = %q: %w", t.Params.FeatureLevels, err)
	}
	return network, nil
}

// correspondences are the pairs of samples with one target, found once for all rows that want them. A bounded number is kept: rows ask for a
// sample one after the other.
type correspondences struct {
	search *nbb.Search

	mu    sync.Mutex
	known map[picture][]nbb.Pair
	order []picture // oldest first
}

// picture names the pixels of a picture.
type picture [sha256.Size]byte

const keptSamples = 256

func (t Task) correspondences(target *compute.Tensor) (*correspondences, error) {
	network, err := t.pyramid()
	if err != nil {
		return nil, err
	}
	o := nbb.Default()
	o.Threshold, o.Pairs, o.Fast, o.Absolute = t.Params.Threshold, t.Params.Pairs, t.Params.Fast, t.Params.Official
	type key struct {
		network *nbb.Network
		options nbb.Options
		target  picture
	}
	return shared(t.Shared, key{network, o, pictureOf(target)}, func() (*correspondences, error) {
		search, err := nbb.NewSearch(context.Background(), network, target, o)
		return &correspondences{search: search, known: map[picture][]nbb.Pair{}}, err
	})
}

// pairs are those of a picture; none where nothing corresponds.
func (c *correspondences) pairs(ctx context.Context, x *compute.Tensor) ([]nbb.Pair, error) {
	key := pictureOf(x)
	c.mu.Lock()
	pairs, ok := c.known[key]
	c.mu.Unlock()
	if ok {
		return pairs, nil
	}
	pairs, err := c.search.Pairs(ctx, x)
	if err != nil && !errors.Is(err, nbb.ErrNone) {
		return nil, err
	}
	c.keep(key, pairs)
	return pairs, nil
}

// keep remembers what was found, and forgets the oldest.
func (c *correspondences) keep(key picture, pairs []nbb.Pair) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.known[key]; ok {
		return
	}
	c.known[key] = pairs
	if c.order = append(c.order, key); len(c.order) > keptSamples {
		delete(c.known, c.order[0])
		c.order = c.order[1:]
	}
}

func pictureOf(x *compute.Tensor) picture {
	b := make([]byte, 0, 4*len(x.Data))
	for _, v := range x.Data {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return sha256.Sum256(b)
}
