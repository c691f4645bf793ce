package fidlayers

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"rewriting/metrics/fid"
	"rewriting/pipeline/internal/npy"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// Distance is the FID of two sets at one size.
type Distance struct {
	Pixels int     `json:"pixels"`
	Value  float64 `json:"value"`
	Error  float64 `json:"standard_error"` // by resampling batches; 0 where nothing was resampled
	Means  float64 `json:"means"`          // the part of the value that the means make
	Ranks  [2]int  `json:"ranks"`          // of the covariances
	N      int     `json:"n"`
}

func readDistances(payload []byte) (distanceList, error) {
	var d distanceList
	return d, json.Unmarshal(payload, &d)
}

// comparison is two sets of features, each in some sizes: [samples, sizes, features].
type comparison struct {
	a, b           *study.Stage
	sizesA, sizesB []int // those of b are among those of a
	n, batch, dim  int
	resamples      int
}

// measure is the distance at every size of b. Features are added up image after image, so that no sum depends on where chunks begin.
func (c *comparison) measure(ctx context.Context, in *study.Reader, m study.Meter) ([]Distance, error) {
	var out []Distance
	for i, pixels := range c.sizesB {
		a, err := c.gather(in, c.a, slices.Index(c.sizesA, pixels), len(c.sizesA))
		if err != nil {
			return nil, err
		}
		b, err := c.gather(in, c.b, i, len(c.sizesB))
		if err != nil {
			return nil, err
		}
		r, err := fid.Distance(a.whole, b.whole)
		if err != nil {
			return nil, fmt.Errorf("%d pixels: %w", pixels, err)
		}
		d := Distance{Pixels: pixels, Value: r.Value, Means: r.Means, Ranks: r.Ranks, N: b.whole.N}
		if d.Error, err = c.spread(ctx, a, b, uint64(pixels), m); err != nil {
			return nil, fmt.Errorf("%d pixels: %w", pixels, err)
		}
		if c.resamples == 0 {
			m.Add(1)
		}
		out = append(out, d)
	}
	return out, nil
}

// sums are the statistics of a set, and of each batch of it where sets are resampled.
type sums struct {
	whole   *fid.Statistics
	batches []*fid.Statistics
}

// gather adds up the features of one size of a stage.
func (c *comparison) gather(in *study.Reader, st *study.Stage, size, sizes int) (*sums, error) {
	s := &sums{whole: fid.New(c.dim)}
	err := in.Chunks(st, func(_ stage.Range, payload []byte) error {
		shape, data, err := npy.ReadFloat32(payload)
		if err != nil {
			return err
		}
		for i := range shape[0] {
			x := data[(i*sizes+size)*c.dim:][:c.dim]
			if c.resamples > 0 {
				if s.whole.N%c.batch == 0 {
					s.batches = append(s.batches, fid.New(c.dim))
				}
				s.batches[len(s.batches)-1].Add(x)
			}
			s.whole.Add(x)
		}
		return nil
	})
	return s, err
}

// spread is the standard error of the distance: its standard deviation over resamples of both sets. Batches are drawn rather than
// images, because the patches of a batch share their place. Resampled sets repeat images and so lie farther apart than the
// sets themselves: only the spread is used, never the level.
func (c *comparison) spread(ctx context.Context, a, b *sums, purpose uint64, m study.Meter) (float64, error) {
	if c.resamples < 2 {
		return 0, nil
	}
	random := rand.New(rand.NewPCG(1, purpose))
	draw := func(s *sums) *fid.Statistics {
		out := fid.New(c.dim)
		for range s.batches {
			out.Merge(s.batches[random.IntN(len(s.batches))])
		}
		return out
	}
	var sum, squares float64
	for range c.resamples {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		r, err := fid.Distance(draw(a), draw(b))
		if err != nil {
			return 0, err
		}
		sum += r.Value
		squares += r.Value * r.Value
		m.Add(1)
	}
	n := float64(c.resamples)
	return math.Sqrt(max(0, (squares-sum*sum/n)/(n-1))), nil
}

// cost times one distance of made-up features and multiplies.
func (c *comparison) cost() (float64, error) {
	random := rand.New(rand.NewPCG(2, 0))
	var sets [2]*fid.Statistics
	for i := range sets {
		sets[i] = fid.New(c.dim)
		x := make([]float32, c.dim)
		for range c.dim + 2 {
			for j := range x {
				x[j] = random.Float32()
			}
			sets[i].Add(x)
		}
	}
	started := time.Now()
	_, err := fid.Distance(sets[0], sets[1])
	return time.Since(started).Seconds() * float64(len(c.sizesB)*max(1, c.resamples)), err
}
