package compute

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"rewriting/compute/internal/kernel"
)

// tiers runs a test once per tier of this processor.
func tiers(t *testing.T, f func(t *testing.T)) {
	for tier := kernel.Portable; tier <= kernel.Best(); tier++ {
		t.Run(tier.String(), func(t *testing.T) {
			defer kernel.Use(tier)()
			f(t)
		})
	}
}

// random fills a new tensor with uniform numbers in (-1,1) from a small generator.
func random(seed uint64, shape ...int) *Tensor {
	x := New(shape...)
	for i := range x.Data {
		seed = seed*6364136223846793005 + 1442695040888963407
		x.Data[i] = float32(int32(seed>>32)) / (1 << 31)
	}
	return x
}

// directTolerance bounds the relative root-mean-square error of a float32 sum of products in any order:
// measured errors of such convolutions are 0.3 to 1.3e-6.
const directTolerance = 3e-6

// sums holds results in float64 and the squares of everything added to them.
type sums struct{ value, square []float64 }

func newSums(n int) sums { return sums{make([]float64, n), make([]float64, n)} }

// add adds a*b to result i.
func (s sums) add(i int, a, b float32) {
	v := float64(a) * float64(b)
	s.value[i] += v
	s.square[i] += v * v
}

// relative is the root-mean-square difference of got and the sums over the root of the sums' mean power, which is
// their own size unless much of them cancels.
func (s sums) relative(got []float32) float64 {
	var d, power float64
	for i, v := range s.value {
		d += (float64(got[i]) - v) * (float64(got[i]) - v)
		power += s.square[i]
	}
	if power == 0 {
		return math.Sqrt(d)
	}
	return math.Sqrt(d / power)
}

// naive is the definition of a convolution in float64; visit sees every product.
func naive(xs, ws []int, p Params, visit func(y, x, w int)) (shape []int) {
	p = p.normal()
	oh, ow := p.OutSize(xs[2], xs[3], ws[2], ws[3])
	for b := range xs[0] {
		for o := range ws[0] {
			for i := range ws[1] {
				c := o/(ws[0]/p.Groups)*ws[1] + i
				for y := range oh {
					for x := range ow {
						for ky := range ws[2] {
							for kx := range ws[3] {
								iy, ix := y*p.Stride[0]-p.Pad[0]+ky*p.Dilation[0], x*p.Stride[1]-p.Pad[1]+kx*p.Dilation[1]
								if iy >= 0 && iy < xs[2] && ix >= 0 && ix < xs[3] {
									visit(((b*ws[0]+o)*oh+y)*ow+x, ((b*xs[1]+c)*xs[2]+iy)*xs[3]+ix, ((o*ws[1]+i)*ws[2]+ky)*ws[3]+kx)
								}
							}
						}
					}
				}
			}
		}
	}
	return []int{xs[0], ws[0], oh, ow}
}

// convCase is a random convolution.
type convCase struct {
	xs, ws []int
	p      Params
}

func drawConv(t *rapid.T) convCase {
	in := func(lo, hi int, name string) int { return rapid.IntRange(lo, hi).Draw(t, name) }
	c := convCase{p: Params{
		Stride:   [2]int{in(1, 3, "stride y"), in(1, 4, "stride x")},
		Dilation: [2]int{in(1, 2, "dilation y"), in(1, 2, "dilation x")},
		Groups:   in(1, 3, "groups"),
	}}
	if rapid.Bool().Draw(t, "plain") {
		c.p = Params{}
	}
	for i := range c.p.Pad {
		c.p.Pad[i] = in(0, 3, "pad")
	}
	g := max(c.p.Groups, 1)
	kh, kw := in(1, 4, "kh"), in(1, 4, "kw")
	c.ws = []int{g * in(1, 19, "out"), in(1, 20, "in"), kh, kw}
	c.xs = []int{in(1, 2, "batch"), g * c.ws[1], in(1, 20, "h"), in(1, 36, "w")}
	if oh, ow := c.p.OutSize(c.xs[2], c.xs[3], kh, kw); oh == 0 || ow == 0 {
		t.Skip("no output")
	}
	return c
}

func TestConvolutionAndGradientsFollowTheDefinition(t *testing.T) {
	tiers(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) { checkConvolution(t, drawConv(t)) })
	})
}

func checkConvolution(t rapid.TB, c convCase) {
	x, w := random(1, c.xs...), random(2, c.ws...)
	bias := random(4, c.ws[0]).Data
	y := Conv2D(x, w, bias, c.p)
	want := newSums(y.Len())
	for i := range y.Data {
		want.add(i, bias[i/(y.Shape[2]*y.Shape[3])%c.ws[0]], 1)
	}
	naive(c.xs, c.ws, c.p, func(o, i, k int) { want.add(o, x.Data[i], w.Data[k]) })
	if e := want.relative(y.Data); e > directTolerance {
		t.Errorf("%v: convolution is off by %.2g", c, e)
	}
	dy := random(3, y.Shape...)
	wantX, wantW := newSums(x.Len()), newSums(w.Len())
	naive(c.xs, c.ws, c.p, func(o, i, k int) {
		wantX.add(i, dy.Data[o], w.Data[k])
		wantW.add(k, dy.Data[o], x.Data[i])
	})
	if e := wantX.relative(Conv2DGradInput(dy, w, c.xs[2], c.xs[3], c.p).Data); e > directTolerance {
		t.Errorf("%v: gradient of the input is off by %.2g", c, e)
	}
	if e := wantW.relative(Conv2DGradWeight(x, dy, c.ws[2], c.ws[3], c.p).Data); e > directTolerance {
		t.Errorf("%v: gradient of the weight is off by %.2g", c, e)
	}
}

func TestConvolutionsOfKnownNetworksFollowTheDefinition(t *testing.T) {
	same := Same3x3
	for _, c := range []convCase{
		{[]int{1, 128, 6, 10}, []int{80, 128, 3, 3}, same},                                               // an insert's crop
		{[]int{1, 24, 16, 16}, []int{32, 24, 3, 3}, same},                                                // whole vectors
		{[]int{1, 16, 48, 48}, []int{8, 16, 3, 3}, same},                                                 // several blocks
		{[]int{2, 40, 4, 4}, []int{48, 40, 3, 3}, same},                                                  // tiny maps
		{[]int{1, 3, 37, 33}, []int{16, 3, 7, 7}, Params{Stride: [2]int{2, 2}, Pad: [4]int{3, 3, 3, 3}}}, // ResNet's stem
		{[]int{1, 3, 47, 47}, []int{16, 3, 11, 11}, Params{Stride: [2]int{4, 4}, Pad: [4]int{2, 2, 2, 2}}},
		{[]int{1, 20, 12, 12}, []int{20, 1, 3, 3}, Params{Pad: same.Pad, Groups: 20}}, // depthwise
		{[]int{1, 32, 9, 9}, []int{3, 32, 1, 1}, Params{}},
		{[]int{1, 32, 16, 16}, []int{8, 32, 1, 1}, Params{Stride: [2]int{2, 2}}},
		{[]int{1, 8, 17, 17}, []int{12, 8, 1, 7}, Params{Pad: [4]int{0, 3, 0, 3}}},
	} {
		t.Run(fmt.Sprint(c.xs, c.ws), func(t *testing.T) {
			tiers(t, func(t *testing.T) { checkConvolution(t, c) })
		})
	}
}

func TestUpConvFollowsItsDefinition(t *testing.T) {
	tiers(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			in := func(lo, hi int, name string) int { return rapid.IntRange(lo, hi).Draw(t, name) }
			n, ci, co, r, s := in(1, 2, "batch"), in(1, 20, "in"), in(1, 20, "out"), in(1, 17, "rows"), in(1, 33, "columns")
			k, w, dy := random(1, n, ci, r, s), random(2, co, ci, 3, 3), random(3, n, co, 2*r+1, 2*s+1)
			u, dk, dw := newSums(dy.Len()), newSums(k.Len()), newSums(w.Len())
			for b := range n {
				for o := range co {
					for i := range ci {
						for at := range r * s * 9 {
							y, x, ky, kx := at/9/s, at/9%s, at%9/3, at%3
							iu := ((b*co+o)*(2*r+1)+2*y+ky)*(2*s+1) + 2*x + kx
							ik, iw := ((b*ci+i)*r+y)*s+x, ((o*ci+i)*3+ky)*3+kx
							u.add(iu, w.Data[iw], k.Data[ik])
							dk.add(ik, w.Data[iw], dy.Data[iu])
							dw.add(iw, k.Data[ik], dy.Data[iu])
						}
					}
				}
			}
			for _, c := range []struct {
				name string
				got  *Tensor
				want sums
			}{{"result", UpConv(k, w), u}, {"key gradient", UpConvGradInput(dy, w), dk}, {"weight gradient", UpConvGradWeight(k, dy), dw}} {
				if e := c.want.relative(c.got.Data); e > directTolerance {
					t.Errorf("%s is off by %.2g", c.name, e)
				}
			}
		})
	})
}
