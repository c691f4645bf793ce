package compute

import (
	"unsafe"

	"rewriting/compute/internal/kernel"
)

// bfloat is the weight of a convolution for the tiles of AMX: every factor is split in two numbers of bfloat16, and three of
// the four products are added in float32, which leaves some 3e-6 of a result's size (kernel.Blocks). Any
// convolution that reads a staged image by offsets can be made so; the channels are taken 32 at a time.
type bfloat struct {
	co, ci, taps int
	weight       []uint16 // [co/32][ci/32 * taps][kernel.BlockWeights], filled up with zeros
}

// blocksOf is how many blocks of some size hold n.
func blocksOf(n, size int) int { return (n + size - 1) / size }

// newBfloat packs the chosen taps of w, whose element for output o, input i and tap t is at o*ci*taps + i*taps + t.
func newBfloat(w []float32, co, ci, taps int, chosen []int) *bfloat {
	f := &bfloat{co: co, ci: ci, taps: len(chosen)}
	slab := f.steps() * kernel.BlockWeights
	f.weight = make([]uint16, blocksOf(co, kernel.BlockRows)*slab)
	Split(co, 1+passGrain/max(ci*taps, 1), func(lo, hi int) {
		for o := lo; o < hi; o++ {
			row := f.weight[o/kernel.BlockRows*slab+o%kernel.BlockRows*kernel.BlockChannels:]
			for i := range ci {
				for n, t := range chosen {
					at := (i/kernel.BlockChannels*len(chosen)+n)*kernel.BlockWeights + i%kernel.BlockChannels
					row[at], row[at+kernel.BlockRows*kernel.BlockChannels] = kernel.Split(w[(o*ci+i)*taps+t])
				}
			}
		}
	})
	return f
}

// steps is the number of blocks of channels times that of taps: the inner dimension of the product.
func (f *bfloat) steps() int { return blocksOf(f.ci, kernel.BlockChannels) * f.taps }

// allTaps are the numbers of n taps.
func allTaps(n int) []int {
	taps := make([]int, n)
	for i := range taps {
		taps[i] = i
	}
	return taps
}

// bfloatPays estimates from published rates: a full block is some three times as fast as the direct form in float32, and
// somewhat faster than Winograd's. Channels and pixels that do not fill their blocks are computed in vain.
func bfloatPays(co, ci, pixels, groups int) bool {
	full := blocksOf(co, kernel.BlockRows) * kernel.BlockRows * blocksOf(ci, kernel.BlockChannels) * kernel.BlockChannels
	return kernel.Current() == kernel.AMX && groups == 1 && pixels >= kernel.BlockPixels && full*2 <= co*ci*3
}

// pairsOf holds an image whose channels are split and staged in pairs: word i of a plane has both channels of one pixel.
type pairsOf struct {
	layout  staging
	words   []uint32
	low     int // words from a high part to the low one
	release func()
}

// readBeyond is how many words behind the last pixel of an image the kernel may read, to no effect.
const readBeyond = 4 * kernel.BlockPixels

// stagePairs stages x, ci maps of h x w.
func stagePairs(l staging, x []float32, ci, h, w int) *pairsOf {
	pairs := blocksOf(ci, kernel.BlockChannels) * kernel.BlockChannels / 2
	p := &pairsOf{layout: l, low: pairs*l.plane + readBeyond}
	var buf []float32
	buf, p.release = borrow(2 * p.low)
	p.words = unsafe.Slice((*uint32)(unsafe.Pointer(&buf[0])), len(buf))
	Split(pairs, 1+passGrain/l.plane, func(lo, hi int) {
		rows, release := borrow(4 * l.cols * l.stride)
		defer release()
		for c := lo; c < hi; c++ {
			p.fill(c, rows, x, ci, h, w)
		}
	})
	return p
}

// fill stages the channels 2c and 2c+1; rows is memory for two bordered rows and their phases.
func (p *pairsOf) fill(c int, rows, x []float32, ci, h, w int) {
	l := p.layout
	high, low := p.words[c*l.plane:][:l.plane], p.words[p.low+c*l.plane:][:l.plane]
	if 2*c >= ci {
		clear(high) // beside weights of zero, but what was there before may be no number
		clear(low)
		return
	}
	wide := l.cols * l.stride
	line := l // of one row
	line.phase = l.cols
	var pair [2][]float32
	for r := range l.rows {
		y := r*l.rowStride - l.top
		for half := range pair {
			row := rows[half*wide:][:wide]
			if channel := 2*c + half; channel < ci && y >= 0 && y < h {
				padRow(row, x[(channel*h+y)*w:][:w], l.left)
			} else {
				clear(row)
			}
			if pair[half] = row; l.stride > 1 {
				pair[half] = rows[(2+half)*wide:][:wide]
				line.split(pair[half], row, 0)
			}
		}
		for phase := range l.stride {
			if l.stride > 1 && !l.used[phase] {
				continue
			}
			from, to := phase*l.cols, phase*l.phase+r*l.cols
			kernel.SplitPairs(high[to:][:l.cols], low[to:][:l.cols], pair[0][from:][:l.cols], pair[1][from:][:l.cols])
		}
	}
}

// offsets lists the words at which the taps of each block of channels start; at is where a tap starts in a plane.
func (f *bfloat) offsets(l staging, taps []int) []int {
	off := make([]int, 0, f.steps())
	for block := range blocksOf(f.ci, kernel.BlockChannels) {
		for _, at := range taps {
			off = append(off, block*kernel.BlockChannels/2*l.plane+at)
		}
	}
	return off
}

// image convolves to the oh x ow pixels of the co maps of y, rows of the staged image being rowStep words apart; taps are
// where each tap starts in a plane, and bias may be nil.
func (f *bfloat) image(y []float32, in *pairsOf, taps []int, oh, ow, rowStep int, bias []float32) {
	m := bfloatProduct{bfloat: f, in: in, off: f.offsets(in.layout, taps), y: y, oh: oh, ow: ow, rowStep: rowStep, bias: bias}
	// Vectors go along rows, or over the ends of rows where that makes fewer.
	m.pitch = blocksOf(ow, kernel.BlockPixels) * kernel.BlockPixels
	if m.flat = (oh-1)*rowStep+ow < oh*m.pitch; m.flat {
		m.pitch = rowStep
	}
	// As many rows at a time as keep their pixels, of two parts each, in half of a second-level cache.
	const pixelBytes, mostPixels = 1 << 20, 1024
	m.rows = min(oh, max(1, min(mostPixels, pixelBytes/(4*f.ci))/m.pitch))
	chunks, groups := blocksOf(oh, m.rows), blocksOf(f.co, kernel.BlockRows)
	// Three products at a fourteenth of the time.
	item := kernel.BlockRows * kernel.BlockChannels * f.steps() * m.rows * m.pitch / 4
	split(chunks*groups, 1+leastWork/item, chunks*groups*item >= wakingParts*leastWork, func(lo, hi int) {
		m.part(lo, hi, groups)
	})
}

// bfloatProduct is one convolution of one image.
type bfloatProduct struct {
	*bfloat
	in      *pairsOf
	off     []int
	y, bias []float32
	oh, ow  int
	rowStep int  // words between rows of the staged image
	rows    int  // of a chunk
	pitch   int  // pixels between rows of a chunk's result
	flat    bool // vectors go over the ends of rows
}

// part makes the blocks of rows of weights lo%groups and so on of the chunk lo/groups and the following.
func (m *bfloatProduct) part(lo, hi, groups int) {
	wide := blocksOf(m.rows*m.pitch, 2*kernel.BlockPixels)*2*kernel.BlockPixels + kernel.BlockPixels // rows in different sets of the cache
	sums, release := borrow(kernel.BlockRows*wide + kernel.BlockRows*kernel.BlockPixels)
	defer release()
	bias := sums[kernel.BlockRows*wide:]
	b := kernel.Blocks{Off: &m.off[0], K: len(m.off), Low: m.in.low, LDB: m.in.layout.plane, LDC: wide, Bias: &bias[0]}
	for item := lo; item < hi; item++ {
		first, group := item/groups*m.rows, item%groups
		rows := min(m.rows, m.oh-first)
		clear(bias)
		if m.bias != nil {
			for r, v := range m.bias[group*kernel.BlockRows : min(m.co, (group+1)*kernel.BlockRows)] {
				fill(bias[r*kernel.BlockPixels:][:kernel.BlockPixels], v)
			}
		}
		b.A = &m.weight[group*len(m.off)*kernel.BlockWeights]
		pixels := rows * m.pitch
		if m.flat {
			pixels = (rows-1)*m.pitch + m.ow
		}
		for at := 0; at < pixels; at += 2 * kernel.BlockPixels {
			for v := range b.B {
				p := min(at+v*kernel.BlockPixels, (pixels-1)/kernel.BlockPixels*kernel.BlockPixels)
				b.B[v], b.C[v] = &m.in.words[m.start(first, p)], &sums[at+v*kernel.BlockPixels]
			}
			b.Run()
		}
		for r := range min(kernel.BlockRows, m.co-group*kernel.BlockRows) {
			to := m.y[(group*kernel.BlockRows+r)*m.oh*m.ow:]
			for y := range rows {
				copy(to[(first+y)*m.ow:][:m.ow], sums[r*wide+y*m.pitch:])
			}
		}
	}
}

// start is the word of the staged image at which pixel p of the chunk that begins with row first lies.
func (m *bfloatProduct) start(first, p int) int {
	if m.flat {
		return first*m.rowStep + p
	}
	return (first+p/m.pitch)*m.rowStep + p%m.pitch
}
