package metrics

import (
	"fmt"

	"rewriting/compute"
)

// decode makes objects and parts of logits [1,K,h,w] and [1,P,h,w]. Both are first enlarged to the image,
// bilinearly with half-pixel centres; then the first maximum wins. Softmax comes between in the released code and
// changes no maximum. A part is given where the object owns parts: the maximum of the owner's group
// (spec: metrics 4).
func (l *partLabels) decode(object, part *compute.Tensor, h, w int) (*labelMap, error) {
	if len(object.Shape) != 4 || len(part.Shape) != 4 || object.Dim(0) != 1 || part.Dim(0) != 1 ||
		object.Dim(1) != len(l.objects) || part.Dim(1) != l.logits {
		return nil, fmt.Errorf("object and part logits have shapes %v and %v, want [1 %d height width] and [1 %d height width]",
			object.Shape, part.Shape, len(l.objects), l.logits)
	}
	m := &labelMap{h: h, w: w, class: argmax(object, 0, len(l.objects), h, w), part: make([]int, h*w)}
	owned := map[int][]int{}
	for i, c := range m.class {
		owned[c] = append(owned[c], i)
	}
	for _, g := range l.groups {
		pixels := owned[g.owner]
		if len(pixels) == 0 {
			continue
		}
		best := argmax(part, g.from, len(g.label), h, w)
		for _, i := range pixels {
			m.part[i] = g.label[best[i]]
		}
	}
	return m, nil
}

// argmax enlarges channels from..from+k of x [1,C,h',w'] to h x w, one at a time, and returns per pixel the
// first that is largest, counted from `from`.
func argmax(x *compute.Tensor, from, k, h, w int) []int {
	ih, iw := x.Dim(2), x.Dim(3)
	class := make([]int, h*w)
	var most []float32
	for c := range k {
		plane := compute.From(x.Data[(from+c)*ih*iw:][:ih*iw], 1, 1, ih, iw)
		large := compute.ResizeBilinear(plane, h, w, compute.HalfPixel).Data
		if c == 0 {
			most = large
			continue
		}
		for i, v := range large {
			if v > most[i] {
				most[i], class[i] = v, c
			}
		}
	}
	return class
}
