package compute

import (
	"runtime"

	"rewriting/compute/internal/kernel"
)

// product is a matrix product C = A B whose B is found through offsets, the common form of every convolution
// here. A is rows x k in panels; element (k, j) of B for the vector starting at s is b[s+off[k]+j].
type product struct {
	a    []float32 // packed by packRows or packSwapped
	rows int
	off  []int     // one per column of a
	b    []float32 // with kernel.Slack readable elements after the last one used
	c    []float32
	ldc  int       // elements between rows of c
	bias []float32 // nil, or one per row filled up to whole panels
	add  bool      // add to c; excludes bias
	// panel is the elements between panels of rows of c, 0 where all rows are equally far apart.
	panel int
}

// vector is a run of columns of the product: where they start in b and c, and how many of the lanes count.
type vector struct{ b, c, lanes int }

const (
	// resultBlock is how many bytes of C are worked on while all of A passes by: with a block of A it stays in
	// a second-level cache of 1 MiB.
	resultBlock = 256 << 10
	// panelBlock is how many bytes of B feed one tile: they stay in a first-level cache of 32 KiB.
	panelBlock = 24 << 10
	// mostVectors bounds a block of columns whatever the number of rows: a gathered panel then has at most 512 KiB.
	mostVectors = 63
	// directSteps bounds the inner dimension of one kernel call where the taps of a convolution overlap in B.
	directSteps = 288
	// leastPanels and leastWork (in multiplications) bound the work of one part from below.
	leastPanels = 4
	leastWork   = 1 << 20
)

// direct computes the product for the given vectors, reading b where it is.
func (p *product) direct(vectors []vector) {
	n := p.blockVectors(len(vectors))
	p.divide(len(vectors), n, func(lo, hi, r0, r1 int) {
		block := vectors[lo:hi]
		eachBlock(len(p.off), directSteps, func(k0, k1 int) { p.tiles(k0, p.off[k0:k1], p.b, block, r0, r1) })
	})
}

// divide calls f for every block of at most n of the product's vectors, with all rows or, where blocks are too few to
// keep the processors busy, with some of them. The inner dimension is never divided: how a result is summed does not
// depend on how the work is.
func (p *product) divide(vectors, n int, f func(lo, hi, r0, r1 int)) {
	blocks := (vectors + n - 1) / n
	panels := (p.rows + kernel.Rows - 1) / kernel.Rows
	// Work for one processor at least: some tens of microseconds, and a gathered panel for no fewer rows than pay for it.
	panelWork := kernel.Rows * kernel.Lanes() * min(n, vectors) * len(p.off)
	least := min(panels, max(leastPanels, (leastWork+panelWork-1)/panelWork))
	groups := even(blocks, panels/least)
	item := panelWork * panels / groups
	split(blocks*groups, (leastWork+item-1)/item, blocks*groups*item >= wakingParts*leastWork, func(from, to int) {
		for i := from; i < to; {
			// Row groups of one block that belong to this part are done together.
			block, group := i/groups, i%groups
			end := min(groups, group+to-i)
			lo := block * n
			f(lo, min(lo+n, vectors), group*panels/groups*kernel.Rows, min(p.rows, end*panels/groups*kernel.Rows))
			i += end - group
		}
	})
}

// even is in how many groups, at most some, every block of rows is divided so that all processors are busy to the end, or
// nearly.
func even(blocks, most int) int {
	processors := runtime.GOMAXPROCS(0)
	best, share := 1, 0.0
	for g := 1; g <= most && share < 0.95; g++ {
		parts := blocks * g
		if s := float64(parts) / float64((parts+processors-1)/processors*processors); s > share {
			best, share = g, s
		}
	}
	return best
}

// gathered computes the product for all pixels of an oh x ow map whose rows are rowStep apart in b and dense in
// c. It first collects b in panels of consecutive pixels: for maps that do not divide into whole vectors.
func (p *product) gathered(oh, ow, rowStep int) {
	lanes := kernel.Lanes()
	steps := panelBlock / (3 * 4 * lanes)
	pixels := oh * ow
	width := p.blockVectors((pixels+lanes-1)/lanes) * lanes
	dense := make([]int, min(steps, len(p.off)))
	for i := range dense {
		dense[i] = i * width
	}
	p.divide((pixels+lanes-1)/lanes, width/lanes, func(first, last, r0, r1 int) {
		panel, release := borrow(min(steps, len(p.off))*width + kernel.Slack)
		defer release()
		var chunks []kernel.Chunk
		var block []vector
		lo, hi := first*lanes, min(last*lanes, pixels)
		for y := lo / ow; y*ow < hi; y++ {
			x, end := max(lo-y*ow, 0), min(hi-y*ow, ow)
			for ; x < end; x += lanes {
				chunks = append(chunks, kernel.Chunk{Src: y*rowStep + x, Dst: y*ow + x - lo})
			}
		}
		for at := lo; at < hi; at += lanes {
			block = append(block, vector{b: at - lo, c: at, lanes: min(lanes, hi-at)})
		}
		eachBlock(len(p.off), steps, func(k0, k1 int) {
			kernel.FillPanel(panel, width, p.b, p.off[k0:k1], chunks)
			p.tiles(k0, dense[:k1-k0], panel, block, r0, r1)
		})
	})
}

// blockVectors is how many of some vectors make a block: their part of C fits resultBlock, and they are whole tiles unless all
// fit.
func (p *product) blockVectors(vectors int) int {
	most := min(mostVectors, max(3, resultBlock/(4*kernel.Lanes()*p.rows)))
	if vectors <= most {
		return vectors
	}
	return most / 3 * 3
}

// eachBlock divides n steps into equal blocks of at most limit.
func eachBlock(n, limit int, f func(lo, hi int)) {
	blocks := (n + limit - 1) / limit
	for i := range blocks {
		f(i*n/blocks, (i+1)*n/blocks)
	}
}

// tiles multiplies rows r0 to r1-1 and columns k0 and following of A with the vectors of one block.
func (p *product) tiles(k0 int, off []int, b []float32, block []vector, r0, r1 int) {
	k := len(p.off)
	t := kernel.Tile{Off: &off[0], K: len(off), LDC: p.ldc}
	panel := p.panel
	if panel == 0 {
		panel = kernel.Rows * p.ldc
	}
	if k0 > 0 || p.add {
		t.Accumulate = 1
	}
	for len(block) > 0 {
		t.Vecs = min(3, len(block))
		if len(block) == 4 { // two pairs keep more sums in flight than three and one
			t.Vecs = 2
		}
		for v := range t.Vecs {
			t.B[v] = &b[block[v].b]
			t.Lanes[v] = block[v].lanes
		}
		for r := r0; r < r1; r += kernel.Rows {
			t.A = &p.a[r*k+k0*kernel.Rows]
			t.Rows = min(kernel.Rows, r1-r)
			for v := range t.Vecs {
				t.C[v] = &p.c[r/kernel.Rows*panel+block[v].c]
			}
			if p.bias != nil && k0 == 0 {
				t.Bias = &p.bias[r]
			} else {
				t.Bias = nil
			}
			t.Run()
		}
		block = block[t.Vecs:]
	}
}

// image computes the product for all pixels of an oh x ow map in whichever way is cheaper. Rows of b are rowStep
// apart; rows of c are dense.
func (p *product) image(oh, ow, rowStep int) {
	lanes := kernel.Lanes()
	if p.rows == 1 && !p.add && ow >= lanes && len(p.off) <= directSteps {
		p.single(oh, ow, rowStep)
		return
	}
	perRow := (ow + lanes - 1) / lanes
	dense := (oh*ow + lanes - 1) / lanes
	// A vector costs about one unit per row of A and a few more when it has to be gathered.
	const gatherCost = 6
	if oh*perRow*p.rows > dense*(p.rows+gatherCost) {
		p.gathered(oh, ow, rowStep)
		return
	}
	vectors := make([]vector, 0, oh*perRow)
	for y := range oh {
		for x := 0; x < ow; x += lanes {
			vectors = append(vectors, vector{b: y*rowStep + x, c: y*ow + x, lanes: min(lanes, ow-x)})
		}
	}
	p.direct(vectors)
}

// single computes the product for a single row, of maps at least a vector wide. Narrow maps, whose rows follow each other
// closely in b, are one long row to begin with.
func (p *product) single(oh, ow, rowStep int) {
	var start float32
	if p.bias != nil {
		start = p.bias[0]
	}
	long := ow < 128 && rowStep <= ow+8
	Split(oh, 1+leastWork/(4*ow*len(p.off)), func(lo, hi int) {
		if !long {
			for y := lo; y < hi; y++ {
				kernel.Row(p.c[y*ow:][:ow], p.b[y*rowStep:], p.off, p.a, start)
			}
			return
		}
		rows, release := borrow((hi-lo-1)*rowStep + ow)
		defer release()
		kernel.Row(rows, p.b[lo*rowStep:], p.off, p.a, start)
		for y := lo; y < hi; y++ {
			copy(p.c[y*ow:][:ow], rows[(y-lo)*rowStep:])
		}
	})
}
