package compute

import "rewriting/compute/internal/kernel"

// Coordinates maps an output pixel to a source coordinate in a resize (spec: metrics 11.1), for d the output
// index and in, out the lengths.
type Coordinates int

const (
	HalfPixel    Coordinates = iota // (d+.5) in/out - .5, clamped to >= 0
	AlignCorners                    // d (in-1)/(out-1)
	Asymmetric                      // d in/out, as TensorFlow 1 did
)

// lerp is one output pixel of a linear resize: source i0 with weight 1-t and i1 with weight t.
type lerp struct {
	i0, i1 int
	t      float32
}

func (c Coordinates) lerps(in, out int) []lerp {
	l := make([]lerp, out)
	ratio := float32(in) / float32(out)
	for d := range l {
		var s float32
		switch c {
		case HalfPixel:
			s = max((float32(d)+0.5)*ratio-0.5, 0)
		case AlignCorners:
			if out > 1 {
				s = float32(d) * (float32(in-1) / float32(out-1))
			}
		case Asymmetric:
			s = float32(d) * ratio
		}
		i := min(int(s), in-1)
		l[d] = lerp{i0: i, i1: min(i+1, in-1), t: s - float32(i)}
		if i == in-1 {
			l[d].t = 0
		}
	}
	return l
}

// ResizeBilinear resizes x [N,C,H,W] to [N,C,h,w] by linear interpolation along each axis, without
// antialiasing.
func ResizeBilinear(x *Tensor, h, w int, c Coordinates) *Tensor {
	n, ch, ih, iw := dims4("ResizeBilinear", x)
	rows, cols := c.lerps(ih, h), c.lerps(iw, w)
	y := New(n, ch, h, w)
	Split(n*ch, 1+passGrain/max(4*h*w, 1), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			src := x.Data[i*ih*iw:][:ih*iw]
			for r, row := range rows {
				a, b := src[row.i0*iw:][:iw], src[row.i1*iw:][:iw]
				dst := y.Data[(i*h+r)*w:][:w]
				for d, col := range cols {
					top := a[col.i0] + (a[col.i1]-a[col.i0])*col.t
					bottom := b[col.i0] + (b[col.i1]-b[col.i0])*col.t
					dst[d] = top + (bottom-top)*row.t
				}
			}
		}
	})
	return y
}

// ResizeBilinearGrad is the adjoint of ResizeBilinear: dy [N,C,OH,OW] becomes [N,C,h,w].
func ResizeBilinearGrad(dy *Tensor, h, w int, c Coordinates) *Tensor {
	n, ch, oh, ow := dims4("ResizeBilinearGrad", dy)
	rows, cols := c.lerps(h, oh), c.lerps(w, ow)
	dx := New(n, ch, h, w)
	for i := range n * ch {
		dst := dx.Data[i*h*w:][:h*w]
		for r, row := range rows {
			src := dy.Data[(i*oh+r)*ow:][:ow]
			for d, col := range cols {
				top, bottom := src[d]*(1-row.t), src[d]*row.t
				dst[row.i0*w+col.i0] += top * (1 - col.t)
				dst[row.i0*w+col.i1] += top * col.t
				dst[row.i1*w+col.i0] += bottom * (1 - col.t)
				dst[row.i1*w+col.i1] += bottom * col.t
			}
		}
	}
	return dx
}

// ResizeNearest resizes x [N,C,H,W] to [N,C,h,w], each pixel from source floor(d in/out).
func ResizeNearest(x *Tensor, h, w int) *Tensor {
	n, ch, ih, iw := dims4("ResizeNearest", x)
	y := New(n, ch, h, w)
	Split(n*ch, 1+passGrain/max(h*w, 1), func(lo, hi int) {
		for row := lo * h; row < hi*h; row++ {
			i, r := row/h, row%h
			from, dst := r*ih/h, y.Data[row*w:][:w]
			if r > 0 && from == (r-1)*ih/h {
				copy(dst, y.Data[(row-1)*w:])
				continue
			}
			src := x.Data[(i*ih+from)*iw:][:iw]
			if w == 2*iw {
				kernel.Interleave(dst, src, src)
				continue
			}
			for d := range dst {
				dst[d] = src[d*iw/w]
			}
		}
	})
	return y
}
