package metrics

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

func init() {
	Register("modified", func(name string) Spec { return &modifiedSpec{Heading: Heading{name: name}} })
}

// modifiedSpec is "% dome pixels correctly modified": of the pixels that were the source class in the
// clean image, the share that is the target class in the edited one, pooled over all images and
// pixels (spec: metrics 5). A second column counts those that are no longer the source class.
//
// Where the source is a part (a dome) and the target an object (a building), a pixel can be both: the
// published number of domes to spires is 100% for the unedited model. A third column then counts the pixels that
// are the target and not the source.
type modifiedSpec struct {
	Heading
	Mask    MaskSpec `toml:"mask"`           // the source: segmenter and classes
	Target  []string `toml:"target"`         // classes of the same segmenter
	Channel string   `toml:"target_channel"` // "object" or "part", as the mask's channel
}

func (s *modifiedSpec) Check() error {
	if err := s.Heading.check(); err != nil {
		return err
	}
	if s.Mask.Segmenter == "" {
		return &ParamError{"mask", fmt.Errorf("is required: mask = {segmenter = ..., classes = [...]}, the source classes")}
	}
	if err := s.Mask.check(); err != nil {
		return &ParamError{"mask", err}
	}
	if err := checkChannel(s.Channel); err != nil {
		return &ParamError{"target_channel", err}
	}
	if len(s.Target) == 0 {
		return &ParamError{"target", fmt.Errorf("is required: the classes that source pixels should become")}
	}
	return nil
}

func (s *modifiedSpec) Networks() []string { return s.Mask.networks() }

type modified struct {
	seg     *segmenter
	masker  *masker
	target  classSet
	source  classSet
	columns []Column
}

func (s *modifiedSpec) Build(c Context) (Metric, error) {
	m := &modified{}
	var err error
	if m.masker, err = s.Mask.build(c); err != nil {
		return nil, &ParamError{"mask", err}
	}
	if m.seg, err = openSegmenter(s.Mask.Segmenter, s.Mask.Preprocess, c); err != nil {
		return nil, &ParamError{"mask", err}
	}
	if m.source, err = m.seg.classes(s.Mask.Classes, s.Mask.Channel); err != nil {
		return nil, &ParamError{"mask", err}
	}
	if m.target, err = m.seg.classes(s.Target, s.Channel); err != nil {
		return nil, &ParamError{"target", err}
	}
	key := s.key("modified")
	source := strings.Join(s.Mask.Classes, ", ")
	title := s.title("% " + source + " pixels modified")
	col := Column{Key: key, Title: title, Kind: Ratio, Per: key + "-pixels", Unit: "%", Digits: 1, Direction: Higher, Role: Efficacy, Version: 1,
		Meaning:  fmt.Sprintf("pixels that were %s and became %s, over all that were", source, strings.Join(s.Target, ", ")),
		Protocol: m.masker.protocol + "; the edited image by the same network"}
	gone := col
	gone.Key, gone.Title, gone.Role = key+"-gone", "% "+source+" pixels gone", ""
	gone.Meaning = fmt.Sprintf("pixels that were %s and are not any more, over all that were", source)
	m.columns = []Column{col, gone}
	if m.overlap() {
		both := gone
		both.Key, both.Title = key+"-replaced", "% "+source+" pixels replaced"
		both.Meaning = fmt.Sprintf("pixels that were %s, became %s and are not %s any more, over all that were", source, strings.Join(s.Target, ", "), source)
		m.columns = append(m.columns, both)
	}
	m.columns = append(m.columns, Column{Key: key + "-pixels", Title: source + " pixels", Kind: Mean, Direction: Neutral, Hidden: true,
		Version: 1, Meaning: "number of source pixels of the clean image", Protocol: m.masker.protocol})
	return m, nil
}

// overlap tells whether a pixel can be source and target at once.
func (m *modified) overlap() bool { return m.source.part != m.target.part }

func (m *modified) Columns() []Column { return m.columns }

func (m *modified) Prepare(ctx context.Context, s *Sample) error {
	_, err := m.masker.mask(ctx, s)
	return err
}

// Score counts pixels, a column each: became the target, are no longer the source, both (where they can
// overlap), were the source. Images without source pixels do not apply.
func (m *modified) Score(ctx context.Context, s *Sample) ([]float64, error) {
	was, err := m.masker.mask(ctx, s)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(was.In, true) { // so the network need not be asked
		return slices.Repeat([]float64{notApplicable}, len(m.columns)), nil
	}
	now, err := m.seg.labels(ctx, s, s.Edited)
	if err != nil {
		return nil, fmt.Errorf("seed %d: %w", s.Seed, err)
	}
	var became, gone, replaced, all float64
	for i, in := range was.In {
		if !in {
			continue
		}
		all++
		target, source := m.target.has(now, i), m.source.has(now, i)
		if target {
			became++
		}
		if !source {
			gone++
		}
		if target && !source {
			replaced++
		}
	}
	if m.overlap() {
		return []float64{became, gone, replaced, all}, nil
	}
	return []float64{became, gone, all}, nil
}
