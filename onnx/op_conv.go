package onnx

import (
	"fmt"
	"slices"

	"rewriting/compute"
)

func init() {
	operators["Conv"] = operator{buildConv, 2, 3}
	operators["ConvTranspose"] = operator{buildConvTranspose, 2, 3}
}

// window holds the attributes that convolutions and pools share. Lengths follow the number of spatial axes.
type window struct {
	kernel, strides, dilations []int
	pads                       []int // begins, then ends
	auto                       string
	ceil                       bool
}

func (n *node) window() window {
	return window{
		kernel: n.intsAttr("kernel_shape"), strides: n.intsAttr("strides"),
		dilations: n.intsAttr("dilations"), pads: n.intsAttr("pads"),
		auto: n.oneOf("auto_pad", "NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"),
	}
}

// complete fills in defaults for a number of spatial axes and checks every length.
func (w window) complete(axes int) (window, error) {
	if w.strides == nil {
		w.strides = slices.Repeat([]int{1}, axes)
	}
	if w.dilations == nil {
		w.dilations = slices.Repeat([]int{1}, axes)
	}
	if w.pads == nil {
		w.pads = make([]int, 2*axes)
	}
	if len(w.kernel) != axes || len(w.strides) != axes || len(w.dilations) != axes || len(w.pads) != 2*axes {
		return w, fmt.Errorf("kernel %v, strides %v, dilations %v, pads %v do not fit %d spatial axes",
			w.kernel, w.strides, w.dilations, w.pads, axes)
	}
	taps := 1
	for i := range axes {
		taps *= min(max(w.kernel[i], 1), 1<<20)
		if taps > 1<<20 || w.kernel[i] < 1 || w.strides[i] < 1 || w.dilations[i] < 1 || w.pads[i] < 0 || w.pads[axes+i] < 0 ||
			max(w.kernel[i], w.strides[i], w.dilations[i], w.pads[i], w.pads[axes+i]) > 1<<20 {
			return w, fmt.Errorf("kernel %v, strides %v, dilations %v or pads %v out of range",
				w.kernel, w.strides, w.dilations, w.pads)
		}
	}
	return w, nil
}

// extent is the length of input under one application of the kernel along axis i.
func (w window) extent(i int) int { return w.dilations[i]*(w.kernel[i]-1) + 1 }

// place resolves auto_pad for an input size and gives the output size. SAME keeps ceil(in/stride)
// positions; the odd element of padding goes to the end (UPPER) or the beginning (LOWER).
func (w window) place(size []int) (pads, out []int, err error) {
	axes := len(size)
	pads, out = slices.Clone(w.pads), make([]int, axes)
	for i, n := range size {
		extent := w.extent(i)
		switch w.auto {
		case "VALID":
			pads[i], pads[axes+i] = 0, 0
		case "SAME_UPPER", "SAME_LOWER":
			total := max(0, ((n+w.strides[i]-1)/w.strides[i]-1)*w.strides[i]+extent-n)
			pads[i], pads[axes+i] = total/2, total-total/2
			if w.auto == "SAME_LOWER" {
				pads[i], pads[axes+i] = pads[axes+i], pads[i]
			}
		}
		room := n + pads[i] + pads[axes+i] - extent
		if room < 0 || n == 0 {
			return nil, nil, fmt.Errorf("kernel %v (dilations %v) is larger than the padded input %v", w.kernel, w.dilations, size)
		}
		out[i] = room/w.strides[i] + 1
		if w.ceil && room%w.strides[i] != 0 && out[i]*w.strides[i] < n+pads[i] {
			out[i]++ // a last, partial window, unless it would start in the padding behind the input
		}
	}
	return pads, out, nil
}

// plane turns one or two spatial axes into the parameters of a two-dimensional kernel; one axis becomes the width.
func (w window) plane(pads []int, groups int) compute.Params {
	p := compute.Params{Groups: groups}
	if len(w.strides) == 1 {
		p.Stride, p.Dilation = [2]int{1, w.strides[0]}, [2]int{1, w.dilations[0]}
		p.Pad = [4]int{0, pads[0], 0, pads[1]}
		return p
	}
	p.Stride, p.Dilation = [2]int(w.strides), [2]int(w.dilations)
	p.Pad = [4]int(pads)
	return p
}

// planeOf views a float32 value with one or two spatial axes as a batch of images.
func planeOf(v *Value) *compute.Tensor { return &compute.Tensor{Shape: asPlane(v.Shape), Data: v.F32} }

// asPlane makes [N,C,W] into [N,C,1,W]; with two spatial axes the shape stays.
func asPlane(shape []int) []int {
	if len(shape) == 3 {
		return []int{shape[0], shape[1], 1, shape[2]}
	}
	return shape
}

// convolution is a Conv node, and what the planner fused into it.
type convolution struct {
	window window
	groups int
	weight *Value          // nil when it is not constant
	bias   []float32       // constant bias, or nil
	fixed  bool            // weight and bias are constant
	filter *compute.Filter // packed weight for explicit pads
	act    *activation     // applied to the result
}

func buildConv(n *node) (kernel, error) {
	c := &convolution{window: n.window(), groups: n.intAttr("group", 1), weight: n.constant(1)}
	if n.has(2) {
		if b := n.constant(2); b != nil {
			c.bias = b.F32
		}
	}
	if c.groups < 1 {
		return nil, fmt.Errorf("group %d", c.groups)
	}
	c.fixed = c.weight != nil && (!n.has(2) || n.constant(2) != nil)
	if c.fixed {
		var b *Value
		if n.has(2) {
			b = n.constant(2)
		}
		if err := c.check(nil, c.weight, b); err != nil {
			return nil, err
		}
		if err := c.pack(); err != nil {
			return nil, err
		}
		n.conv = c
	}
	return c.run, nil
}

// pack prepares the kernels' own form of a constant weight.
func (c *convolution) pack() error {
	w, err := c.completed(c.weight)
	if err != nil {
		return err
	}
	if len(w.kernel) <= 2 && (w.auto == "NOTSET" || w.auto == "VALID") {
		pads := w.pads
		if w.auto == "VALID" {
			pads = make([]int, len(pads))
		}
		c.filter = compute.NewRenderFilter(planeOf(c.weight), w.plane(pads, c.groups))
	}
	return nil
}

func (c *convolution) completed(weight *Value) (window, error) {
	w := c.window
	spatial := weight.Shape[2:]
	if w.kernel == nil {
		w.kernel = spatial
	}
	if !slices.Equal(w.kernel, spatial) {
		return w, fmt.Errorf("kernel_shape %v does not fit weight %v", w.kernel, weight)
	}
	return w.complete(len(spatial))
}

// check refuses what the kernels would take for a bug. x may be unknown.
func (c *convolution) check(x, w, b *Value) error {
	if w.Type != Float32 || x != nil && x.Type != Float32 || b != nil && b.Type != Float32 {
		return fmt.Errorf("input %v, weight %v and bias %v must be float32", x, w, b)
	}
	if len(w.Shape) < 3 || len(w.Shape) > 5 || w.Len() == 0 || w.Shape[0]%c.groups != 0 {
		return fmt.Errorf("weight %v with %d groups", w, c.groups)
	}
	if x != nil && (len(x.Shape) != len(w.Shape) || x.Shape[1] != w.Shape[1]*c.groups) {
		return fmt.Errorf("input %v does not fit weight %v with %d groups", x, w, c.groups)
	}
	if b != nil && !slices.Equal(b.Shape, w.Shape[:1]) {
		return fmt.Errorf("bias %v does not fit weight %v", b, w)
	}
	return nil
}

func (c *convolution) run(f *frame, in []*Value) ([]*Value, error) {
	x, weight, bias := in[0], c.weight, c.bias
	if !c.fixed {
		weight = in[1]
		if b := optional(in, 2); b != nil {
			bias = b.F32
		}
		if err := c.check(x, weight, optional(in, 2)); err != nil {
			return nil, err
		}
	} else if err := c.check(x, weight, nil); err != nil {
		return nil, err
	}
	w, err := c.completed(weight)
	if err != nil {
		return nil, err
	}
	pads, size, err := w.place(x.Shape[2:])
	if err != nil {
		return nil, err
	}
	shape := append([]int{x.Shape[0], weight.Shape[0]}, size...)
	if n, err := elements(shape); err != nil || n == 0 {
		return nil, fmt.Errorf("output %v: %w", shape, errEmpty(err))
	}
	out, err := f.float32s(shape)
	if err != nil {
		return nil, err
	}
	switch {
	case len(size) > 2:
		convolveVolume(out, x, weight, bias, w, pads, c.groups)
	case c.filter != nil:
		c.filter.ConvInto(planeOf(out), planeOf(x), bias)
	default:
		compute.Conv2DInto(planeOf(out), planeOf(x), planeOf(weight), bias, w.plane(pads, c.groups))
	}
	if c.act != nil {
		c.act.apply(out.F32, out.F32)
	}
	return one(out), nil
}
