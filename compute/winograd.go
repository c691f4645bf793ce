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

// winogradSteps bounds the inner dimension of one kernel call. Three vectors of so many channels are in the second-level
// cache, from where one step's come faster than they are used, and results are written once or twice.
const winogradSteps = 512

// mostStrip is how many bytes of frequencies each processor may have of its own.
const mostStrip = 6 << 20

// winogradPays is the measured rule: tiles must fill vectors, so that multiplications are saved with something to spare, and
// the transforms' cost, which grows with ci + co, be small beside the products', which grows with ci * co.
func winogradPays(ci, co, h, w int) bool {
	lanes := kernel.Lanes()
	vectors := ((h+3)/4*((w+3)/4) + lanes - 1) / lanes
	return kernel.Current() > kernel.Portable && min(ci, co) >= 32 && 36*vectors*lanes*3/2 < 9*h*w
}

// newWinograd transforms w [Co,Ci,3,3]: G g Gᵀ for every pair of channels.
func newWinograd(w *Tensor) *winograd {
	return &winograd{co: w.Shape[0], ci: w.Shape[1], panels: winogradPanels(w, frequencies)}
}

// winogradPanels transforms the columns and then the rows of every kernel of w [Co,Ci,3,3], in float64, and packs each of
// the 36 matrices that result.
func winogradPanels(w *Tensor, line func(a, b, c float64) [6]float64) [36][]float32 {
	co, ci := w.Shape[0], w.Shape[1]
	var panels [36][]float32
	for f := range panels {
		panels[f] = make([]float32, panelLen(co, ci))
	}
	Split(co, 1+passGrain/(36*max(ci, 1)), func(lo, hi int) {
		for o := lo; o < hi; o++ {
			for i := range ci {
				g, at := w.Data[(o*ci+i)*9:][:9], o/kernel.Rows*kernel.Rows*ci+i*kernel.Rows+o%kernel.Rows
				var half [6][3]float64
				for c := range 3 {
					for r, v := range line(float64(g[c]), float64(g[3+c]), float64(g[6+c])) {
						half[r][c] = v
					}
				}
				for r, row := range half {
					for c, v := range line(row[0], row[1], row[2]) {
						panels[6*r+c][at] = float32(v)
					}
				}
			}
		}
	})
	return panels
}

// frequencies are the values of the polynomial a + bx + cx² at 0, 1, -1, 2, -2 and infinity, scaled.
func frequencies(a, b, c float64) [6]float64 {
	return [6]float64{a / 4, -(a + b + c) / 6, -(a - b + c) / 6, (a + 2*b + 4*c) / 24, (a - 2*b + 4*c) / 24, c}
}

// image convolves one image x, ci maps of h x w, into the co maps of y; bias may be nil.
func (t *winograd) image(y, x []float32, h, w int, bias []float32) {
	high, wide := (h+3)/4, (w+3)/4 // in tiles; the last ones may reach beyond the image
	eachStrip(high, wide, winogradTiles, 36, t.ci, t.co, func(first, count int) { t.strip(y, x, h, w, first, count, bias) })
}

// eachStrip calls f for strips of rows of high x wide tiles, some tiles at a time, each of so many numbers in every channel.
func eachStrip(high, wide, tiles, numbers, ci, co int, f func(first, count int)) {
	rows := min(high, max(1, tiles/wide))
	// One processor a strip, unless that takes too much memory: then all work on one.
	strips, grain := (high+rows-1)/rows, 1
	if numbers*4*(ci+co)*rows*wide > mostStrip {
		grain = strips
	}
	split(strips, grain, ci*co*rows*wide*strips >= leastWork, func(lo, hi int) {
		for first := lo * rows; first < min(hi*rows, high); first += rows {
			f(first, min(rows, high-first))
		}
	})
}

// strip makes count rows of tiles, from row first on.
func (t *winograd) strip(y, x []float32, h, w, first, count int, bias []float32) {
	wide, lanes := (w+3)/4, kernel.Lanes()
	n := (count*wide + lanes - 1) / lanes * lanes
	inStep, outStep := t.ci*n+lanes, t.co*n+lanes // frequencies do not meet in one set of the cache
	buf, release := borrow(36*(inStep+outStep) + kernel.Slack)
	defer release()
	in, out := buf[:36*inStep], buf[36*inStep:]
	grain := 1 + passGrain/(16*n)
	Split(t.ci, grain, func(lo, hi int) {
		phases := newTilePhases(count, wide, n)
		defer phases.release()
		for c := lo; c < hi; c++ {
			phases.fill(x[c*h*w:][:h*w], h, w, 4*first, count)
			kernel.WinogradIn(in[c*n:], inStep, phases.planes, &phases.off, n)
		}
	})
	off := make([]int, t.ci)
	for c := range off {
		off[c] = c * n
	}
	vectors := make([]vector, 0, n/lanes)
	for j := 0; j < n; j += lanes {
		vectors = append(vectors, vector{b: j, c: j, lanes: lanes})
	}
	work := t.ci * t.co * n
	split(len(t.panels), 1+leastWork/work, len(t.panels)*work >= wakingParts*leastWork, func(lo, hi int) {
		for f := lo; f < hi; f++ {
			m := product{a: t.panels[f], rows: t.co, off: off, c: out[f*outStep:], ldc: n}
			eachBlock(t.ci, winogradSteps, func(k0, k1 int) {
				m.tiles(k0, off[k0:k1], in[f*inStep:], vectors, 0, t.co)
			})
		}
	})
	var frequency [36]int
	for f := range frequency {
		frequency[f] = f * outStep
	}
	Split(t.co, grain, func(lo, hi int) {
		phases := newTilePhases(count, wide, n)
		defer phases.release()
		for c := lo; c < hi; c++ {
			var b float32
			if bias != nil {
				b = bias[c]
			}
			kernel.WinogradOut(phases.planes, phases.plane, out[c*n:], &frequency, n, b)
			phases.weave(y[(c*h+4*first)*w:][:min(4*count, h-4*first)*w], w)
		}
	})
}

// tilePhases holds rows of one channel by their place in a tile: what all tiles need of one place is then consecutive. Inputs
// have 4x6 planes, by row modulo four (a tile's last two rows are the next one's first) and column in the tile; results
// have 4x4.
type tilePhases struct {
	pitch, plane int // tiles in a row, and elements of a plane
	planes       []float32
	off          [36]int // of the six by six inputs of the first tile
	row          []float32
	release      func()
}

func newTilePhases(rows, pitch, tiles int) *tilePhases {
	p := &tilePhases{pitch: pitch, plane: max((rows+1)*pitch, tiles+pitch) + kernel.Slack}
	var buf []float32
	buf, p.release = borrow(24*p.plane + 8*(pitch+1))
	clear(buf)
	p.planes, p.row = buf[:24*p.plane], buf[24*p.plane:]
	for r := range 6 {
		for c := range 6 {
			p.off[6*r+c] = (r%4*6+c)*p.plane + r/4*pitch
		}
	}
	return p
}

// fill takes the rows top-1 to top+4*count of an image with a border of zeros.
func (p *tilePhases) fill(x []float32, h, w, top, count int) {
	one := p.pitch + 1 // the first two columns of the tile behind the last are needed, too
	wide, even, odd := p.row[:4*one], p.row[4*one:][:2*one], p.row[6*one:][:2*one]
	for r := range 4*count + 2 {
		if y := top + r - 1; y >= 0 && y < h {
			padRow(wide, x[y*w:][:w], 1)
		} else {
			clear(wide)
		}
		kernel.Deinterleave(even, odd, wide)
		// Every row of a plane is written one element too far, which the next row overwrites.
		at := p.planes[r%4*6*p.plane+r/4*p.pitch:]
		kernel.Deinterleave(at[:one], at[2*p.plane:][:one], even)
		kernel.Deinterleave(at[p.plane:][:one], at[3*p.plane:][:one], odd)
		copy(at[4*p.plane:][:p.pitch], at[1:one])
		copy(at[5*p.plane:][:p.pitch], at[p.plane:][1:one])
	}
}

// weave puts the pixels of rows of tiles together, as many as fit y, whose rows are w long.
func (p *tilePhases) weave(y []float32, w int) {
	n := p.pitch
	even, odd, wide := p.row[:2*n], p.row[2*n:][:2*n], p.row[4*n:][:4*n]
	for r := range len(y) / w {
		at := p.planes[r%4*4*p.plane+r/4*n:]
		kernel.Interleave(even, at[:n], at[2*p.plane:][:n])
		kernel.Interleave(odd, at[p.plane:][:n], at[3*p.plane:][:n])
		if w == 4*n {
			kernel.Interleave(y[r*w:][:w], even, odd)
			continue
		}
		kernel.Interleave(wide, even, odd)
		copy(y[r*w:][:w], wide)
	}
}

// NewRenderFilter is NewFilter for results that are only looked at: where it pays, maps are convolved by products of split
// bfloat16 (tier amx) or by Winograd's F(4,3), exact to 1e-4 of the largest result (in practice a tenth of that) instead
// of to rounding. It is not for anything that is differentiated or compared closely. The transformed weight, four times
// the size of w, and the packed one are made when first needed: w must not change. Which way a map goes depends on
// shapes and tier alone.
func NewRenderFilter(w *Tensor, p Params) *Filter {
	f := filterShape(w, p)
	f.panels = sync.OnceValue(func() []float32 { return f.packed(w) })
	f.split = sync.OnceValue(func() *bfloat { return newBfloat(w.Data, f.co, f.cg, f.kh*f.kw, allTaps(f.kh*f.kw)) })
	if f.p == Same3x3.normal() && f.kh == 3 && f.kw == 3 {
		f.fast = sync.OnceValue(func() *winograd { return newWinograd(w) })
	}
	return f
}
