package compute

import (
	"fmt"
	"slices"

	"rewriting/compute/internal/kernel"
)

// Filter is the weight of a convolution packed once for the kernels, to be used many times. It is immutable and
// safe for concurrent use.
type Filter struct {
	p              Params
	co, cg, kh, kw int
	panels         func() []float32 // one set per group
	// fast and split are the Winograd form and that in bfloat16 of a filter for rendering, nil for others.
	fast  func() *winograd
	split func() *bfloat
}

// NewFilter packs w [Co,Ci/groups,kh,kw] for convolutions with parameters p. The weight is copied.
func NewFilter(w *Tensor, p Params) *Filter {
	f := filterShape(w, p)
	panels := f.packed(w)
	f.panels = func() []float32 { return panels }
	return f
}

func filterShape(w *Tensor, p Params) *Filter {
	p = p.normal()
	if len(w.Shape) != 4 || w.Shape[0]%p.Groups != 0 {
		panic(fmt.Sprintf("compute: weight %v of a convolution with %d groups", w.Shape, p.Groups))
	}
	return &Filter{p: p, co: w.Shape[0], cg: w.Shape[1], kh: w.Shape[2], kw: w.Shape[3]}
}

func (f *Filter) panelLen() int { return f.p.Groups * panelLen(f.co/f.p.Groups, f.cg*f.kh*f.kw) }

func (f *Filter) packed(w *Tensor) []float32 {
	panels := make([]float32, f.panelLen())
	f.pack(panels, w)
	return panels
}

func (f *Filter) pack(panels []float32, w *Tensor) {
	rows, k := f.co/f.p.Groups, f.cg*f.kh*f.kw
	size := panelLen(rows, k)
	for g := range f.p.Groups {
		packRows(panels[g*size:], w.Data[g*rows*k:], rows, k, k)
	}
}

// Conv is Conv2D(x, w, bias, p) with the filter's weight and parameters.
func (f *Filter) Conv(x *Tensor, bias []float32) *Tensor {
	y := f.result(x)
	f.ConvInto(y, x, bias)
	return y
}

// result is a new tensor for the convolution of x.
func (f *Filter) result(x *Tensor) *Tensor {
	n, _, h, w := dims4("Conv2D", x)
	oh, ow := f.p.OutSize(h, w, f.kh, f.kw)
	return New(n, f.co, oh, ow)
}

// ConvInto is Conv with the result in y, which has its shape and arbitrary contents.
func (f *Filter) ConvInto(y, x *Tensor, bias []float32) {
	n, ci, h, w := dims4("Conv2D", x)
	oh, ow := f.p.OutSize(h, w, f.kh, f.kw)
	if ci != f.cg*f.p.Groups || (bias != nil && len(bias) != f.co) || !slices.Equal(y.Shape, []int{n, f.co, oh, ow}) {
		panic(fmt.Sprintf("compute: Conv2D of %v with weight [%d %d %d %d], %d groups and %d biases into %v",
			x.Shape, f.co, f.cg, f.kh, f.kw, f.p.Groups, len(bias), y.Shape))
	}
	if y.Len() == 0 {
		return
	}
	if f.split != nil && bfloatPays(f.co, ci, oh*ow, f.p.Groups) {
		f.convSplit(y.Data, x.Data, bias, n, h, w)
		return
	}
	if f.fast != nil && winogradPays(ci, f.co, h, w) {
		for b := range n {
			f.fast().image(y.Data[b*f.co*h*w:], x.Data[b*ci*h*w:], h, w, bias)
		}
		return
	}
	Split(f.p.Groups, 1+leastWork/max(f.co/f.p.Groups*f.cg*f.kh*f.kw*oh*ow, 1), func(lo, hi int) {
		f.convGroups(y.Data, x.Data, bias, lo, hi, n, h, w)
	})
}

// convGroups convolves n images with the groups lo to hi-1.
func (f *Filter) convGroups(y, x []float32, bias []float32, lo, hi, n, h, w int) {
	ci, panels := f.cg*f.p.Groups, f.panels()
	oh, ow := f.p.OutSize(h, w, f.kh, f.kw)
	in := readerFor(f.p, f.cg, f.kh, f.kw, h, w, oh, ow)
	defer in.release()
	rows, size := f.co/f.p.Groups, panelLen(f.co/f.p.Groups, f.cg*f.kh*f.kw)
	for g := lo; g < hi; g++ {
		m := product{a: panels[g*size:][:size], rows: rows, ldc: oh * ow}
		if bias != nil {
			m.bias = make([]float32, (rows+kernel.Rows-1)/kernel.Rows*kernel.Rows)
			copy(m.bias, bias[g*rows:][:rows])
		}
		for b := range n {
			step := in.read(&m, x[(b*ci+g*f.cg)*h*w:])
			m.c = y[(b*f.co+g*rows)*oh*ow:]
			m.image(in.oh, in.ow, step)
		}
	}
}

// convSplit convolves n images by products of bfloat16.
func (f *Filter) convSplit(y, x, bias []float32, n, h, w int) {
	oh, ow := f.p.OutSize(h, w, f.kh, f.kw)
	l := stagingFor(f.p, f.kh, f.kw, oh, ow)
	taps := offsets(1, f.kh, f.kw, f.p.Dilation, l.offset)
	for b := range n {
		in := stagePairs(l, x[b*f.cg*h*w:], f.cg, h, w)
		f.split().image(y[b*f.co*oh*ow:], in, taps, oh, ow, l.rowStep(f.p, f.kh), bias)
		in.release()
	}
}
