package compute

import "rewriting/compute/internal/kernel"

// staging is a layout of an image with its zero border in which every output row of a convolution reads
// consecutive elements: planes of one channel, divided by the horizontal stride into phases of columns
// {0, s, 2s, ...}, {1, s+1, ...} and so on.
type staging struct {
	stride    int // of columns: the number of phases
	top, left int // border before the image
	rows      int // of the bordered image
	rowStride int // vertical distance of kept rows; rows between them are never read
	cols      int // of one phase
	phase     int // elements between phases
	plane     int // elements between channels
	used      []bool
}

// stagingFor is the layout for a convolution with an output of oh x ow.
func stagingFor(p Params, kh, kw, oh, ow int) staging {
	s := staging{stride: p.Stride[1], top: p.Pad[0], left: p.Pad[1], rowStride: 1}
	s.rows = (oh-1)*p.Stride[0] + (kh-1)*p.Dilation[0] + 1
	if kh == 1 {
		s.rows, s.rowStride = oh, p.Stride[0]
	}
	width := (ow-1)*p.Stride[1] + (kw-1)*p.Dilation[1] + 1
	s.cols = (width + s.stride - 1) / s.stride
	s.used = make([]bool, s.stride)
	for k := range kw {
		s.used[k*p.Dilation[1]%s.stride] = true
	}
	s.finish()
	return s
}

// finish derives the distances. Planes start at whole cache lines, and not all in the same set of the cache.
func (s *staging) finish() {
	s.phase = s.rows * s.cols
	s.plane = (s.stride*s.phase + 15) &^ 15
	if s.plane%512 == 0 {
		s.plane += 16
	}
}

// offset is where tap (ky, kx) of channel c starts for the first output pixel.
func (s staging) offset(c, ky, kx int) int {
	return c*s.plane + kx%s.stride*s.phase + ky*s.cols + kx/s.stride
}

// rowStep is the distance between the rows that two output rows begin with, for a kernel of some rows.
func (s staging) rowStep(p Params, kh int) int {
	if kh == 1 {
		return s.cols
	}
	return s.cols * p.Stride[0]
}

// len is the size of a buffer for some channels.
func (s staging) len(channels int) int { return channels*s.plane + kernel.Slack }

// fill writes channels of x, each h x w, to dst.
func (s staging) fill(dst, x []float32, channels, h, w int) {
	Split(channels, 1+passGrain/s.plane, func(lo, hi int) {
		s.fillChannels(dst[lo*s.plane:], x[lo*h*w:], hi-lo, h, w)
	})
}

func (s staging) fillChannels(dst, x []float32, channels, h, w int) {
	if s.stride == 1 && s.cols <= 64 {
		s.fillNarrow(dst, x, channels, h, w)
		return
	}
	row, release := borrow(s.cols * s.stride)
	defer release()
	for c := range channels {
		in := x[c*h*w:][:h*w]
		plane := dst[c*s.plane:][:s.plane]
		for r := range s.rows {
			out := row
			if s.stride == 1 {
				out = plane[r*s.cols:][:s.cols]
			}
			if y := r*s.rowStride - s.top; y >= 0 && y < h {
				padRow(out, in[y*w:][:w], s.left)
			} else {
				clear(out)
			}
			if s.stride > 1 {
				s.split(plane, row, r)
			}
		}
	}
}

// fillNarrow is fill for narrow images, where zeroing everything first is cheaper than every row's two borders.
func (s staging) fillNarrow(dst, x []float32, channels, h, w int) {
	clear(dst[:channels*s.plane])
	from, to := max(0, -s.left), min(w, s.cols-s.left)
	if to <= from {
		return
	}
	for c := range channels {
		in, plane := x[c*h*w:][:h*w], dst[c*s.plane:][:s.plane]
		for r := range s.rows {
			if y := r*s.rowStride - s.top; y >= 0 && y < h {
				copy(plane[r*s.cols+s.left+from:], in[y*w+from:y*w+to])
			}
		}
	}
}

// split distributes a bordered row to its phases.
func (s staging) split(plane, row []float32, r int) {
	if s.stride == 2 && s.used[0] && s.used[1] {
		kernel.Deinterleave(plane[r*s.cols:][:s.cols], plane[s.phase+r*s.cols:][:s.cols], row)
		return
	}
	for f, used := range s.used {
		if !used {
			continue
		}
		out := plane[f*s.phase+r*s.cols:][:s.cols]
		for i := range out {
			out[i] = row[i*s.stride+f]
		}
	}
}

// padRow writes src to dst behind left zeros and fills the rest with zeros; what does not fit is cut. A negative
// left cuts the beginning.
func padRow(dst, src []float32, left int) {
	if left < 0 {
		src, left = src[min(-left, len(src)):], 0
	}
	left = min(left, len(dst))
	clear(dst[:left])
	n := copy(dst[left:], src)
	clear(dst[left+n:])
}
