package compute

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
	oh := floorDiv(h+p.Pad[0]+p.Pad[2]-p.Dilation[0]*(kh-1)-1, p.Stride[0]) + 1
	ow := floorDiv(w+p.Pad[1]+p.Pad[3]-p.Dilation[1]*(kw-1)-1, p.Stride[1]) + 1
	return max(oh, 0), max(ow, 0)
}

// floorDiv rounds towards minus infinity, so that a kernel larger than its input gives no output.
func floorDiv(a, b int) int {
	if a < 0 {
		return -1
	}
	return a / b
}

// Conv2D is cross-correlation: x [N,Ci,H,W] with w [Co,Ci/groups,kh,kw], plus an optional bias of length Co.
// The result is [N,Co,OH,OW] with the sizes of OutSize.
func Conv2D(x, w *Tensor, bias []float32, p Params) *Tensor {
	f := filterShape(w, p)
	y := f.result(x)
	Conv2DInto(y, x, w, bias, p)
	return y
}

// Conv2DInto is Conv2D with the result in y, which has its shape and arbitrary contents: for loops that convolve
// many times.
func Conv2DInto(y, x, w *Tensor, bias []float32, p Params) {
	// Packed into scratch memory: the filter lives for this call only.
	f := filterShape(w, p)
	panels, release := borrow(f.panelLen())
	defer release()
	f.panels = func() []float32 { return panels }
	f.pack(panels, w)
	f.ConvInto(y, x, bias)
}
