package compute

import (
	"fmt"

	"rewriting/compute/internal/kernel"
)

// Conv2DGradWeight is the adjoint of Conv2D in its weight: for x [N,Ci,H,W] and dy [N,Co,OH,OW] it returns the
// gradient [Co,Ci/groups,kh,kw], summed over the batch.
func Conv2DGradWeight(x, dy *Tensor, kh, kw int, p Params) *Tensor {
	dw := New(dy.Shape[1], x.Shape[1]/p.normal().Groups, kh, kw)
	Conv2DGradWeightInto(dw, x, dy, p, nil)
	return dw
}

// Scaled is a weight w [Co,Ci,kh,kw] times one factor f [Co,Ci] for every pair of channels: what demodulation adds to the
// gradient of a weight.
type Scaled struct{ Weight, Factor *Tensor }

// Conv2DGradWeightInto is Conv2DGradWeight with the result in dw, which has its shape and arbitrary contents. If plus is not
// nil, it is added.
func Conv2DGradWeightInto(dw, x, dy *Tensor, p Params, plus *Scaled) {
	p = p.normal()
	n, ci, h, w := dims4("Conv2DGradWeight", x)
	_, co, oh, ow := dims4("Conv2DGradWeight", dy)
	_, cg, kh, kw := dims4("Conv2DGradWeight", dw)
	if eh, ew := p.OutSize(h, w, kh, kw); dy.Shape[0] != n || eh != oh || ew != ow || ci != cg*p.Groups ||
		dw.Shape[0] != co || co%p.Groups != 0 {
		panic(fmt.Sprintf("compute: Conv2DGradWeight of %v and %v for %v with %d groups", x.Shape, dy.Shape, dw.Shape, p.Groups))
	}
	if dy.Len() == 0 {
		clear(dw.Data)
		plus.addTo(dw)
		return
	}
	rows := co / p.Groups
	g := newWeightGradient(p, rows, cg, kh, kw, oh, ow)
	defer g.release()
	for group := range p.Groups {
		for b := range n {
			g.more = b > 0
			g.image(x.Data[(b*ci+group*cg)*h*w:], dy.Data[(b*co+group*rows)*oh*ow:], h, w)
		}
		g.write(dw.Data[group*rows*cg*kh*kw:], cg*kh*kw, kh*kw, func(o int) { plus.addRow(dw, group*rows+o) })
	}
}

// addRow adds one output channel.
func (s *Scaled) addRow(dw *Tensor, o int) {
	if s == nil {
		return
	}
	ci, taps := dw.Shape[1], dw.Shape[2]*dw.Shape[3]
	kernel.AddScaledTaps(dw.Data[o*ci*taps:], s.Weight.Data[o*ci*taps:], s.Factor.Data[o*ci:][:ci], taps)
}

func (s *Scaled) addTo(dw *Tensor) {
	if s == nil {
		return
	}
	Split(dw.Shape[0], 1+dw.Shape[0]*passGrain/max(dw.Len(), 1), func(lo, hi int) {
		for o := lo; o < hi; o++ {
			s.addRow(dw, o)
		}
	})
}

// weightGradient is the product dW[o, (tap, channel)] = sum over pixels of dy[o, pixel] x[pixel+tap, channel].
// The image is laid out with its channels together, so that the inner dimension runs over pixels: strip by strip of rows, each
// added to those above it, because a layout of all of a large image would take more memory than the image.
type weightGradient struct {
	product
	layout             staging // of the strip at the top
	channels, padded   int     // channels, and rounded up to whole vectors
	taps               int
	oh, ow             int // of the gradient that comes in
	strip              int // rows of it at a time
	stride, reach      int // vertical distance of its pixels in the image, and rows that a kernel covers
	more               bool
	offsets            []int // of the pixels of a strip
	planes, pixelMajor []float32
	vectors            []vector
	releases           [4]func()
}

// stripNumbers is about how many numbers of the image a strip lays out: 16 MiB. A variable, so that tests have strips of small images.
var stripNumbers = 4 << 20

func newWeightGradient(p Params, rows, channels, kh, kw, oh, ow int) *weightGradient {
	lanes := kernel.Lanes()
	g := &weightGradient{channels: channels, padded: (channels + lanes - 1) / lanes * lanes, taps: kh * kw, oh: oh, ow: ow,
		stride: p.Stride[0], reach: (kh-1)*p.Dilation[0] + 1}
	g.rows = rows
	g.layout = staging{stride: 1, top: p.Pad[0], left: p.Pad[1], rowStride: 1, cols: (ow-1)*p.Stride[1] + (kw-1)*p.Dilation[1] + 1}
	g.strip = min(oh, max(1, stripNumbers/(g.layout.cols*g.padded*g.stride)))
	g.layout.rows = (g.strip-1)*g.stride + g.reach
	g.layout.finish()
	g.planes, g.releases[0] = borrow(g.layout.len(g.padded))
	g.pixelMajor, g.releases[1] = borrow(g.layout.plane*g.padded + kernel.Slack)
	g.a, g.releases[2] = borrow(panelLen(rows, g.strip*ow))
	g.c, g.releases[3] = borrow(rows * g.taps * g.padded)
	g.b, g.ldc = g.pixelMajor, g.taps*g.padded
	g.offsets = make([]int, 0, g.strip*ow)
	for y := range g.strip {
		for x := range ow {
			g.offsets = append(g.offsets, (y*p.Stride[0]*g.layout.cols+x*p.Stride[1])*g.padded)
		}
	}
	for t := range g.taps {
		at := (t/kw*p.Dilation[0]*g.layout.cols + t%kw*p.Dilation[1]) * g.padded
		for c := 0; c < g.padded; c += lanes {
			g.vectors = append(g.vectors, vector{b: at + c, c: t*g.padded + c, lanes: lanes})
		}
	}
	return g
}

// image adds one image's part, or starts with it where more is not set.
func (g *weightGradient) image(x, dy []float32, h, w int) {
	for y := 0; y < g.oh; y += g.strip {
		g.rowsOf(x, dy, h, w, y, min(g.strip, g.oh-y))
	}
}

// rowsOf adds the part of n rows of dy from row y.
func (g *weightGradient) rowsOf(x, dy []float32, h, w, y, n int) {
	layout := g.layout
	layout.top -= y * g.stride
	layout.rows = (n-1)*g.stride + g.reach // in planes that have room for a whole strip
	layout.fill(g.planes, x, g.channels, h, w)
	clear(g.planes[g.channels*layout.plane : g.padded*layout.plane])
	Split(g.padded/8, 1+passGrain/(8*layout.plane), func(lo, hi int) {
		for c := 8 * lo; c < 8*hi; c += 8 {
			b := kernel.Block8{LDD: g.padded, DstStep: 8 * g.padded, LDS: layout.plane, SrcStep: 8, Count: layout.plane / 8}
			b.Transpose(g.pixelMajor[c:], g.planes[c*layout.plane:])
		}
	})
	g.off = g.offsets[:n*g.ow]
	packRows(g.a, dy[y*g.ow:], g.rows, len(g.off), g.oh*g.ow)
	g.add = g.more || y > 0
	g.direct(g.vectors)
}

// write rearranges the sum: row o, channel c and tap t go to dw[o*rowStep + c*channelStep + t]. Each row is followed by a
// call of after, while it is still in the cache.
func (g *weightGradient) write(dw []float32, rowStep, channelStep int, after func(o int)) {
	Split(g.rows, 1+passGrain/max(g.ldc, 1), func(lo, hi int) {
		for o := lo; o < hi; o++ {
			g.writeRow(dw[o*rowStep:], g.c[o*g.ldc:][:g.ldc], channelStep)
			after(o)
		}
	})
}

func (g *weightGradient) writeRow(dst, src []float32, channelStep int) {
	if g.taps == 1 && channelStep == 1 {
		copy(dst[:g.channels], src)
		return
	}
	done := 0
	if g.taps >= 8 {
		b := kernel.Block8{LDD: channelStep, DstStep: 8 * channelStep, LDS: g.padded, SrcStep: 8, Count: g.channels / 8}
		for t := 0; t < g.taps; t += 8 {
			at := min(t, g.taps-8) // the last block overlaps its neighbour
			b.Transpose(dst[at:], src[at*g.padded:])
		}
		done = b.Count * 8
	}
	for c := done; c < g.channels; c++ {
		for t := range g.taps {
			dst[c*channelStep+t] = src[t*g.padded+c]
		}
	}
}

func (g *weightGradient) release() {
	for _, f := range g.releases {
		f()
	}
}
