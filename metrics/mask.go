package metrics

import (
	"context"
	"fmt"
	"strings"
)

// Mask marks the pixels of an image that belong to the object an edit is about.
type Mask struct {
	H, W int
	In   []bool // row by row
}

// mean averages a map over the pixels inside or outside the mask, in float64 and index order; NaN
// where there is no such pixel.
func (m *Mask) mean(values []float32, inside bool) float64 {
	var sum, n float64
	for i, v := range values {
		if m.In[i] == inside {
			sum += float64(v)
			n++
		}
	}
	return sum / n
}

// MaskSpec says where the object is in a clean image: by a segmenter and its classes, or in a world by
// the window of a rule.
type MaskSpec struct {
	Segmenter string    `toml:"segmenter"` // network; its first output is [1,K,h,w] logits
	Classes   []string  `toml:"classes"`   // names from the network's "labels" metadata, or numbers
	Channel   string    `toml:"channel"`   // "object" or "part", for a segmenter that gives both; empty: what the classes are
	Rule      string    `toml:"rule"`      // rule of the world, instead of a segmenter
	Box       []float64 `toml:"box"`       // place, instead of a segmenter: left, top, right, bottom as shares of the picture
	Preprocess
}

func (s MaskSpec) empty() bool {
	return s.Segmenter == "" && s.Rule == "" && len(s.Classes) == 0 && len(s.Box) == 0
}

func (s MaskSpec) check() error {
	switch {
	case len(s.Box) > 0 && (s.Rule != "" || s.Segmenter != "" || len(s.Classes) > 0):
		return fmt.Errorf("a mask is either box, rule, or segmenter with classes")
	case len(s.Box) > 0:
		return checkBox(s.Box)
	case s.Rule != "" && (s.Segmenter != "" || len(s.Classes) > 0):
		return fmt.Errorf("a mask is either rule, or segmenter with classes, not both")
	case s.Segmenter != "" && len(s.Classes) == 0:
		return fmt.Errorf("segmenter = %q needs classes: which of its labels are the object", s.Segmenter)
	case s.Segmenter == "" && len(s.Classes) > 0:
		return fmt.Errorf("classes = %v need a segmenter", s.Classes)
	}
	if err := checkChannel(s.Channel); err != nil {
		return err
	}
	return s.Preprocess.check()
}

func checkChannel(channel string) error {
	if channel != "" && channel != objectChannel && channel != partChannel {
		return fmt.Errorf("channel = %q: it must be %q or %q", channel, objectChannel, partChannel)
	}
	return nil
}

func (s MaskSpec) networks() []string {
	if s.Segmenter == "" {
		return nil
	}
	return []string{s.Segmenter}
}

// masker finds the object in clean images.
type masker struct {
	key, protocol string
	find          func(ctx context.Context, s *Sample) (*Mask, error)
}

func (m *masker) mask(ctx context.Context, s *Sample) (*Mask, error) {
	found, err := s.Prepared.mask(m.key, func() (*Mask, error) { return m.find(ctx, s) })
	if err != nil {
		return nil, err
	}
	if found.H != s.Clean.Dim(2) || found.W != s.Clean.Dim(3) {
		return nil, fmt.Errorf("seed %d: the mask is %d x %d but the image %d x %d", s.Seed, found.H, found.W, s.Clean.Dim(2), s.Clean.Dim(3))
	}
	return found, nil
}

func (s MaskSpec) build(c Context) (*masker, error) {
	if s.Rule != "" {
		return windowMasker(s.Rule, c)
	}
	if len(s.Box) > 0 {
		return boxMasker(s.Box), nil
	}
	seg, err := openSegmenter(s.Segmenter, s.Preprocess, c)
	if err != nil {
		return nil, err
	}
	classes, err := seg.classes(s.Classes, s.Channel)
	if err != nil {
		return nil, err
	}
	key, kind := fmt.Sprintf("%s %v %s", seg.info.SHA256, s.Classes, seg.pre), "class"
	if seg.parts != nil {
		kind = objectChannel
		if classes.part {
			kind = partChannel
		}
		key += " " + kind
	}
	return &masker{
		key:      key,
		protocol: fmt.Sprintf("object: the clean image's pixels whose arg-max %s by %s is %s; input %s", kind, seg.info.cite(), strings.Join(s.Classes, ", "), seg.pre),
		find: func(ctx context.Context, s *Sample) (*Mask, error) {
			labels, err := seg.labels(ctx, s, s.Clean)
			if err != nil {
				return nil, fmt.Errorf("seed %d: %w", s.Seed, err)
			}
			return labels.mask(classes), nil
		},
	}, nil
}

// windowMasker uses the world's window: the pixels that the rule may change, before or after.
func windowMasker(rule string, c Context) (*masker, error) {
	if err := checkRule(rule, c); err != nil {
		return nil, err
	}
	size := c.World.Size()
	return &masker{
		key:      "window " + c.World.Name() + " " + rule,
		protocol: fmt.Sprintf("object: the pixels that rule %q of world %s may draw, before or after, grown by one", rule, c.World.Name()),
		find: func(_ context.Context, s *Sample) (*Mask, error) {
			if err := checkLatent(s, c); err != nil {
				return nil, err
			}
			in, err := c.World.Window(s.Z, rule)
			if err != nil {
				return nil, fmt.Errorf("seed %d: %w", s.Seed, err)
			}
			return &Mask{H: size, W: size, In: in}, nil
		},
	}, nil
}

func checkRule(rule string, c Context) error {
	if c.World == nil {
		return fmt.Errorf("rule = %q needs a world, and the generator of this experiment is not one", rule)
	}
	if !contains(c.World.Rules(), rule) {
		return fmt.Errorf("rule = %q: world %s has %s", rule, c.World.Name(), quoted(c.World.Rules()))
	}
	return nil
}

func checkLatent(s *Sample, c Context) error {
	if len(s.Z) != c.World.LatentDim() {
		return fmt.Errorf("seed %d: the latent has %d entries, world %s needs %d", s.Seed, len(s.Z), c.World.Name(), c.World.LatentDim())
	}
	return nil
}
