package onnx

import (
	"fmt"
	"slices"

	"rewriting/compute"
)

// buildConvTranspose: the transposed convolution, weight [Ci,Co/groups,...]. output_shape, when
// given, decides the padding; auto_pad only says to which side its odd element goes.
func buildConvTranspose(n *node) (kernel, error) {
	attrs, groups := n.window(), n.intAttr("group", 1)
	extra, wanted := n.intsAttr("output_padding"), n.intsAttr("output_shape")
	if groups < 1 {
		return nil, fmt.Errorf("group %d", groups)
	}
	return func(f *frame, in []*Value) ([]*Value, error) {
		x, weight, b := in[0], in[1], optional(in, 2)
		if x.Type != Float32 || weight.Type != Float32 || b != nil && b.Type != Float32 {
			return nil, fmt.Errorf("input %v, weight %v and bias %v must be float32", x, weight, b)
		}
		axes := len(x.Shape) - 2
		if axes < 1 || axes > 3 || len(weight.Shape) != axes+2 || x.Shape[1] != weight.Shape[0] ||
			x.Shape[1]%groups != 0 || x.Len() == 0 || weight.Len() == 0 {
			return nil, fmt.Errorf("input %v does not fit weight %v with %d groups", x, weight, groups)
		}
		co := weight.Shape[1] * groups
		if b != nil && !slices.Equal(b.Shape, []int{co}) {
			return nil, fmt.Errorf("bias %v does not fit weight %v", b, weight)
		}
		w := attrs
		if w.kernel == nil {
			w.kernel = weight.Shape[2:]
		}
		if !slices.Equal(w.kernel, weight.Shape[2:]) {
			return nil, fmt.Errorf("kernel_shape %v does not fit weight %v", w.kernel, weight)
		}
		w, err := w.complete(axes)
		if err != nil {
			return nil, err
		}
		pads, extra, size, err := w.unplace(x.Shape[2:], extra, wanted)
		if err != nil {
			return nil, err
		}
		var bias []float32
		if b != nil {
			bias = b.F32
		}
		shape := append([]int{x.Shape[0], co}, size...)
		if n, err := elements(shape); err != nil || n == 0 {
			return nil, fmt.Errorf("output %v: %w", shape, errEmpty(err))
		}
		if axes == 3 {
			out, err := f.float32s(shape)
			if err != nil {
				return nil, err
			}
			scatterVolume(out, x, weight, bias, w, pads, groups)
			return one(out), nil
		}
		outPad := [2]int{0, extra[0]}
		if axes == 2 {
			outPad = [2]int(extra)
		}
		y := compute.ConvTranspose2D(planeOf(x), planeOf(weight), bias, w.plane(pads, groups), outPad)
		y.Shape = shape
		return one(f.adopt(y)), nil
	}, nil
}

// unplace gives pads, output padding and output size of a transposed window.
func (w window) unplace(in, extra, wanted []int) (pads, outPad, out []int, err error) {
	axes := len(in)
	if extra == nil {
		extra = make([]int, axes)
	}
	if len(wanted) == axes+2 { // some exporters write N and C too
		wanted = wanted[2:]
	}
	if len(extra) != axes || wanted != nil && len(wanted) != axes {
		return nil, nil, nil, fmt.Errorf("output_padding %v or output_shape %v does not fit %d spatial axes", extra, wanted, axes)
	}
	pads, out = slices.Clone(w.pads), make([]int, axes)
	for i, n := range in {
		if extra[i] < 0 || extra[i] > 1<<20 {
			return nil, nil, nil, fmt.Errorf("output_padding %v is out of range", extra)
		}
		full := (n-1)*w.strides[i] + w.extent(i) + extra[i]
		target := -1
		switch {
		case wanted != nil:
			target = wanted[i]
		case w.auto == "VALID":
			pads[i], pads[axes+i] = 0, 0
		case w.auto != "NOTSET":
			target = n * w.strides[i]
		}
		if target >= 0 {
			total := full - target
			if total < 0 { // the output is longer than the windows reach: more output padding, of zeros
				extra = slices.Clone(extra)
				extra[i] -= total
				total = 0
			}
			pads[i], pads[axes+i] = total/2, total-total/2
			if w.auto == "SAME_LOWER" {
				pads[i], pads[axes+i] = pads[axes+i], pads[i]
			}
		}
		out[i] = (n-1)*w.strides[i] + w.extent(i) + extra[i] - pads[i] - pads[axes+i]
		if out[i] <= 0 {
			return nil, nil, nil, fmt.Errorf("pads %v leave nothing of the output", pads)
		}
	}
	return pads, extra, out, nil
}
