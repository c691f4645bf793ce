package rewrite

import (
	"context"
	"fmt"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/sessions"
)

// KeyMethod says how the update directions are found from the context.
type KeyMethod string

// The key methods of the released code.
const (
	ZCA         KeyMethod = "zca"         // top singular vectors of the whitened context keys (App. D): the default
	SVD         KeyMethod = "svd"         // left singular vectors of C⁻¹ times the weighted keys
	Mean        KeyMethod = "mean"        // the mean of C⁻¹ times the weighted keys: one direction (Eqn. 16)
	GANDissect  KeyMethod = "gandissect"  // one-hot rows: the units whose context values lie highest in their distribution
	NormDissect KeyMethod = "normdissect" // one-hot rows: the units of the largest mean square relative to normal (App. E)
)

// KeyMethods lists the key methods, the default first.
func KeyMethods() []KeyMethod { return []KeyMethod{ZCA, SVD, Mean, GANDissect, NormDissect} }

// Basis spans the directions in which a weight may change.
type Basis struct {
	D        *compute.Tensor // [S,In], orthonormal rows, most important first
	Units    []int           // for one-hot directions the units of the rows, else nil
	Scores   []float64       // singular values or unit scores of the rows
	Counts   []int           // cells of each region with a positive weight
	Warnings []string        // what a user should know, such as a rank that could not be had
}

// Directions finds at most rank directions in the keys under the painted regions: fewer, with a warning,
// when the context has fewer cells or the layer fewer channels (spec: method 4). GANDissect reads the whole
// table a second time.
func Directions(ctx context.Context, method KeyMethod, cut gan.Cut, moment *Moment, table *compute.Tensor,
	regions []sessions.Region, rank int) (*Basis, error) {
	if rank < 1 {
		return nil, fmt.Errorf("directions: rank %d, must be at least 1", rank)
	}
	if moment.In != cut.Layer().In {
		return nil, fmt.Errorf("directions: the second moment has %d channels, %s has %d", moment.In, cut.Layer().Name, cut.Layer().In)
	}
	keys, err := contextOf(ctx, cut, table, regions)
	if err != nil {
		return nil, fmt.Errorf("directions: %w", err)
	}
	out := &Basis{Counts: keys.counts}
	switch method {
	case ZCA:
		err = out.whitened(keys, moment, rank)
	case SVD:
		err = out.unwhitened(keys, moment, rank)
	case Mean:
		err = out.mean(keys, moment, rank)
	case GANDissect:
		var scores []float64
		if scores, err = quantileScores(ctx, cut, table, keys); err == nil {
			out.units(scores, rank)
		}
	case NormDissect:
		out.units(normScores(keys, moment), rank)
	default:
		err = fmt.Errorf("unknown key method %q; there are %v", method, KeyMethods())
	}
	if err != nil {
		return nil, fmt.Errorf("directions: %w", err)
	}
	return out, nil
}

// limit reduces the rank to what the context and the layer can give.
func (b *Basis) limit(rank, cells, channels int) int {
	if n := min(rank, cells, channels); n < rank {
		b.Warnings = append(b.Warnings, fmt.Sprintf("rank %d reduced to %d: the context has %d cells, the layer %d channels",
			rank, n, cells, channels))
		return n
	}
	return rank
}
