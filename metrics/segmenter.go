package metrics

import (
	"context"
	"fmt"
	"strconv"

	"rewriting/compute"
)

// segmenter labels pixels.
type segmenter struct {
	net  Network
	info NetworkInfo
	pre  Preprocess
}

func openSegmenter(name string, pre Preprocess, c Context) (*segmenter, error) {
	net, err := open(c, "segmenter", name, 1)
	if err != nil {
		return nil, err
	}
	s := &segmenter{net: net, info: net.Info()}
	if s.pre, err = pre.over(s.info); err != nil {
		return nil, err
	}
	return s, nil
}

// classes resolves names or numbers.
func (s *segmenter) classes(names []string) (map[int]bool, error) {
	known := split(s.info.Metadata["labels"])
	set := map[int]bool{}
names:
	for _, name := range names {
		for i, k := range known {
			if k == name {
				set[i] = true
				continue names
			}
		}
		n, err := strconv.Atoi(name)
		switch {
		case err == nil && n >= 0 && (len(known) == 0 || n < len(known)):
			set[n] = true
		case len(known) == 0:
			return nil, fmt.Errorf("segmenter %s has no label names in its metadata, so classes must be numbers, not %q", s.info.Name, name)
		default:
			return nil, fmt.Errorf("segmenter %s has no class %q; it has %s", s.info.Name, name, quoted(known))
		}
	}
	return set, nil
}

// labelMap is a class per pixel.
type labelMap struct {
	h, w  int
	class []int
}

func (l *labelMap) mask(classes map[int]bool) *Mask {
	m := &Mask{H: l.h, W: l.w, In: make([]bool, len(l.class))}
	for i, c := range l.class {
		m.In[i] = classes[c]
	}
	return m
}

// labels is the arg-max over classes (the first maximum wins), brought to the image's size by nearest
// neighbour, source index = floor(target * in/out) (spec: metrics 2).
func (s *segmenter) labels(ctx context.Context, image *compute.Tensor) (*labelMap, error) {
	outs, err := s.net.Run(ctx, s.pre.apply(image))
	if err != nil {
		return nil, fmt.Errorf("segmenter %s: %w", s.info.Name, err)
	}
	logits := outs[0]
	if len(logits.Shape) != 4 || logits.Dim(0) != 1 {
		return nil, fmt.Errorf("segmenter %s: output %s has shape %v, want [1 classes height width]", s.info.Name, s.info.Outputs[0], logits.Shape)
	}
	k, h, w := logits.Dim(1), logits.Dim(2), logits.Dim(3)
	oh, ow := image.Dim(2), image.Dim(3)
	l := &labelMap{h: oh, w: ow, class: make([]int, oh*ow)}
	for y := range oh {
		for x := range ow {
			at := y*h/oh*w + x*w/ow
			best := 0
			for c := 1; c < k; c++ {
				if logits.Data[c*h*w+at] > logits.Data[best*h*w+at] {
					best = c
				}
			}
			l.class[y*ow+x] = best
		}
	}
	return l, nil
}
