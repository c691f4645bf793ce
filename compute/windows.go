package compute

import (
	"fmt"
	"slices"
)

// windows combines the elements of every window, those outside the image being pad.
func windows(what string, y, x *Tensor, size [2]int, p Params, pad float32, combine func(dst, a, b []float32)) {
	p = p.normal()
	n, c, h, w := dims4(what, x)
	oh, ow := p.OutSize(h, w, size[0], size[1])
	if !slices.Equal(y.Shape, []int{n, c, oh, ow}) {
		panic(fmt.Sprintf("compute: %s of %v over %v with %+v into %v", what, x.Shape, size, p, y.Shape))
	}
	if y.Len() == 0 {
		return
	}
	Split(n*c, 1+passGrain/max(h*w, 1), func(lo, hi int) {
		windowPlanes(y.Data[lo*oh*ow:hi*oh*ow], x.Data[lo*h*w:], h, w, oh, ow, size, p, pad, combine)
	})
}

// windowPlanes goes first along rows, then down columns.
func windowPlanes(y, x []float32, h, w, oh, ow int, size [2]int, p Params, pad float32, combine func(dst, a, b []float32)) {
	l := stagingFor(p, 1, size[1], 1, ow) // one row at a time, divided into the phases of the stride
	rows := (oh-1)*p.Stride[0] + (size[0]-1)*p.Dilation[0] + 1
	buf, release := borrow(l.cols*l.stride + l.plane + rows*ow)
	defer release()
	bordered, phases, along := buf[:l.cols*l.stride], buf[l.cols*l.stride:][:l.plane], buf[l.cols*l.stride+l.plane:]
	reduce := func(dst []float32, k int, at func(k int) []float32) {
		first := at(0)
		if k == 1 {
			copy(dst, first)
			return
		}
		combine(dst, first[:len(dst)], at(1))
		for t := 2; t < k; t++ {
			combine(dst, dst, at(t))
		}
	}
	for i := range len(y) / (oh * ow) {
		in, out := x[i*h*w:][:h*w], y[i*oh*ow:][:oh*ow]
		for r := range rows {
			dst := along[r*ow:][:ow]
			src := r - p.Pad[0]
			if src < 0 || src >= h {
				fill(dst, pad)
				continue
			}
			border(bordered, in[src*w:][:w], p.Pad[1], pad)
			from := bordered
			if l.stride > 1 {
				l.split(phases, bordered, 0)
				from = phases
			}
			reduce(dst, size[1], func(k int) []float32 { return from[l.offset(0, 0, k*p.Dilation[1]):] })
		}
		for r := range oh {
			reduce(out[r*ow:][:ow], size[0], func(k int) []float32 { return along[(r*p.Stride[0]+k*p.Dilation[0])*ow:] })
		}
	}
}

// border writes src to dst behind left elements of value and fills the rest with value; what does not fit is cut.
func border(dst, src []float32, left int, value float32) {
	fill(dst[:min(left, len(dst))], value)
	if left < len(dst) {
		n := copy(dst[left:], src)
		fill(dst[left+n:], value)
	}
}

func fill(dst []float32, value float32) {
	for i := range dst {
		dst[i] = value
	}
}

// eachTap calls f for every kernel tap t and output row: n outputs from oAt on read inputs from iAt on,
// one horizontal stride apart.
func eachTap(kh, kw, h, wd, oh, ow int, p Params, f func(t, iAt, oAt, n int)) {
	for ky := range kh {
		y0, y1, iy := tapRange(ky, p.Stride[0], p.Pad[0], p.Dilation[0], h, oh)
		for kx := range kw {
			x0, x1, ix := tapRange(kx, p.Stride[1], p.Pad[1], p.Dilation[1], wd, ow)
			if x1 == x0 {
				continue
			}
			for y := y0; y < y1; y++ {
				f(ky*kw+kx, (iy+(y-y0)*p.Stride[0])*wd+ix, y*ow+x0, x1-x0)
			}
		}
	}
}

// tapRange says, for tap k of one axis, which outputs lo..hi-1 read an input pixel and which one the first reads.
func tapRange(k, stride, pad, dilation, in, out int) (lo, hi, first int) {
	start := k*dilation - pad
	if start < 0 {
		lo = (-start + stride - 1) / stride
	}
	if last := in - 1 - start; last >= 0 {
		hi = min(out, last/stride+1)
	}
	return lo, max(hi, lo), start + lo*stride
}
