package rewrite

import (
	"context"
	"fmt"
	"math"
	"slices"

	"rewriting/compute"
	"rewriting/gan"
)

// Ranking orders the images of a table by their strongest response to a key.
type Ranking struct {
	Images []Scored // best first
	Level  float64  // the 0.999 quantile of all responses: cells above it are shown as matches
}

// Scored is an image and its score.
type Scored struct {
	Image int
	Score float64
}

// highlight is the quantile of the responses above which a cell counts as a match.
const highlight = 0.999

// Rank computes the response d·k at every cell of every image of the table and returns the n images of the
// highest maximum (Fig. 7; spec: method 12). d has one number per channel: a row of a Basis or a QueryKey.
func Rank(ctx context.Context, cut gan.Cut, table *compute.Tensor, d []float64, n int, progress Progress) (*Ranking, error) {
	layer := cut.Layer()
	if len(d) != layer.In {
		return nil, fmt.Errorf("rank: a key of %d numbers for %d channels", len(d), layer.In)
	}
	total := table.Dim(0) * layer.KeySize * layer.KeySize
	top := &largest{keep: int(float64(total)*(1-highlight)) + 3}
	out := &Ranking{}
	err := scan(ctx, cut, table, progress,
		func(_ int, keys *compute.Tensor) [][]float32 { return responses(keys, d) },
		func(maps [][]float32) {
			for _, heat := range maps {
				out.Images = append(out.Images, Scored{len(out.Images), float64(slices.Max(heat))})
				top.add(heat)
			}
		})
	if err != nil {
		return nil, fmt.Errorf("rank: %w", err)
	}
	out.Level = top.quantile(highlight, total)
	slices.SortStableFunc(out.Images, func(a, b Scored) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return 0
	})
	out.Images = out.Images[:min(n, len(out.Images))]
	return out, nil
}

// Response is the map d·k of one state of batch 1, h*w values: what the interface draws over an image.
func Response(s *gan.State, d []float64) []float32 { return responses(s.Key, d)[0] }

func responses(keys *compute.Tensor, d []float64) [][]float32 {
	n, in := keys.Dim(0), keys.Dim(1)
	pixels := keys.Len() / (n * in)
	maps := make([][]float32, n)
	sum := make([]float64, pixels)
	for b := range n {
		clear(sum)
		for c, along := range d {
			for p, v := range keys.Data[(b*in+c)*pixels:][:pixels] {
				sum[p] += along * float64(v)
			}
		}
		maps[b] = make([]float32, pixels)
		for p, v := range sum {
			maps[b][p] = float32(v)
		}
	}
	return maps
}

// largest keeps the largest of many numbers.
type largest struct {
	keep   int
	values []float32
}

func (l *largest) add(values []float32) {
	l.values = append(l.values, values...)
	if len(l.values) > 4*l.keep+len(values) {
		l.prune()
	}
}

// prune sorts what there is, largest first, and cuts it to the wanted number.
func (l *largest) prune() {
	slices.SortFunc(l.values, func(a, b float32) int {
		switch {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	l.values = l.values[:min(l.keep, len(l.values))]
}

// quantile interpolates among n numbers of which the largest were kept; the number of rank r = 0, 1, ... stands
// at (r+1/2)/n.
func (l *largest) quantile(q float64, n int) float64 {
	l.prune()
	at := min(max(q*float64(n)-0.5, 0), float64(n-1))
	lo := math.Floor(at)
	low := l.values[n-1-int(lo)]
	high := l.values[max(n-2-int(lo), 0)]
	return float64(low) + (at-lo)*(float64(high)-float64(low))
}
