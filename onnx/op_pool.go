package onnx

import (
	"fmt"

	"rewriting/compute"
)

func init() {
	operators["MaxPool"] = operator{buildMaxPool, 1, 1}
	operators["AveragePool"] = operator{buildAveragePool, 1, 1}
	operators["GlobalAveragePool"] = operator{func(n *node) (kernel, error) { return globalPool(reduceMean), nil }, 1, 1}
	operators["GlobalMaxPool"] = operator{func(n *node) (kernel, error) { return globalPool(reduceMax), nil }, 1, 1}
}

func (n *node) poolWindow() window {
	w := n.window()
	w.ceil = n.flag("ceil_mode")
	return w
}

// poolShape places the window on an input [N,C,...].
func (w window) poolShape(x *Value) (window, []int, []int, error) {
	if len(x.Shape) < 3 {
		return w, nil, nil, fmt.Errorf("input %v has no spatial axes", x)
	}
	w, err := w.complete(len(x.Shape) - 2)
	if err != nil {
		return w, nil, nil, err
	}
	pads, size, err := w.place(x.Shape[2:])
	if err != nil {
		return w, nil, nil, err
	}
	shape := append([]int{x.Shape[0], x.Shape[1]}, size...)
	// Padding lets a small file ask for huge windows: bound the work as well as the memory.
	n, err := elements(shape)
	if err == nil && n > 256*maxElements/product(w.kernel) {
		err = fmt.Errorf("kernel %v on %v is too much work", w.kernel, x)
	}
	return w, pads, shape, err
}

// buildMaxPool: padding counts as minus infinity. The optional second output holds the flat index
// of each maximum in the input, row-major or (storage_order 1) with the spatial axes reversed.
func buildMaxPool(n *node) (kernel, error) {
	attrs, columns := n.poolWindow(), n.flag("storage_order")
	indices := len(n.outputs) > 1 && n.outputs[1] != ""
	return func(f *frame, in []*Value) ([]*Value, error) {
		x := in[0]
		w, pads, shape, err := attrs.poolShape(x)
		if err != nil {
			return nil, err
		}
		out, err := f.value(x.Type, shape)
		if err != nil {
			return nil, err
		}
		if x.Type.storage() == inF32 && len(shape) == 4 && !indices {
			size, p := w.images(x.Shape, shape, pads)
			compute.MaxPool2DInto(out.tensor(), x.tensor(), size, p)
			return one(out), nil
		}
		var at *Value
		if indices {
			if at, err = f.value(Int64, shape); err != nil {
				return nil, err
			}
		}
		switch x.Type.storage() {
		case inF32:
			maxWindows(out.F32, x.F32, x.Shape, shape, w, pads, at, columns)
		case inF64:
			maxWindows(out.F64, x.F64, x.Shape, shape, w, pads, at, columns)
		case inI32:
			maxWindows(out.I32, x.I32, x.Shape, shape, w, pads, at, columns)
		case inU8:
			maxWindows(out.U8, x.U8, x.Shape, shape, w, pads, at, columns)
		default:
			return nil, fmt.Errorf("input %v is not supported", x)
		}
		return []*Value{out, at}, nil
	}, nil
}

func maxWindows[T number](out, x []T, in, shape []int, w window, pads []int, index *Value, columns bool) {
	perIn, perOut := product(in[2:]), product(shape[2:])
	seen := make([]bool, perOut)
	for p := range in[0] * in[1] {
		src, dst := x[p*perIn:(p+1)*perIn], out[p*perOut:(p+1)*perOut]
		clear(seen)
		w.pairs(in[2:], shape[2:], pads, func(at, from, _ int) {
			if seen[at] && src[from] <= dst[at] {
				return
			}
			dst[at], seen[at] = src[from], true
			if index != nil {
				index.I64[p*perOut+at] = int64(p*perIn + flat(from, in[2:], columns))
			}
		})
	}
}

// flat turns a row-major index into a column-major one if asked.
func flat(i int, shape []int, columns bool) int {
	if !columns {
		return i
	}
	k, stride := 0, product(shape)
	for a := len(shape) - 1; a >= 0; a-- {
		stride /= shape[a]
		k += i % shape[a] * stride
		i /= shape[a]
	}
	return k
}

// images are the parameters of compute's two-dimensional windows that give an output of exactly oh x ow: with ceil_mode the
// last windows hang over.
func (w window) images(in, shape, pads []int) ([2]int, compute.Params) {
	p := w.plane(pads, 1)
	for a := range 2 {
		p.Pad[2+a] = max(p.Pad[2+a], (shape[2+a]-1)*w.strides[a]+w.extent(a)-in[2+a]-pads[a])
	}
	return [2]int(w.kernel), p
}

// buildAveragePool: the divisor is the number of window elements inside the input, or, with
// count_include_pad, inside the padded input (a window that ceil_mode lets hang over is cut there).
func buildAveragePool(n *node) (kernel, error) {
	attrs, include := n.poolWindow(), n.flag("count_include_pad")
	return func(f *frame, in []*Value) ([]*Value, error) {
		x := in[0]
		if x.Type != Float32 {
			return nil, fmt.Errorf("input %v is not float32", x)
		}
		w, pads, shape, err := attrs.poolShape(x)
		if err != nil {
			return nil, err
		}
		out, err := f.float32s(shape)
		if err != nil {
			return nil, err
		}
		axes := len(shape) - 2
		perIn, perOut := product(x.Shape[2:]), product(shape[2:])
		counts := make([]float32, perOut)
		w.pairs(x.Shape[2:], shape[2:], pads, func(at, _, _ int) { counts[at]++ })
		if include {
			walk(shape[2:], func(at int, o []int) {
				n := 1
				for a := range axes {
					begin := o[a] * w.strides[a] // in padded coordinates
					room := (x.Shape[2+a] + pads[a] + pads[axes+a] - begin + w.dilations[a] - 1) / w.dilations[a]
					n *= min(w.kernel[a], room)
				}
				counts[at] = float32(n)
			})
		}
		if axes == 2 {
			size, p := w.images(x.Shape, shape, pads)
			compute.SumPool2DInto(out.tensor(), x.tensor(), size, p)
			for i, n := range counts {
				counts[i] = 1 / n
			}
			for p := range x.Shape[0] * x.Shape[1] {
				compute.Mul(out.F32[p*perOut:][:perOut], out.F32[p*perOut:][:perOut], counts)
			}
			return one(out), nil
		}
		clear(out.F32)
		for p := range x.Shape[0] * x.Shape[1] {
			src, dst := x.F32[p*perIn:(p+1)*perIn], out.F32[p*perOut:(p+1)*perOut]
			w.pairs(x.Shape[2:], shape[2:], pads, func(at, from, _ int) { dst[at] += src[from] })
			for i := range dst {
				dst[i] /= counts[i]
			}
		}
		return one(out), nil
	}, nil
}

// globalPool reduces all spatial axes to length one.
func globalPool(r reducer) kernel {
	return func(f *frame, in []*Value) ([]*Value, error) {
		x := in[0]
		if len(x.Shape) < 3 || !x.Type.float() || x.Len() == 0 {
			return nil, fmt.Errorf("input %v is not a batch of float images", x)
		}
		axes := make([]int, len(x.Shape)-2)
		for i := range axes {
			axes[i] = i + 2
		}
		out, err := r.apply(f, x, axes, true)
		return one(out), err
	}
}
