package autodiff

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
)

// Reshape copies x into another shape of equal size.
func Reshape(x *gorgonia.Node, shape ...int) (*gorgonia.Node, error) {
	from, size := x.Shape(), 1
	for _, d := range shape {
		size *= d
	}
	if size != from.TotalSize() {
		return nil, fmt.Errorf("autodiff: Reshape of %v to %v", from, shape)
	}
	return (&op{
		// A copy and not a view: gorgonia adds gradients in place and cannot know about shared memory.
		name: fmt.Sprintf("Reshape%v", shape),
		out:  slices.Clone(shape),
		into: func(out *compute.Tensor, in []*compute.Tensor) { copy(out.Data, in[0].Data) },
		gradient: []gradient{func(_, dy *gorgonia.Node) (*gorgonia.Node, error) {
			return Reshape(dy, from...)
		}},
	}).apply(x)
}

// Repeat repeats x [1,...] n times along the first axis: [n,...].
func Repeat(x *gorgonia.Node, n int) (*gorgonia.Node, error) {
	from := x.Shape()
	if len(from) == 0 || from[0] != 1 || n < 1 {
		return nil, fmt.Errorf("autodiff: Repeat of %v, %d times", from, n)
	}
	to := slices.Clone([]int(from))
	to[0] = n
	return (&op{
		name: fmt.Sprintf("Repeat(%d)", n),
		out:  to,
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			for i := range n {
				copy(out.Data[i*len(in[0].Data):], in[0].Data)
			}
		},
		gradient: []gradient{func(_, dy *gorgonia.Node) (*gorgonia.Node, error) {
			return (&op{
				name: "SumOverBatch",
				out:  from,
				into: func(out *compute.Tensor, in []*compute.Tensor) {
					size := len(out.Data)
					copy(out.Data, in[0].Data)
					for i := 1; i < n; i++ {
						compute.Add(out.Data, out.Data, in[0].Data[i*size:][:size])
					}
				},
			}).apply(dy)
		}},
	}).apply(x)
}

// Slice keeps the entries from (inclusive) to to (exclusive) of one axis.
func Slice(x *gorgonia.Node, axis, from, to int) (*gorgonia.Node, error) {
	shape := []int(x.Shape())
	if axis < 0 || axis >= len(shape) || from < 0 || to <= from || to > shape[axis] {
		return nil, fmt.Errorf("autodiff: Slice of %v on axis %d from %d to %d", shape, axis, from, to)
	}
	out := slices.Clone(shape)
	out[axis] = to - from
	inner := 1
	for _, d := range shape[axis+1:] {
		inner *= d
	}
	// each calls f with the offsets of a kept run in the whole and in the slice, and its length.
	each := func(size int, f func(whole, part, n int)) {
		n, stride := (to-from)*inner, shape[axis]*inner
		for i := range size / stride {
			f(i*stride+from*inner, i*n, n)
		}
	}
	return (&op{
		name: fmt.Sprintf("Slice(%d,%d,%d)", axis, from, to),
		out:  out,
		into: func(out *compute.Tensor, in []*compute.Tensor) {
			each(len(in[0].Data), func(whole, part, n int) { copy(out.Data[part:][:n], in[0].Data[whole:]) })
		},
		gradient: []gradient{func(_, dy *gorgonia.Node) (*gorgonia.Node, error) {
			return (&op{
				name: fmt.Sprintf("SliceGrad(%d,%d,%d) to %v", axis, from, to, shape),
				out:  shape,
				into: func(out *compute.Tensor, in []*compute.Tensor) {
					clear(out.Data)
					each(len(out.Data), func(whole, part, n int) { copy(out.Data[whole:][:n], in[0].Data[part:]) })
				},
			}).apply(dy)
		}},
	}).apply(x)
}

// UpsampleNearest doubles both sides of x [N,C,H,W] by repeating every cell.
func UpsampleNearest(x *gorgonia.Node) (*gorgonia.Node, error) {
	if err := ranks("UpsampleNearest", 4, x); err != nil {
		return nil, err
	}
	s := x.Shape()
	h, w := s[2], s[3]
	return (&op{
		name:  "UpsampleNearest",
		out:   []int{s[0], s[1], 2 * h, 2 * w},
		fresh: func(in []*compute.Tensor) *compute.Tensor { return compute.ResizeNearest(in[0], 2*h, 2*w) },
		gradient: []gradient{func(_, dy *gorgonia.Node) (*gorgonia.Node, error) {
			return (&op{
				name: "UpsampleNearestGrad",
				out:  s,
				into: func(out *compute.Tensor, in []*compute.Tensor) {
					for i := range out.Data {
						at := (i/w)*4*w + i%w*2
						d := in[0].Data[at:]
						out.Data[i] = d[0] + d[1] + (d[2*w] + d[2*w+1])
					}
				},
			}).apply(dy)
		}},
	}).apply(x)
}
