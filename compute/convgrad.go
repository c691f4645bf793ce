package compute

import "fmt"

// Conv2DGradInput is the adjoint of Conv2D in its input: for dy [N,Co,OH,OW] and w [Co,Ci/groups,kh,kw] it
// returns the gradient [N,Ci,h,wd] with respect to an input of h x wd.
func Conv2DGradInput(dy, w *Tensor, h, wd int, p Params) *Tensor {
	dx := New(dy.Shape[0], w.Shape[1]*p.normal().Groups, h, wd)
	Conv2DGradInputInto(dx, dy, w, p)
	return dx
}

// Conv2DGradInputInto is Conv2DGradInput with the result in dx, which has its shape and arbitrary contents.
func Conv2DGradInputInto(dx, dy, w *Tensor, p Params) {
	p = p.normal()
	n, co, oh, ow := dims4("Conv2DGradInput", dy)
	if len(w.Shape) != 4 || len(dx.Shape) != 4 || w.Shape[0] != co || co%p.Groups != 0 ||
		dx.Shape[0] != n || dx.Shape[1] != w.Shape[1]*p.Groups {
		panic(fmt.Sprintf("compute: Conv2DGradInput of %v with weight %v and %d groups into %v",
			dy.Shape, w.Shape, p.Groups, dx.Shape))
	}
	h, wd := dx.Shape[2], dx.Shape[3]
	if dy.Len() == 0 {
		clear(dx.Data)
		return
	}
	cg, kh, kw := w.Shape[1], w.Shape[2], w.Shape[3]
	outer := co / p.Groups
	if outer == 1 && cg == 1 && tapsApart(p, kh, kw) && h == oh*kh && wd == ow*kw {
		Split(n*co, 1+passGrain/max(h*wd, 1), func(lo, hi int) {
			for i := lo; i < hi; i++ {
				spreadTaps(dx.Data[i*h*wd:][:h*wd], dy.Data[i*oh*ow:][:oh*ow], w.Data[i%co*kh*kw:][:kh*kw], ow, kh, kw)
			}
		})
		return
	}
	Split(p.Groups, 1+leastWork/max(n*outer*cg*kh*kw*oh*ow, 1), func(lo, hi int) {
		panels, release := borrow(panelLen(cg, outer*kh*kw))
		defer release()
		for g := lo; g < hi; g++ {
			packSwapped(panels, w.Data[g*outer*cg*kh*kw:], outer, cg, kh*kw, cg*kh*kw)
			t := scatter{p: p, rows: cg, channels: outer, kh: kh, kw: kw, panels: panels}
			for b := range n {
				t.image(dx.Data[(b*p.Groups+g)*cg*h*wd:], dy.Data[(b*co+g*outer)*oh*ow:], h, wd, oh, ow)
			}
		}
	})
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
