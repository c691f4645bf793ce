package autodiff

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
)

// Conv2D is compute.Conv2D without a bias: x [N,Ci,H,W] and w [Co,Ci/groups,kh,kw] give [N,Co,OH,OW].
func Conv2D(x, w *gorgonia.Node, p compute.Params) (*gorgonia.Node, error) {
	if err := ranks("Conv2D", 4, x, w); err != nil {
		return nil, err
	}
	xs, ws := x.Shape(), w.Shape()
	if groups := max(p.Groups, 1); xs[1] != ws[1]*groups || ws[0]%groups != 0 {
		return nil, fmt.Errorf("autodiff: Conv2D of %v with weight %v and %d groups", xs, ws, groups)
	}
	oh, ow := p.OutSize(xs[2], xs[3], ws[2], ws[3])
	return (&op{
		name: fmt.Sprintf("Conv2D%+v", p),
		out:  []int{xs[0], ws[0], oh, ow},
		into: func(out *compute.Tensor, in []*compute.Tensor) { compute.Conv2DInto(out, in[0], in[1], nil, p) },
		gradient: []gradient{
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return convGradInput(dy, w, xs, p) },
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) {
				return (&op{
					name: fmt.Sprintf("Conv2DGradWeight%+v to %v", p, ws),
					out:  ws,
					into: func(out *compute.Tensor, in []*compute.Tensor) {
						compute.Conv2DGradWeightInto(out, in[0], in[1], p, nil)
					},
				}).apply(x, dy)
			},
		},
	}).apply(x, w)
}

func convGradInput(dy, w *gorgonia.Node, out []int, p compute.Params) (*gorgonia.Node, error) {
	return (&op{
		name: fmt.Sprintf("Conv2DGradInput%+v to %v", p, out),
		out:  out,
		into: func(out *compute.Tensor, in []*compute.Tensor) { compute.Conv2DGradInputInto(out, in[0], in[1], p) },
	}).apply(dy, w)
}

func upConvGradInput(dy, w *gorgonia.Node, out []int) (*gorgonia.Node, error) {
	return (&op{
		name: "UpConvGradInput",
		out:  out,
		into: func(out *compute.Tensor, in []*compute.Tensor) { compute.UpConvGradInputInto(out, in[0], in[1]) },
	}).apply(dy, w)
}

// UpConv is compute.UpConv, StyleGAN2's transposed convolution of stride 2: k [N,Ci,r,s] and w [Co,Ci,3,3]
// give [N,Co,2r+1,2s+1].
func UpConv(k, w *gorgonia.Node) (*gorgonia.Node, error) {
	if err := ranks("UpConv", 4, k, w); err != nil {
		return nil, err
	}
	ks, ws := k.Shape(), w.Shape()
	if ks[1] != ws[1] || ws[2] != 3 || ws[3] != 3 {
		return nil, fmt.Errorf("autodiff: UpConv of %v with weight %v", ks, ws)
	}
	return (&op{
		name: "UpConv",
		out:  []int{ks[0], ws[0], 2*ks[2] + 1, 2*ks[3] + 1},
		into: func(out *compute.Tensor, in []*compute.Tensor) { compute.UpConvInto(out, in[0], in[1]) },
		gradient: []gradient{
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return upConvGradInput(dy, w, ks) },
			func(_, dy *gorgonia.Node) (*gorgonia.Node, error) {
				return (&op{
					name: "UpConvGradWeight",
					out:  ws,
					into: func(out *compute.Tensor, in []*compute.Tensor) { compute.UpConvGradWeightInto(out, in[0], in[1], nil) },
				}).apply(k, dy)
			},
		},
	}).apply(k, w)
}

// Blur is compute.Blur, the [1,3,3,1] filter after an up-convolution: [N,C,H,W] becomes [N,C,H+pad0+pad1-3,...].
func Blur(x *gorgonia.Node, pad0, pad1 int) (*gorgonia.Node, error) {
	if err := ranks("Blur", 4, x); err != nil {
		return nil, err
	}
	s := x.Shape()
	return (&op{
		name:     fmt.Sprintf("Blur(%d,%d)", pad0, pad1),
		out:      []int{s[0], s[1], s[2] + pad0 + pad1 - 3, s[3] + pad0 + pad1 - 3},
		into:     func(out *compute.Tensor, in []*compute.Tensor) { compute.BlurInto(out, in[0], pad0, pad1) },
		gradient: []gradient{func(_, dy *gorgonia.Node) (*gorgonia.Node, error) { return blurGrad(dy, pad0, pad1, s) }},
	}).apply(x)
}

func blurGrad(dy *gorgonia.Node, pad0, pad1 int, out []int) (*gorgonia.Node, error) {
	return (&op{
		name: fmt.Sprintf("BlurGrad(%d,%d)", pad0, pad1),
		out:  out,
		into: func(out *compute.Tensor, in []*compute.Tensor) { compute.BlurGradInto(out, in[0], pad0, pad1) },
	}).apply(dy)
}

// Upsample2x is compute.Upsample2x, StyleGAN2's upsampling of the running image: [N,C,H,W] becomes [N,C,2H,2W].
func Upsample2x(x *gorgonia.Node) (*gorgonia.Node, error) {
	if err := ranks("Upsample2x", 4, x); err != nil {
		return nil, err
	}
	s := x.Shape()
	return (&op{
		name:  "Upsample2x",
		out:   []int{s[0], s[1], 2 * s[2], 2 * s[3]},
		fresh: func(in []*compute.Tensor) *compute.Tensor { return compute.Upsample2x(in[0]) },
		gradient: []gradient{func(_, dy *gorgonia.Node) (*gorgonia.Node, error) {
			return (&op{
				name:  "Upsample2xGrad",
				out:   s,
				fresh: func(in []*compute.Tensor) *compute.Tensor { return compute.Upsample2xGrad(in[0]) },
			}).apply(dy)
		}},
	}).apply(x)
}

// MaxPool2D is compute.MaxPool2D; of several equal largest cells the kernel's choice gets the gradient.
func MaxPool2D(x *gorgonia.Node, kernel [2]int, p compute.Params) (*gorgonia.Node, error) {
	if err := ranks("MaxPool2D", 4, x); err != nil {
		return nil, err
	}
	s := x.Shape()
	oh, ow := p.OutSize(s[2], s[3], kernel[0], kernel[1])
	return (&op{
		name: fmt.Sprintf("MaxPool2D%v%+v", kernel, p),
		out:  []int{s[0], s[1], oh, ow},
		into: func(out *compute.Tensor, in []*compute.Tensor) { compute.MaxPool2DInto(out, in[0], kernel, p) },
		gradient: []gradient{func(_, dy *gorgonia.Node) (*gorgonia.Node, error) {
			return (&op{
				name: fmt.Sprintf("MaxPool2DGrad%v%+v", kernel, p),
				out:  s,
				into: func(out *compute.Tensor, in []*compute.Tensor) {
					compute.MaxPool2DGradInto(out, in[0], in[1], kernel, p)
				},
			}).apply(x, dy)
		}},
	}).apply(x)
}

// ranks checks the number of axes of every node.
func ranks(name string, rank int, nodes ...*gorgonia.Node) error {
	for i, n := range nodes {
		if n.Dims() != rank {
			return fmt.Errorf("autodiff: %s: input %d has shape %v, expected %d axes", name, i, n.Shape(), rank)
		}
	}
	return nil
}
