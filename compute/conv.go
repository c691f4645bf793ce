package compute

import "fmt"

// Params are the attributes of a two-dimensional convolution. The zero value of
// Stride, Dilation and Groups means one; Pad is top, left, bottom, right.
type Params struct {
	Stride   [2]int
	Pad      [4]int
	Dilation [2]int
	Groups   int
}

// Same3x3 are the parameters of a 3x3 convolution that keeps the size of its input.
var Same3x3 = Params{Pad: [4]int{1, 1, 1, 1}}

func (p Params) normal() Params {
	for i := range 2 {
		p.Stride[i] = max(p.Stride[i], 1)
		p.Dilation[i] = max(p.Dilation[i], 1)
	}
	p.Groups = max(p.Groups, 1)
	return p
}

// OutSize gives the size of a convolution's output for an input of h x w and a kernel of kh x kw.
func (p Params) OutSize(h, w, kh, kw int) (int, int) {
	p = p.normal()
	oh := (h+p.Pad[0]+p.Pad[2]-p.Dilation[0]*(kh-1)-1)/p.Stride[0] + 1
	ow := (w+p.Pad[1]+p.Pad[3]-p.Dilation[1]*(kw-1)-1)/p.Stride[1] + 1
	return oh, ow
}

// Conv2D is cross-correlation: x [N,Ci,H,W] with w [Co,Ci/groups,kh,kw], plus an optional bias of length Co.
// The result is [N,Co,OH,OW] with the sizes of OutSize.
func Conv2D(x, w *Tensor, bias []float32, p Params) *Tensor {
	p = p.normal()
	n, ci, h, wd := x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]
	co, cg, kh, kw := w.Shape[0], w.Shape[1], w.Shape[2], w.Shape[3]
	if cg*p.Groups != ci || co%p.Groups != 0 {
		panic(fmt.Sprintf("compute: Conv2D of %v with weight %v and %d groups", x.Shape, w.Shape, p.Groups))
	}
	oh, ow := p.OutSize(h, wd, kh, kw)
	y := New(n, co, oh, ow)
	cog := co / p.Groups
	for b := range n {
		for o := range co {
			g := o / cog
			for yy := range oh {
				for xx := range ow {
					var s float32
					if bias != nil {
						s = bias[o]
					}
					for i := range cg {
						src := x.Data[((b*ci+g*cg+i)*h)*wd:]
						k := w.Data[((o*cg+i)*kh)*kw:]
						for ky := range kh {
							iy := yy*p.Stride[0] - p.Pad[0] + ky*p.Dilation[0]
							if iy < 0 || iy >= h {
								continue
							}
							for kx := range kw {
								ix := xx*p.Stride[1] - p.Pad[1] + kx*p.Dilation[1]
								if ix >= 0 && ix < wd {
									s += src[iy*wd+ix] * k[ky*kw+kx]
								}
							}
						}
					}
					y.Data[((b*co+o)*oh+yy)*ow+xx] = s
				}
			}
		}
	}
	return y
}
