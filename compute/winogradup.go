package compute

import (
	"sync"

	"rewriting/compute/internal/kernel"
)

// winogradUp is StyleGAN2's up-convolution by Winograd's F(4x4,2x2). Along either axis even pixels have two taps, and four of
// them come from five frequencies instead of eight products; odd ones have a single tap, for which the inputs serve as
// they are. So the image is cut into tiles of 4x4 inputs whose 8x8 results are the inverse transform of 81 numbers, and
// for each of these all tiles together are one matrix product: 81 multiplications where the phases have 144. Rounding
// grows to some 1e-5 of the largest result.
type winogradUp struct {
	co, ci int
	panels [36][]float32 // packed co x ci, by the five frequencies and the middle tap of either axis
	// The even pixel after the last tile, where tiles end with the image.
	bottom, right *scatter
}

// upTiles is how many tiles are worked on together.
const upTiles = 64

// upProducts lists the numbers of a tile in the order of the panels that make them.
var upProducts = func() (list []struct{ panel, number int }) {
	for panel := range 36 {
		for number := range 81 {
			if min(number/9, 5)*6+min(number%9, 5) == panel {
				list = append(list, struct{ panel, number int }{panel, number})
			}
		}
	}
	return list
}()

func newWinogradUp(w *Tensor) *winogradUp {
	return &winogradUp{
		co: w.Shape[0], ci: w.Shape[1], panels: winogradPanels(w, upFrequencies),
		bottom: newUpLine(w, 6, 1), right: newUpLine(w, 2, 3),
	}
}

// upFrequencies are the values of the polynomial c + ax at 0, 1, -1, 2 and infinity, scaled, and b.
func upFrequencies(a, b, c float64) [6]float64 {
	return [6]float64{c / 2, -(c + a) / 2, -(c - a) / 6, (c + 2*a) / 6, a, b}
}

// newUpLine prepares the up-convolution of a line with three taps of w, from first on and step apart.
func newUpLine(w *Tensor, first, step int) *scatter {
	s := &scatter{p: Params{Stride: [2]int{1, 2}}.normal(), rows: w.Shape[0], channels: w.Shape[1], kh: 1, kw: 3}
	k := 3 * s.channels
	taps := make([]float32, s.rows*k)
	for i := range taps {
		taps[i] = w.Data[i/3*9+first+i%3*step]
	}
	s.panels = make([]float32, panelLen(s.rows, k))
	packRows(s.panels, taps, s.rows, k, k)
	s.prepare()
	return s
}

// image convolves one image x, ci maps of h x w, into the co maps of y, of 2h+1 x 2w+1.
func (t *winogradUp) image(y, x []float32, h, w int) {
	high, wide := (h+3)/4, (w+3)/4 // in tiles; the last ones may reach beyond the image
	eachStrip(high, wide, upTiles, 81, t.ci, t.co, func(first, count int) { t.strip(y, x, h, w, first, count) })
	high, wide = 2*h+1, 2*w+1
	if w%4 == 0 {
		t.right.edge(y[wide-1:], x[w-1:], h, high*wide, wide, h*w, w)
	}
	if h%4 == 0 {
		t.bottom.edge(y[(high-1)*wide:], x[(h-1)*w:], w, high*wide, 1, h*w, 1)
	}
}

// edge convolves lines of n pixels into lines of 2n+1, one of every channel. Pixels of a line are xStep and yStep apart,
// channels xPlane and yPlane.
func (s *scatter) edge(y, x []float32, n, yPlane, yStep, xPlane, xStep int) {
	long := 2*n + 1
	buf, release := borrow(s.channels*n + s.rows*long)
	defer release()
	in, out := buf[:s.channels*n], buf[s.channels*n:]
	for c := range s.channels {
		for i := range n {
			in[c*n+i] = x[c*xPlane+i*xStep]
		}
	}
	s.image(out, in, 1, long, 1, n)
	for c := range s.rows {
		for i, v := range out[c*long:][:long] {
			y[c*yPlane+i*yStep] = v
		}
	}
}

// strip makes count rows of tiles, from row first on.
func (t *winogradUp) strip(y, x []float32, h, w, first, count int) {
	wide, lanes := (w+3)/4, kernel.Lanes()
	n := (count*wide + lanes - 1) / lanes * lanes
	const rows = kernel.Rows
	step := rows*n + lanes
	block := 81*step + lanes
	buf, release := borrow(((t.ci+rows-1)/rows+(t.co+rows-1)/rows)*block + kernel.Slack)
	defer release()
	in, out := buf[:(t.ci+rows-1)/rows*block], buf[(t.ci+rows-1)/rows*block:]
	grain := 1 + passGrain/(16*n)
	Split(t.ci, grain, func(lo, hi int) {
		phases := newTilePhases(count, wide, n)
		defer phases.release()
		var off [25]int
		for i := range off {
			off[i] = phases.off[i/5*6+i%5]
		}
		for c := lo; c < hi; c++ {
			phases.fill(x[c*h*w:][:h*w], h, w, 4*first, count)
			kernel.WinogradUpIn(in[c/rows*block+c%rows*n:], step, phases.planes, &off, n)
		}
	})
	t.multiply(out, in, block, step, n)
	var from [81]int
	for i := range from {
		from[i] = i * step
	}
	Split(t.co, grain, func(lo, hi int) {
		plane := n + kernel.Slack
		buf, release := borrow(64*plane + 8*(wide+7))
		defer release()
		clear(buf) // what is read beyond a plane is of no use, but must not be slow
		planes, row := buf[:64*plane], buf[64*plane:]
		for c := lo; c < hi; c++ {
			kernel.WinogradUpOut(planes, plane, out[c/rows*block+c%rows*n:], &from, n)
			size := (2*h + 1) * (2*w + 1)
			weaveUp(y[c*size+8*first*(2*w+1):(c+1)*size], 2*w+1, planes, plane, wide, count, row)
		}
	})
}

// multiply makes of every number of all tiles that of the results.
func (t *winogradUp) multiply(out, in []float32, block, step, n int) {
	lanes, off := kernel.Lanes(), make([]int, t.ci)
	for c := range off {
		off[c] = c/kernel.Rows*block + c%kernel.Rows*n
	}
	work := t.ci * t.co * n
	split(len(upProducts), 1+leastWork/work, len(upProducts)*work >= wakingParts*leastWork, func(lo, hi int) {
		for from := lo; from < hi; {
			panel := upProducts[from].panel
			var vectors []vector
			for ; from < hi && upProducts[from].panel == panel; from++ {
				for j := 0; j < n; j += lanes {
					f := upProducts[from].number
					vectors = append(vectors, vector{b: f*step + j, c: f*step + j, lanes: lanes})
				}
			}
			m := product{a: t.panels[panel], rows: t.co, off: off, c: out, ldc: n, panel: block}
			eachBlock(t.ci, winogradSteps, func(k0, k1 int) { m.tiles(k0, off[k0:k1], in, vectors, 0, t.co) })
		}
	})
}

// weaveUp puts the 8x8 pixels of count rows of tiles together, as many rows as there are in y, w pixels each. row is for
// those that are not whole vectors of tiles.
func weaveUp(y []float32, w int, planes []float32, plane, wide, count int, row []float32) {
	blocks := kernel.Block8{LDD: 8, DstStep: 64, LDS: plane, SrcStep: 8, Count: (wide + 7) / 8}
	for r := range min(8*count, len(y)/w) {
		to, from := y[r*w:][:w], planes[r%8*8*plane+r/8*wide:]
		if 64*blocks.Count <= w {
			blocks.Transpose(to, from)
			continue
		}
		blocks.Transpose(row, from)
		copy(to, row[:min(8*wide, w)])
	}
}

// NewRenderUpFilter is NewUpFilter for results that are only looked at: where it pays, maps are convolved by products of
// split bfloat16 (tier amx) or by Winograd's F(4,2), exact to 1e-4 of the largest result (in practice a tenth of that)
// instead of to rounding. It is not for anything that is differentiated or compared closely. The transformed weight, some five times the size of w, and the
// packed one are made when first needed: w must not change. Which way a map goes depends on shapes and tier alone.
func NewRenderUpFilter(w *Tensor) *UpFilter {
	f := upFilter(w)
	f.direct = sync.OnceValue(func() *scatter { return packedUp(w) })
	f.fast = sync.OnceValue(func() *winogradUp { return newWinogradUp(w) })
	f.split = sync.OnceValue(func() *scatter { return splitUp(w) })
	return f
}

// winogradUpPays is the measured rule: each of the 36 matrices, together four times as large as the packed weight, must meet
// a few vectors of tiles, most of whose pixels are of use, and the transforms' cost be small beside the products'.
func winogradUpPays(ci, co, h, w int) bool {
	tiles := (h + 3) / 4 * ((w + 3) / 4)
	return kernel.Current() > kernel.Portable && ci >= 64 && co >= 32 && tiles >= 64 && 4*16*tiles <= 5*h*w
}
