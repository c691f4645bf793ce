package onnx

import (
	"fmt"
	"math"
	"slices"

	"rewriting/compute"
)

// reducer folds float64 (or int64) numbers; ints go through i64 when it is set, else through float64.
type reducer struct {
	start  float64
	step   func(acc, x float64) float64
	finish func(acc float64, n int) float64 // nil keeps the accumulator
	empty  func(t Type) (float64, error)    // nil: start
	sum    bool                             // step is plain addition, which has a faster loop
}

var (
	reduceSum  = reducer{step: func(a, x float64) float64 { return a + x }, sum: true}
	reduceMean = reducer{step: reduceSum.step, sum: true, finish: func(a float64, n int) float64 { return a / float64(n) }}
	reduceMax  = reducer{start: math.Inf(-1), step: math.Max, empty: func(t Type) (float64, error) { return lowest(t) }}
	reduceMin  = reducer{start: math.Inf(1), step: math.Min, empty: func(t Type) (float64, error) { return highest(t) }}
	reduceSqr  = reducer{step: func(a, x float64) float64 { return a + x*x }}
	reduceL1   = reducer{step: func(a, x float64) float64 { return a + math.Abs(x) }}
	reduceL2   = reducer{step: reduceSqr.step, finish: func(a float64, _ int) float64 { return math.Sqrt(a) }}
	reduceProd = reducer{start: 1, step: func(a, x float64) float64 { return a * x }}
	reduceLog  = reducer{step: reduceSum.step, sum: true, finish: func(a float64, _ int) float64 { return math.Log(a) }}
	// log(sum(exp)) as a running log-add, so that large inputs do not overflow.
	reduceLogSumExp = reducer{start: math.Inf(-1), step: logAdd}
)

func logAdd(a, x float64) float64 {
	if hi := max(a, x); !math.IsInf(hi, 0) {
		return hi + math.Log1p(math.Exp(min(a, x)-hi))
	}
	return max(a, x)
}

func init() {
	for name, r := range map[string]reducer{
		"ReduceSum": reduceSum, "ReduceMean": reduceMean, "ReduceMax": reduceMax, "ReduceMin": reduceMin,
		"ReduceSumSquare": reduceSqr, "ReduceL1": reduceL1, "ReduceL2": reduceL2, "ReduceProd": reduceProd,
		"ReduceLogSum": reduceLog, "ReduceLogSumExp": reduceLogSumExp,
	} {
		operators[name] = operator{func(n *node) (kernel, error) { return buildReduce(n, r) }, 1, 2}
	}
	operators["ArgMax"] = operator{func(n *node) (kernel, error) { return buildArg(n, 1) }, 1, 1}
	operators["ArgMin"] = operator{func(n *node) (kernel, error) { return buildArg(n, -1) }, 1, 1}
}

// buildReduce: axes are an attribute before opset 18 (13 for ReduceSum), an input from then on; no
// axes means all of them, or none with noop_with_empty_axes.
func buildReduce(n *node, r reducer) (kernel, error) {
	keep := n.intAttr("keepdims", 1) != 0
	fixed := n.intsAttr("axes")
	noop := n.flag("noop_with_empty_axes")
	return func(f *frame, in []*Value) ([]*Value, error) {
		x, axes := in[0], fixed
		if v := optional(in, 1); v != nil {
			var err error
			if axes, err = v.ints(); err != nil {
				return nil, err
			}
		}
		if len(axes) == 0 {
			if noop {
				return one(x.view(x.Shape)), nil
			}
			axes = make([]int, len(x.Shape))
			for i := range axes {
				axes[i] = i
			}
		}
		axes, err := axesOf(axes, len(x.Shape))
		if err != nil {
			return nil, err
		}
		out, err := r.apply(f, x, axes, keep)
		return one(out), err
	}, nil
}

// apply reduces the axes. The kept axes around one block of reduced axes make the three lengths
// outer, middle, inner; other patterns are transposed into that form first.
func (r reducer) apply(f *frame, x *Value, axes []int, keep bool) (*Value, error) {
	var kept, shape []int
	for i, d := range x.Shape {
		switch {
		case !slices.Contains(axes, i):
			kept, shape = append(kept, i), append(shape, d)
		case keep:
			shape = append(shape, 1)
		}
	}
	outer, middle, inner := 1, 1, 1
	sorted := slices.Sorted(slices.Values(axes))
	contiguous := true
	for i := 1; i < len(sorted); i++ {
		contiguous = contiguous && sorted[i] == sorted[i-1]+1
	}
	if contiguous {
		for i, d := range x.Shape {
			switch {
			case slices.Contains(axes, i):
				middle *= d
			case len(sorted) > 0 && i > sorted[0]:
				inner *= d
			default:
				outer *= d
			}
		}
	} else {
		var err error
		if x, err = f.transpose(x, append(slices.Clone(kept), sorted...)); err != nil {
			return nil, err
		}
		outer = product(x.Shape[:len(kept)])
		middle = product(x.Shape[len(kept):])
	}
	out, err := f.value(x.Type, shape)
	if err != nil || out.Len() == 0 {
		return out, err
	}
	start := r.start
	if middle == 0 && r.empty != nil {
		if start, err = r.empty(x.Type); err != nil {
			return nil, err
		}
	}
	switch x.Type.storage() {
	case inF32:
		reduce(out.F32, x.F32, outer, middle, inner, r, start)
	case inF64:
		reduce(out.F64, x.F64, outer, middle, inner, r, start)
	case inI64:
		reduce(out.I64, x.I64, outer, middle, inner, r, start)
	case inI32:
		reduce(out.I32, x.I32, outer, middle, inner, r, start)
	case inU8:
		reduce(out.U8, x.U8, outer, middle, inner, r, start)
	default:
		return r.bools(f, x, out, outer, middle, inner, start)
	}
	out.narrow()
	return out, nil
}

// bools: the maximum of bools is "any", the minimum "all".
func (r reducer) bools(f *frame, x, out *Value, outer, middle, inner int, start float64) (*Value, error) {
	if r.empty == nil {
		return nil, fmt.Errorf("input is %v; numbers are needed", x)
	}
	bytes := convert(x.Bool, func(b bool) uint8 {
		if b {
			return 1
		}
		return 0
	})
	sums := make([]uint8, len(out.Bool))
	reduce(sums, bytes, outer, middle, inner, r, start)
	for i, s := range sums {
		out.Bool[i] = s != 0
	}
	return out, nil
}

// reduce divides the results among processors: a sum is never divided.
func reduce[T number](out, x []T, outer, middle, inner int, r reducer, start float64) {
	switch {
	case outer == 1:
		compute.Split(inner, 1+passGrain/max(middle, 1), func(lo, hi int) {
			reducePart(out[lo:hi], x, 1, middle, inner, lo, hi, r, start)
		})
	default:
		compute.Split(outer, 1+passGrain/max(middle*inner, 1), func(lo, hi int) {
			reducePart(out[lo*inner:hi*inner], x[lo*middle*inner:hi*middle*inner], hi-lo, middle, inner, 0, inner, r, start)
		})
	}
}

// reducePart makes the results from to to-1 of every outer entry.
func reducePart[T number](out, x []T, outer, middle, inner, from, to int, r reducer, start float64) {
	acc := make([]float64, to-from)
	for o := range outer {
		for i := range acc {
			acc[i] = start
		}
		block := x[o*middle*inner : (o+1)*middle*inner]
		switch {
		case r.sum && inner == 1:
			s := start
			for _, v := range block {
				s += float64(v)
			}
			acc[0] = s
		case r.sum:
			for m := range middle {
				row := block[m*inner+from:][:len(acc)]
				for i := range acc {
					acc[i] += float64(row[i])
				}
			}
		default:
			for m := range middle {
				for i, v := range block[m*inner+from : m*inner+to] {
					acc[i] = r.step(acc[i], float64(v))
				}
			}
		}
		dst := out[o*len(acc):][:len(acc)]
		for i, a := range acc {
			if r.finish != nil {
				a = r.finish(a, middle)
			}
			dst[i] = T(a)
		}
	}
}

// lowest and highest are what an empty maximum and minimum give.
func lowest(t Type) (float64, error) {
	switch {
	case t.float():
		return math.Inf(-1), nil
	case t == Int32:
		return math.MinInt32, nil
	case t == Int64:
		return math.MinInt64, nil
	case t == Int8:
		return math.MinInt8, nil
	case t == Uint8 || t == Bool:
		return 0, nil
	}
	return 0, fmt.Errorf("maximum of no %v", t)
}

func highest(t Type) (float64, error) {
	switch {
	case t.float():
		return math.Inf(1), nil
	case t == Int32:
		return math.MaxInt32, nil
	case t == Int8:
		return math.MaxInt8, nil
	case t == Uint8:
		return math.MaxUint8, nil
	case t == Bool:
		return 1, nil
	}
	return 0, fmt.Errorf("minimum of no %v", t)
}
