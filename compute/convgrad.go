package compute

import "fmt"

// Conv2DGradInput is the adjoint of Conv2D in its input: for dy [N,Co,OH,OW] and w [Co,Ci/groups,kh,kw] it
// returns the gradient [N,Ci,h,wd] with respect to an input of h x wd.
func Conv2DGradInput(dy, w *Tensor, h, wd int, p Params) *Tensor {
	p = p.normal()
	n, co, oh, ow := dy.Shape[0], dy.Shape[1], dy.Shape[2], dy.Shape[3]
	cg, kh, kw := w.Shape[1], w.Shape[2], w.Shape[3]
	if w.Shape[0] != co || co%p.Groups != 0 {
		panic(fmt.Sprintf("compute: Conv2DGradInput of %v with weight %v and %d groups", dy.Shape, w.Shape, p.Groups))
	}
	ci := cg * p.Groups
	dx := New(n, ci, h, wd)
	for b := range n {
		for o := range co {
			src := dy.Data[(b*co+o)*oh*ow:][:oh*ow]
			for i := range cg {
				c := o/(co/p.Groups)*cg + i
				dst := dx.Data[(b*ci+c)*h*wd:][:h*wd]
				eachTap(kh, kw, h, wd, oh, ow, p, func(t, iAt, oAt, n int) {
					v := w.Data[(o*cg+i)*kh*kw+t]
					for j := range n {
						dst[iAt+j*p.Stride[1]] += v * src[oAt+j]
					}
				})
			}
		}
	}
	return dx
}

// Conv2DGradWeight is the adjoint of Conv2D in its weight: for x [N,Ci,H,W] and dy [N,Co,OH,OW] it returns the
// gradient [Co,Ci/groups,kh,kw], summed over the batch.
func Conv2DGradWeight(x, dy *Tensor, kh, kw int, p Params) *Tensor {
	p = p.normal()
	n, ci, h, wd := x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]
	co, oh, ow := dy.Shape[1], dy.Shape[2], dy.Shape[3]
	if eh, ew := p.OutSize(h, wd, kh, kw); dy.Shape[0] != n || eh != oh || ew != ow || ci%p.Groups != 0 || co%p.Groups != 0 {
		panic(fmt.Sprintf("compute: Conv2DGradWeight of %v and %v for %dx%d, %d groups", x.Shape, dy.Shape, kh, kw, p.Groups))
	}
	cg := ci / p.Groups
	dw := New(co, cg, kh, kw)
	for b := range n {
		for o := range co {
			g := dy.Data[(b*co+o)*oh*ow:][:oh*ow]
			for i := range cg {
				c := o/(co/p.Groups)*cg + i
				in := x.Data[(b*ci+c)*h*wd:][:h*wd]
				dst := dw.Data[(o*cg+i)*kh*kw:][:kh*kw]
				eachTap(kh, kw, h, wd, oh, ow, p, func(t, iAt, oAt, n int) {
					var s float32
					for j := range n {
						s += g[oAt+j] * in[iAt+j*p.Stride[1]]
					}
					dst[t] += s
				})
			}
		}
	}
	return dw
}

// ConvTranspose2D is the transposed convolution of ONNX and PyTorch: x [N,Ci,H,W] with w [Ci,Co/groups,kh,kw],
// plus an optional bias of length Co. The result's height is
// (H-1)*stride + dilation*(kh-1) + 1 + outPad - padTop - padBottom, and its width likewise.
func ConvTranspose2D(x, w *Tensor, bias []float32, p Params, outPad [2]int) *Tensor {
	p = p.normal()
	size := func(in, k, axis int) int {
		return (in-1)*p.Stride[axis] + p.Dilation[axis]*(k-1) + 1 + outPad[axis] - p.Pad[axis] - p.Pad[axis+2]
	}
	y := Conv2DGradInput(x, w, size(x.Shape[2], w.Shape[2], 0), size(x.Shape[3], w.Shape[3], 1), p)
	if bias != nil {
		AddChannelBias(y, bias)
	}
	return y
}
