package compute

import (
	"sync"

	"rewriting/compute/internal/kernel"
)

// winograd is a 3x3 convolution of stride one with a border of one by Winograd's F(4x4,3x3): the image is cut into
// tiles of 4x4 results, each the inverse transform of 36 frequencies, and for every frequency all tiles together
// are one matrix product with the transformed weight. That takes a quarter of the multiplications; rounding grows to
// some 1e-5 of the largest result.
type winograd struct {
	co, ci int
	panels [36][]float32 // packed co x ci, by frequency
}

// winogradTiles is how many tiles are worked on together: a few vectors for each row of weights that is read.
const winogradTiles = 128

// winogradPays is the measured rule: tiles must fill vectors, and the transforms' cost, which grows with ci + co, be small
// beside the products', which grows with ci * co.
func winogradPays(ci, co, h, w int) bool {
	return kernel.Current() > kernel.Portable && h%4 == 0 && w%4 == 0 && h >= 16 && w >= 16 && min(ci, co) >= 32
}

// newWinograd transforms w [Co,Ci,3,3]: G g Gᵀ for every pair of channels, in float64.
func newWinograd(w *Tensor) *winograd {
	t := &winograd{co: w.Shape[0], ci: w.Shape[1]}
	for f := range t.panels {
		t.panels[f] = make([]float32, panelLen(t.co, t.ci))
	}
	for o := range t.co {
		for i := range t.ci {
			g := w.Data[(o*t.ci+i)*9:][:9]
			var half [6][3]float64
			for c := range 3 {
				for r, v := range frequencies(float64(g[c]), float64(g[3+c]), float64(g[6+c])) {
					half[r][c] = v
				}
			}
			at := o/kernel.Rows*kernel.Rows*t.ci + i*kernel.Rows + o%kernel.Rows
			for r, row := range half {
				for c, v := range frequencies(row[0], row[1], row[2]) {
					t.panels[6*r+c][at] = float32(v)
				}
			}
		}
	}
	return t
}

// frequencies are the values of the polynomial a + bx + cx² at 0, 1, -1, 2, -2 and infinity, scaled.
func frequencies(a, b, c float64) [6]float64 {
	return [6]float64{a / 4, -(a + b + c) / 6, -(a - b + c) / 6, (a + 2*b + 4*c) / 24, (a - 2*b + 4*c) / 24, c}
}

// image convolves one image x, ci maps of h x w, into the co maps of y; bias may be nil.
func (t *winograd) image(y, x []float32, h, w int, bias []float32) {
	pitch := w/4 + 1 // one tile of no use ends each row, so that tiles are consecutive
	rows := min(h/4, max(1, winogradTiles/pitch))
	lanes := kernel.Lanes()
	ld := (rows*pitch + lanes - 1) / lanes * lanes
	inStep, outStep := t.ci*ld+lanes, t.co*ld+lanes // frequencies do not meet in one set of the cache
	buf, release := borrow(36*(inStep+outStep) + kernel.Slack)
	defer release()
	in, out := buf[:36*inStep], buf[36*inStep:]
	var frequency [36]int
	for f := range frequency {
		frequency[f] = f * outStep
	}
	off := make([]int, t.ci)
	for c := range off {
		off[c] = c * ld
	}
	for first := 0; first < h/4; first += rows {
		count := min(rows, h/4-first)
		n := (count*pitch + lanes - 1) / lanes * lanes
		grain := 1 + passGrain/(16*n)
		Split(t.ci, grain, func(lo, hi int) {
			phases := newTilePhases(rows, pitch, ld)
			defer phases.release()
			for c := lo; c < hi; c++ {
				phases.fill(x[c*h*w:][:h*w], h, w, 4*first, count)
				kernel.WinogradIn(in[c*ld:], inStep, phases.planes, &phases.off, n)
			}
		})
		vectors := make([]vector, 0, n/lanes)
		for j := 0; j < n; j += lanes {
			vectors = append(vectors, vector{b: j, c: j, lanes: lanes})
		}
		Split(len(t.panels), 1+leastWork/(t.ci*t.co*n), func(lo, hi int) {
			for f := lo; f < hi; f++ {
				m := product{a: t.panels[f], rows: t.co, off: off, c: out[f*outStep:], ldc: ld}
				eachBlock(t.ci, panelBlock/(3*4*lanes), func(k0, k1 int) {
					m.tiles(k0, off[k0:k1], in[f*inStep:], vectors, 0, t.co)
				})
			}
		})
		Split(t.co, grain, func(lo, hi int) {
			phases := newTilePhases(rows, pitch, ld)
			defer phases.release()
			for c := lo; c < hi; c++ {
				var b float32
				if bias != nil {
					b = bias[c]
				}
				kernel.WinogradOut(phases.planes, phases.plane, out[c*ld:], &frequency, n, b)
				phases.weave(y[(c*h+4*first)*w:], w, count)
			}
		})
	}
}

// tilePhases holds rows of one channel in sixteen planes, by row and column modulo four: what all tiles need of one
// place in a tile is then consecutive.
type tilePhases struct {
	pitch, plane int
	planes       []float32
	off          [36]int // of the six by six inputs of the first tile
	row          []float32
	release      func()
}

func newTilePhases(rows, pitch, tiles int) *tilePhases {
	p := &tilePhases{pitch: pitch, plane: max((rows+1)*pitch, tiles+pitch+1) + kernel.Slack}
	var buf []float32
	buf, p.release = borrow(16*p.plane + 12*pitch)
	clear(buf)
	p.planes, p.row = buf[:16*p.plane], buf[16*p.plane:]
	for r := range 6 {
		for c := range 6 {
			p.off[6*r+c] = (r%4*4+c%4)*p.plane + r/4*pitch + c/4
		}
	}
	return p
}

// fill takes the rows top-1 to top+4*count of an image with a border of zeros.
func (p *tilePhases) fill(x []float32, h, w, top, count int) {
	wide, even, odd := p.row[:4*p.pitch], p.row[4*p.pitch:][:2*p.pitch], p.row[6*p.pitch:][:2*p.pitch]
	for r := range 4*count + 2 {
		if y := top + r - 1; y >= 0 && y < h {
			padRow(wide, x[y*w:][:w], 1)
		} else {
			clear(wide)
		}
		kernel.Deinterleave(even, odd, wide)
		at := p.planes[r%4*4*p.plane+r/4*p.pitch:]
		kernel.Deinterleave(at[:p.pitch], at[2*p.plane:][:p.pitch], even)
		kernel.Deinterleave(at[p.plane:][:p.pitch], at[3*p.plane:][:p.pitch], odd)
	}
}

// weave puts the pixels of count rows of tiles together: 4*count rows of w.
func (p *tilePhases) weave(y []float32, w, count int) {
	even, odd := p.row[:w/2], p.row[w/2:][:w/2]
	for r := range 4 * count {
		at := p.planes[r%4*4*p.plane+r/4*p.pitch:]
		kernel.Interleave(even, at[:w/4], at[2*p.plane:][:w/4])
		kernel.Interleave(odd, at[p.plane:][:w/4], at[3*p.plane:][:w/4])
		kernel.Interleave(y[r*w:][:w], even, odd)
	}
}

// NewRenderFilter is NewFilter for results that are only looked at: where it pays, maps are convolved by Winograd's
// F(4,3), exact to 1e-4 of the largest result (in practice a tenth of that) instead of to rounding. It is not for
// anything that is differentiated or compared closely. The transformed weight, four times the size of w, is
// made when first needed: w must not change. Which way a map goes depends on shapes and tier alone.
func NewRenderFilter(w *Tensor, p Params) *Filter {
	f := NewFilter(w, p)
	if f.p == Same3x3.normal() && f.kh == 3 && f.kw == 3 {
		f.fast = sync.OnceValue(func() *winograd { return newWinograd(w) })
	}
	return f
}
