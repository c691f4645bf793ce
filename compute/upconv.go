package compute

import "fmt"

// upParams are the parameters of StyleGAN2's up-convolution seen as the adjoint of a convolution.
var upParams = Params{Stride: [2]int{2, 2}}

// UpConv is StyleGAN2's transposed 3x3 convolution of stride 2 without padding (spec: generators 2):
// u[o,2y+ky,2x+kx] += w[o,i,ky,kx] k[i,y,x]. The weight w [Co,Ci,3,3] is ordered like an ordinary
// convolution's; k [N,Ci,r,s] becomes [N,Co,2r+1,2s+1].
func UpConv(k, w *Tensor) *Tensor { return NewUpFilter(w).Conv(k) }

// UpFilter is the weight of an up-convolution prepared for the kernels. It is immutable and safe for
// concurrent use.
type UpFilter struct {
	w *Tensor // [Ci,Co,3,3]
}

// NewUpFilter prepares w [Co,Ci,3,3] for UpConv.
func NewUpFilter(w *Tensor) *UpFilter { return &UpFilter{w: swapChannels(w)} }

// Conv is UpConv(k, w) with the filter's weight.
func (f *UpFilter) Conv(k *Tensor) *Tensor {
	return ConvTranspose2D(k, f.w, nil, upParams, [2]int{})
}

// UpConvGradInput is the adjoint of UpConv in k: dy [N,Co,2r+1,2s+1] and w [Co,Ci,3,3] give [N,Ci,r,s].
func UpConvGradInput(dy, w *Tensor) *Tensor {
	return Conv2D(dy, swapChannels(w), nil, upParams)
}

// UpConvGradWeight is the adjoint of UpConv in w: k [N,Ci,r,s] and dy [N,Co,2r+1,2s+1] give [Co,Ci,3,3],
// summed over the batch.
func UpConvGradWeight(k, dy *Tensor) *Tensor {
	return swapChannels(Conv2DGradWeight(dy, k, 3, 3, upParams))
}

// swapChannels exchanges the first two axes of a convolution's weight.
func swapChannels(w *Tensor) *Tensor {
	if len(w.Shape) != 4 {
		panic(fmt.Sprintf("compute: weight of shape %v has not four axes", w.Shape))
	}
	co, ci, n := w.Shape[0], w.Shape[1], w.Shape[2]*w.Shape[3]
	t := New(ci, co, w.Shape[2], w.Shape[3])
	for o := range co {
		for i := range ci {
			copy(t.Data[(i*co+o)*n:][:n], w.Data[(o*ci+i)*n:])
		}
	}
	return t
}
