package compute

// Filter is the weight of a convolution prepared for the kernels, to be used many times. It is immutable and
// safe for concurrent use.
type Filter struct {
	w *Tensor
	p Params
}

// NewFilter prepares w [Co,Ci/groups,kh,kw] for convolutions with parameters p. The weight is copied.
func NewFilter(w *Tensor, p Params) *Filter {
	return &Filter{w: w.Clone(), p: p.normal()}
}

// Conv is Conv2D(x, w, bias, p) with the filter's weight and parameters.
func (f *Filter) Conv(x *Tensor, bias []float32) *Tensor {
	w, p := f.w, f.p
	checkConv("Conv2D", x.Shape, w.Shape, p.Groups)
	n, ci, h, wd := x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]
	co, cg, kh, kw := w.Shape[0], w.Shape[1], w.Shape[2], w.Shape[3]
	oh, ow := p.OutSize(h, wd, kh, kw)
	y := New(n, co, oh, ow)
	for b := range n {
		for o := range co {
			out := y.Data[(b*co+o)*oh*ow:][:oh*ow]
			if bias != nil {
				for i := range out {
					out[i] = bias[o]
				}
			}
			for i := range cg {
				c := o/(co/p.Groups)*cg + i
				in := x.Data[(b*ci+c)*h*wd:][:h*wd]
				eachTap(kh, kw, h, wd, oh, ow, p, func(t, iAt, oAt, n int) {
					v := w.Data[(o*cg+i)*kh*kw+t]
					if p.Stride[1] == 1 {
						dst, src := out[oAt:oAt+n], in[iAt:iAt+n]
						for j, s := range src {
							dst[j] += v * s
						}
						return
					}
					for j := range n {
						out[oAt+j] += v * in[iAt+j*p.Stride[1]]
					}
				})
			}
		}
	}
	return y
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
