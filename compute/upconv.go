package compute

import (
	"fmt"
	"slices"
)

// upParams are the parameters of StyleGAN2's up-convolution seen as the adjoint of a convolution.
var upParams = Params{Stride: [2]int{2, 2}}

// UpConv is StyleGAN2's transposed 3x3 convolution of stride 2 without padding (spec: generators 2):
// u[o,2y+ky,2x+kx] += w[o,i,ky,kx] k[i,y,x]. The weight w [Co,Ci,3,3] is ordered like an ordinary
// convolution's; k [N,Ci,r,s] becomes [N,Co,2r+1,2s+1].
func UpConv(k, w *Tensor) *Tensor { return NewUpFilter(w).Conv(k) }

// UpConvInto is UpConv with the result in u, which has its shape and arbitrary contents.
func UpConvInto(u, k, w *Tensor) {
	checkUpWeight(w)
	panels, release := borrow(panelLen(w.Shape[0], w.Shape[1]*9))
	defer release()
	f := upFilter(w)
	f.direct = func() *scatter { return upScatter(panels, w) }
	f.ConvInto(u, k)
}

// UpFilter is the weight of an up-convolution packed once for the kernels. It is immutable and safe for
// concurrent use.
type UpFilter struct {
	co, ci int
	direct func() *scatter
	// fast and split are the Winograd form and that in bfloat16 of a filter for rendering, nil for others.
	fast  func() *winogradUp
	split func() *scatter
}

// NewUpFilter packs w [Co,Ci,3,3] for UpConv. The weight is copied.
func NewUpFilter(w *Tensor) *UpFilter {
	f := upFilter(w)
	direct := packedUp(w)
	f.direct = func() *scatter { return direct }
	return f
}

func upFilter(w *Tensor) *UpFilter {
	checkUpWeight(w)
	return &UpFilter{co: w.Shape[0], ci: w.Shape[1]}
}

func checkUpWeight(w *Tensor) {
	if len(w.Shape) != 4 || w.Shape[2] != 3 || w.Shape[3] != 3 {
		panic(fmt.Sprintf("compute: up-convolution with weight %v", w.Shape))
	}
}

// upScatter packs w into panels.
func upScatter(panels []float32, w *Tensor) *scatter {
	s := &scatter{p: upParams.normal(), rows: w.Shape[0], channels: w.Shape[1], kh: 3, kw: 3, panels: panels}
	packRows(panels, w.Data, s.rows, s.channels*9, s.channels*9)
	return s
}

// packedUp packs w for many times.
func packedUp(w *Tensor) *scatter {
	s := upScatter(make([]float32, panelLen(w.Shape[0], w.Shape[1]*9)), w)
	s.prepare()
	return s
}

// splitUp packs w in bfloat16.
func splitUp(w *Tensor) *scatter {
	s := &scatter{p: upParams.normal(), rows: w.Shape[0], channels: w.Shape[1], kh: 3, kw: 3}
	s.prepareSplit(w.Data)
	return s
}

// Conv is UpConv(k, w) with the filter's weight.
func (f *UpFilter) Conv(k *Tensor) *Tensor {
	n, _, r, s := dims4("UpConv", k)
	u := New(n, f.co, 2*r+1, 2*s+1)
	f.ConvInto(u, k)
	return u
}

// ConvInto is Conv with the result in u, which has its shape and arbitrary contents.
func (f *UpFilter) ConvInto(u, k *Tensor) {
	n, ci, r, s := dims4("UpConv", k)
	h, w := 2*r+1, 2*s+1
	if ci != f.ci || !slices.Equal(u.Shape, []int{n, f.co, h, w}) {
		panic(fmt.Sprintf("compute: UpConv of %v with weight [%d %d 3 3] into %v", k.Shape, f.co, f.ci, u.Shape))
	}
	if k.Len() == 0 {
		clear(u.Data)
		return
	}
	image := func(dst, x []float32) { f.direct().image(dst, x, h, w, r, s) }
	switch {
	case f.split != nil && bfloatPays(f.co, ci, r*s, 1):
		image = func(dst, x []float32) { f.split().image(dst, x, h, w, r, s) }
	case f.fast != nil && winogradUpPays(ci, f.co, r, s):
		image = func(dst, x []float32) { f.fast().image(dst, x, r, s) }
	}
	for b := range n {
		image(u.Data[b*f.co*h*w:], k.Data[b*ci*r*s:])
	}
}

// UpConvGradInput is the adjoint of UpConv in k: dy [N,Co,2r+1,2s+1] and w [Co,Ci,3,3] give [N,Ci,r,s].
func UpConvGradInput(dy, w *Tensor) *Tensor {
	n, _, h, wd := dims4("UpConvGradInput", dy)
	dk := New(n, w.Shape[1], (h-1)/2, (wd-1)/2)
	UpConvGradInputInto(dk, dy, w)
	return dk
}

// UpConvGradInputInto is UpConvGradInput with the result in dk, which has its shape and arbitrary contents.
func UpConvGradInputInto(dk, dy, w *Tensor) {
	checkUpWeight(w)
	co, ci := w.Shape[0], w.Shape[1]
	f := &Filter{p: upParams.normal(), co: ci, cg: co, kh: 3, kw: 3}
	panels, release := borrow(f.panelLen())
	defer release()
	f.panels = func() []float32 { return panels }
	packSwapped(panels, w.Data, co, ci, 9, ci*9)
	f.ConvInto(dk, dy, nil)
}

// UpConvGradWeight is the adjoint of UpConv in w: k [N,Ci,r,s] and dy [N,Co,2r+1,2s+1] give [Co,Ci,3,3],
// summed over the batch.
func UpConvGradWeight(k, dy *Tensor) *Tensor {
	dw := New(dy.Shape[1], k.Shape[1], 3, 3)
	UpConvGradWeightInto(dw, k, dy, nil)
	return dw
}

// UpConvGradWeightInto is UpConvGradWeight with the result in dw, which has its shape and arbitrary contents. If plus is
// not nil, it is added.
func UpConvGradWeightInto(dw, k, dy *Tensor, plus *Scaled) {
	n, ci, r, s := dims4("UpConvGradWeight", k)
	_, co, h, w := dims4("UpConvGradWeight", dy)
	if dy.Shape[0] != n || h != 2*r+1 || w != 2*s+1 || !slices.Equal(dw.Shape, []int{co, ci, 3, 3}) {
		panic(fmt.Sprintf("compute: UpConvGradWeight of %v and %v into %v", k.Shape, dy.Shape, dw.Shape))
	}
	if k.Len() == 0 {
		clear(dw.Data)
	} else {
		// The gradient of the convolution that takes dy to k, whose weight has its channels the other way round.
		g := newWeightGradient(upParams.normal(), ci, co, 3, 3, r, s)
		defer g.release()
		for b := range n {
			g.more = b > 0
			g.image(dy.Data[b*co*h*w:], k.Data[b*ci*r*s:], h, w)
		}
		g.write(dw.Data, 9, ci*9, func(int) {})
	}
	plus.addTo(dw)
}
