package onnx

import (
	"fmt"

	"rewriting/compute"
)

// broadcastShape applies the multidirectional broadcasting rule: shapes are aligned at their last
// axis, and an axis of length one stretches to the other's.
func broadcastShape(a, b []int) ([]int, error) {
	rank := max(len(a), len(b))
	out := make([]int, rank)
	for i := range rank {
		da, db := dimFromEnd(a, rank-i), dimFromEnd(b, rank-i)
		switch {
		case da == db || db == 1:
			out[i] = da
		case da == 1:
			out[i] = db
		default:
			return nil, fmt.Errorf("shapes %v and %v do not broadcast", a, b)
		}
	}
	return out, nil
}

func dimFromEnd(shape []int, k int) int {
	if k > len(shape) {
		return 1
	}
	return shape[len(shape)-k]
}

// broadcastStrides gives the strides with which an array of one shape is read as if it had the
// larger shape out: zero along stretched axes.
func broadcastStrides(shape, out []int) []int {
	own := rowMajor(shape)
	strides := make([]int, len(out))
	for i := range out {
		if k := len(out) - i; k <= len(shape) && shape[len(shape)-k] != 1 {
			strides[i] = own[len(shape)-k]
		}
	}
	return strides
}

// runs describes a broadcast pair as a sequence of equal runs: in each, a and b advance by one
// element per output element or stay where they are.
type runs struct {
	length       int // elements per run
	stepA, stepB int // 0 or 1
	shape        []int
	outerA       []int // strides over the outer shape
	outerB       []int
}

// newRuns merges neighbouring axes along which a and b behave alike, so that [N,C,H,W] with [1,C,1,1]
// becomes N*C runs of H*W, and equal shapes become one run.
func newRuns(a, b, out []int) runs {
	sa, sb := broadcastStrides(a, out), broadcastStrides(b, out)
	var shape, ma, mb []int
	for i, d := range out {
		if d == 1 {
			continue
		}
		if k := len(shape) - 1; k >= 0 && ma[k] == sa[i]*d && mb[k] == sb[i]*d {
			shape[k], ma[k], mb[k] = shape[k]*d, sa[i], sb[i]
			continue
		}
		shape, ma, mb = append(shape, d), append(ma, sa[i]), append(mb, sb[i])
	}
	if len(shape) == 0 {
		return runs{length: 1}
	}
	k := len(shape) - 1
	return runs{length: shape[k], stepA: ma[k], stepB: mb[k], shape: shape[:k], outerA: ma[:k], outerB: mb[:k]}
}

// passGrain is how many elements are worth a processor of their own: compute's own measure.
const passGrain = 1 << 15

// each calls span for every run with the part of a and b it reads: of length one where that side stays. Runs may be at work
// at the same time.
func each[A, B any](r runs, a []A, b []B, span func(at int, a []A, b []B)) {
	na, nb := 1, 1
	if r.stepA != 0 {
		na = r.length
	}
	if r.stepB != 0 {
		nb = r.length
	}
	compute.Split(product(r.shape), 1+passGrain/max(r.length, 1), func(lo, hi int) {
		walkPart(r.shape, lo, hi, func(i int, at []int) {
			ia, ib := 0, 0
			for k, n := range at {
				ia += n * r.outerA[k]
				ib += n * r.outerB[k]
			}
			span(i*r.length, a[ia:ia+na], b[ib:ib+nb])
		})
	})
}

// spread applies f element by element to one run.
func spread[A, B, R any](out []R, a []A, b []B, f func(A, B) R) {
	switch {
	case len(a) == len(out) && len(b) == len(out):
		for i, x := range a {
			out[i] = f(x, b[i])
		}
	case len(b) == 1:
		y := b[0]
		for i, x := range a {
			out[i] = f(x, y)
		}
	default:
		x := a[0]
		for i, y := range b {
			out[i] = f(x, y)
		}
	}
}
