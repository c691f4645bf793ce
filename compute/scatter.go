package compute

import (
	"slices"

	"rewriting/compute/internal/kernel"
)

// scatter is the transposed convolution of one image: the output pixel s*a+r of either axis (s the stride) takes
// the taps k with k*dilation = r+pad modulo s, each from the input pixel a + (r+pad-k*dilation)/s. For a fixed
// phase r that is an ordinary convolution of stride one; there are stride*stride phases.
type scatter struct {
	p              Params
	rows, channels int // of output and input
	kh, kw         int
	panels         []float32 // packed rows x (channels, all taps)
	// parts holds the panels of every phase, [phase y][phase x], where they have been prepared.
	parts map[[2]int][]float32
	// split holds the weight of every phase in bfloat16 instead, in filters for rendering.
	split map[[2]int]*bfloat
}

// prepare packs the panels of every phase, for weights that are used many times; panels is not needed afterwards.
func (s *scatter) prepare() {
	s.parts = map[[2]int][]float32{}
	s.eachPhase(func(phase [2]int, chosen []int) {
		part := make([]float32, panelLen(s.rows, s.channels*len(chosen)))
		selectTaps(part, s.panels, s.rows, s.channels, s.kh*s.kw, chosen)
		s.parts[phase] = part
	})
	s.panels = nil
}

// prepareSplit is prepare with the weight w in bfloat16.
func (s *scatter) prepareSplit(w []float32) {
	s.split = map[[2]int]*bfloat{}
	s.eachPhase(func(phase [2]int, chosen []int) {
		s.split[phase] = newBfloat(w, s.rows, s.channels, s.kh*s.kw, chosen)
	})
}

// eachPhase calls f with the taps of every phase.
func (s *scatter) eachPhase(f func(phase [2]int, chosen []int)) {
	for ry := range s.p.Stride[0] {
		for rx := range s.p.Stride[1] {
			f([2]int{ry, rx}, s.chosen(phaseOf(ry, s.kh, s.p.Stride[0], s.p.Pad[0], s.p.Dilation[0]),
				phaseOf(rx, s.kw, s.p.Stride[1], s.p.Pad[1], s.p.Dilation[1])))
		}
	}
}

// chosen lists the taps that take part in a phase.
func (s *scatter) chosen(y, x axis) []int {
	var taps []int
	for _, ky := range y.taps {
		for _, kx := range x.taps {
			taps = append(taps, ky*s.kw+kx)
		}
	}
	return taps
}

// axis is one phase along one axis: the taps that take part and their shifts.
type axis struct{ taps, shifts []int }

func phaseOf(r, k, stride, pad, dilation int) axis {
	var a axis
	for t := range k {
		if d := r + pad - t*dilation; d%stride == 0 {
			a.taps, a.shifts = append(a.taps, t), append(a.shifts, d/stride)
		}
	}
	return a
}

// phases lists the phases of an axis, the border that their shifts need before the input, and the staged length.
func phases(k, stride, pad, dilation, out int) (list []axis, before, length int) {
	for r := range min(stride, out) {
		a := phaseOf(r, k, stride, pad, dilation)
		list = append(list, a)
		if len(a.taps) > 0 {
			before = max(before, -slices.Min(a.shifts))
			length = max(length, slices.Max(a.shifts)+(out-r+stride-1)/stride)
		}
	}
	return list, before, before + length
}

// image writes the h x w result for x, each channel ih x iw, to every plane of dst.
func (s *scatter) image(dst, x []float32, h, w, ih, iw int) {
	sy, sx := s.p.Stride[0], s.p.Stride[1]
	ys, top, rows := phases(s.kh, sy, s.p.Pad[0], s.p.Dilation[0], h)
	xs, left, cols := phases(s.kw, sx, s.p.Pad[1], s.p.Dilation[1], w)
	layout := staging{stride: 1, top: top, left: left, rowStride: 1, rows: rows, cols: cols}
	layout.finish()
	if s.split != nil { // strides above one
		in := stagePairs(layout, x, s.channels, ih, iw)
		defer in.release()
		s.woven(dst, ys, xs, h, w, func(part []float32, phase [2]int, y, x axis, ph, pw int) {
			s.split[phase].image(part, in, s.starts(layout, y, x), ph, pw, layout.cols, nil)
		})
		return
	}
	staged, release := borrow(layout.len(s.channels))
	defer release()
	layout.fill(staged, x, s.channels, ih, iw)
	m := product{rows: s.rows, b: staged}
	if sy == 1 && sx == 1 {
		m.a, m.c, m.ldc = s.panels, dst, h*w
		m.off = s.offsets(layout, ys[0], xs[0])
		m.image(h, w, layout.cols)
		return
	}
	a, releaseA := borrow(len(s.panels))
	defer releaseA()
	s.woven(dst, ys, xs, h, w, func(part []float32, phase [2]int, y, x axis, ph, pw int) {
		m.a, m.c, m.ldc, m.off = s.parts[phase], part, ph*pw, s.offsets(layout, y, x)
		if m.a == nil {
			selectTaps(a, s.panels, s.rows, s.channels, s.kh*s.kw, s.chosen(y, x))
			m.a = a
		}
		m.image(ph, pw, layout.cols)
	})
}

// woven lets f make the part of every phase, ph x pw pixels of every plane, and weaves them to dst: all phases of one set of
// rows, then their columns.
func (s *scatter) woven(dst []float32, ys, xs []axis, h, w int, f func(part []float32, phase [2]int, y, x axis, ph, pw int)) {
	sy, sx := s.p.Stride[0], s.p.Stride[1]
	parts, release := borrow(sx * s.rows * ((h + sy - 1) / sy) * ((w + sx - 1) / sx))
	defer release()
	for ry, y := range ys {
		ph := (h - ry + sy - 1) / sy
		at, part := 0, make([][]float32, len(xs))
		for rx, x := range xs {
			pw := (w - rx + sx - 1) / sx
			part[rx] = parts[at:][:s.rows*ph*pw]
			at += len(part[rx])
			if len(y.taps) == 0 || len(x.taps) == 0 {
				clear(part[rx])
				continue
			}
			f(part[rx], [2]int{ry, rx}, y, x, ph, pw)
		}
		s.weave(dst, part, ry, h, w)
	}
}

// starts lists where the chosen taps start in the plane of a channel, in the order of selectTaps.
func (s *scatter) starts(l staging, y, x axis) []int {
	at := make([]int, 0, len(y.taps)*len(x.taps))
	for _, dy := range y.shifts {
		for _, dx := range x.shifts {
			at = append(at, (l.top+dy)*l.cols+l.left+dx)
		}
	}
	return at
}

// offsets lists where the chosen taps of each channel start, in the order of selectTaps.
func (s *scatter) offsets(l staging, y, x axis) []int {
	starts := s.starts(l, y, x)
	off := make([]int, 0, s.channels*len(starts))
	for c := range s.channels {
		for _, at := range starts {
			off = append(off, c*l.plane+at)
		}
	}
	return off
}

// weave distributes the parts of the rows ry, ry+stride, ... to their columns.
func (s *scatter) weave(dst []float32, part [][]float32, ry, h, w int) {
	sy, sx := s.p.Stride[0], s.p.Stride[1]
	ph := (h - ry + sy - 1) / sy
	Split(s.rows, 1+passGrain/max(ph*w, 1), func(lo, hi int) {
		for c := lo; c < hi; c++ {
			for y := range ph {
				row := dst[(c*h+ry+y*sy)*w:][:w]
				if sx == 1 {
					copy(row, part[0][(c*ph+y)*w:])
					continue
				}
				if sx == 2 && len(part) == 2 {
					pw0, pw1 := (w+1)/2, w/2
					kernel.Interleave(row, part[0][(c*ph+y)*pw0:][:pw0], part[1][(c*ph+y)*pw1:][:pw1])
					continue
				}
				for rx, p := range part {
					pw := (w - rx + sx - 1) / sx
					for i, v := range p[(c*ph+y)*pw:][:pw] {
						row[i*sx+rx] = v
					}
				}
			}
		}
	})
}
