package metrics

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rewriting/compute"
)

// segmenter labels pixels, with one class each, or with an object and a part of it.
type segmenter struct {
	net   Network
	info  NetworkInfo
	pre   Preprocess
	parts *partLabels // nil for one class per pixel
	at    [2]int      // outputs "object" and "part"
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
	for i, output := range []string{"object", "part"} {
		if s.at[i] = slices.Index(s.info.Outputs, output); s.at[i] < 0 {
			return s, nil
		}
	}
	text, ok := s.info.Metadata["part_labels"]
	if !ok {
		return nil, fmt.Errorf("segmenter %s gives objects and parts but has no part_labels in its metadata: export it with its label file", s.info.Name)
	}
	if s.parts, err = parsePartLabels(text); err != nil {
		return nil, fmt.Errorf("segmenter %s: %w", s.info.Name, err)
	}
	return s, nil
}

// channel names which of a pixel's labels are meant.
const (
	objectChannel = "object"
	partChannel   = "part"
)

// classSet is labels and the channel they are looked for in. An object and a part can share a label.
type classSet struct {
	label map[int]bool
	part  bool
}

// has tells whether pixel i of l is of one of the classes.
func (c classSet) has(l *labelMap, i int) bool {
	if c.part {
		return c.label[l.part[i]]
	}
	return c.label[l.class[i]]
}

// classes resolves names or numbers. Without a channel they are parts if all are labels that only parts have.
func (s *segmenter) classes(names []string, channel string) (classSet, error) {
	if s.parts == nil {
		if channel == partChannel {
			return classSet{}, fmt.Errorf("channel = %q: segmenter %s has no parts", channel, s.info.Name)
		}
		labels, err := s.plain(names)
		return classSet{label: labels}, err
	}
	set := classSet{label: map[int]bool{}, part: channel == partChannel}
	onlyParts := 0
	for _, name := range names {
		n, err := s.parts.find(name)
		if err != nil {
			return set, fmt.Errorf("segmenter %s: %w", s.info.Name, err)
		}
		set.label[n] = true
		if n >= s.parts.first {
			onlyParts++
		}
	}
	switch {
	case channel == "" && onlyParts == len(names):
		set.part = true
	case !set.part && onlyParts > 0:
		return set, fmt.Errorf("classes %s: some are parts and no objects; choose one channel", strings.Join(names, ", "))
	}
	return set, nil
}

// plain resolves classes of a segmenter with one class per pixel.
func (s *segmenter) plain(names []string) (map[int]bool, error) {
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

// labelMap is a class per pixel, and perhaps a part.
type labelMap struct {
	h, w  int
	class []int // or object
	part  []int // 0 where there is none; nil without parts
}

func (l *labelMap) mask(classes classSet) *Mask {
	m := &Mask{H: l.h, W: l.w, In: make([]bool, len(l.class))}
	for i := range l.class {
		m.In[i] = classes.has(l, i)
	}
	return m
}

// labelsKey names the labels of a picture in its view.
type labelsKey struct{ network, preprocess string }

// labels are those of a picture of the sample, found once for all columns.
func (s *segmenter) labels(ctx context.Context, x *Sample, image *compute.Tensor) (*labelMap, error) {
	find := func() (*labelMap, error) { return s.find(ctx, image) }
	v := x.view(image)
	if v == nil {
		return find()
	}
	return remember(&v.made, any(labelsKey{s.info.SHA256, s.pre.String()}), find)
}

// find takes the arg-max over classes (the first maximum wins), brought to the image's size by nearest
// neighbour, source index = floor(target * in/out) (spec: metrics 2).
func (s *segmenter) find(ctx context.Context, image *compute.Tensor) (*labelMap, error) {
	outs, err := s.net.Run(ctx, s.pre.apply(image))
	if err != nil {
		return nil, fmt.Errorf("segmenter %s: %w", s.info.Name, err)
	}
	if s.parts != nil {
		l, err := s.parts.decode(outs[s.at[0]], outs[s.at[1]], image.Dim(2), image.Dim(3))
		if err != nil {
			return nil, fmt.Errorf("segmenter %s: %w", s.info.Name, err)
		}
		return l, nil
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
