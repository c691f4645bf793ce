package metrics

import (
	"context"
	"fmt"

	"rewriting/compute"
)

func init() {
	Register("change", func(name string) Spec {
		return &changeSpec{Heading: Heading{name: name}, Measures: []string{l1, changed}, Regions: []string{outside}, Levels: 1}
	})
}

const (
	l1       = "l1"
	pooledL1 = "l1-pooled"
	changed  = "changed"
)

// changeSpec measures pixels, without a network. "l1" is the mean |edited - clean| over pixels and
// channels on the [-1,1] scale, then the mean over images. "l1-pooled" is what the released script
// prints: channels summed, and one quotient over the pixels of all images (spec: metrics 1.3).
// "changed" is the share of pixels that differ in any channel.
type changeSpec struct {
	Heading
	Measures []string `toml:"measures"`
	Regions  []string `toml:"regions"`
	Mask     MaskSpec `toml:"mask"`
	Levels   int      `toml:"levels"` // a pixel counts as changed from this many 8-bit levels on
}

func (s *changeSpec) Check() error {
	if err := s.Heading.check(); err != nil {
		return err
	}
	if s.Levels < 1 || s.Levels > 255 {
		return &ParamError{"levels", fmt.Errorf("%d: must be 1 to 255", s.Levels)}
	}
	if err := checkChoices("measures", s.Measures, l1, pooledL1, changed); err != nil {
		return err
	}
	return checkRegions(s.Regions, s.Mask)
}

func (s *changeSpec) Networks() []string { return s.Mask.networks() }

type change struct {
	spec    changeSpec
	masker  *masker
	columns []Column
}

func (s *changeSpec) Build(c Context) (Metric, error) {
	m := &change{spec: *s}
	protocol := "8-bit images on the [-1,1] scale"
	if !s.Mask.empty() {
		var err error
		if m.masker, err = s.Mask.build(c); err != nil {
			return nil, &ParamError{"mask", err}
		}
		protocol += "; " + m.masker.protocol
	}
	stem := s.key("change")
	for _, measure := range s.Measures {
		for _, region := range s.Regions {
			col := Column{Key: stem + "-" + measure, Title: s.title("L1"), Digits: 4, Protocol: protocol,
				Meaning: "mean absolute pixel difference between the clean and the edited image, over channels"}
			switch measure {
			case changed:
				col.Title, col.Unit, col.Digits = "% pixels changed", "%", 1
				col.Meaning = fmt.Sprintf("share of pixels that differ by %d of 255 levels or more in any channel", s.Levels)
			case pooledL1:
				col.Title += " pooled"
				col.Meaning = "sum of the absolute pixel differences, channels summed"
			}
			col = regionColumn(region, col)
			if measure != pooledL1 {
				m.columns = append(m.columns, col)
				continue
			}
			col.Kind, col.Per = Ratio, col.Key+"-pixels"
			m.columns = append(m.columns, col, Column{Key: col.Per, Title: "pixels", Kind: Mean, Direction: Neutral, Hidden: true,
				Version: 1, Meaning: "number of pixels of the region", Protocol: protocol})
		}
	}
	return m, nil
}

func (m *change) Columns() []Column { return m.columns }

func (m *change) Prepare(ctx context.Context, s *Sample) error {
	if m.masker == nil {
		return nil
	}
	_, err := m.masker.mask(ctx, s)
	return err
}

func (m *change) Score(ctx context.Context, s *Sample) ([]float64, error) {
	var mask *Mask
	if m.masker != nil {
		var err error
		if mask, err = m.masker.mask(ctx, s); err != nil {
			return nil, err
		}
	}
	diff, touched := differences(s.Clean, s.Edited, m.spec.Levels)
	var scores []float64
	for _, measure := range m.spec.Measures {
		for _, region := range m.spec.Regions {
			switch measure {
			case changed:
				scores = append(scores, regional(touched, mask, region))
			case l1:
				scores = append(scores, regional(diff, mask, region)/3)
			case pooledL1:
				n := pixels(mask, region, len(diff))
				sum := 0.0
				if n > 0 {
					sum = regional(diff, mask, region) * n
				}
				scores = append(scores, sum, n)
			}
		}
	}
	return scores, nil
}

// differences returns per pixel the absolute difference summed over channels, and 1 where any channel
// differs by at least that many levels.
func differences(a, b *compute.Tensor, threshold int) (sum, touched []float32) {
	plane := a.Dim(2) * a.Dim(3)
	sum, touched = make([]float32, plane), make([]float32, plane)
	// Half a level of slack, so that float32 rounding of v/255 cannot decide.
	least := (float32(threshold) - 0.5) * 2 / 255
	for i, v := range a.Data {
		d := max(v-b.Data[i], b.Data[i]-v)
		sum[i%plane] += d
		if d > least {
			touched[i%plane] = 1
		}
	}
	return sum, touched
}

func pixels(mask *Mask, region string, all int) float64 {
	if region == whole {
		return float64(all)
	}
	n := 0
	for _, in := range mask.In {
		if in == (region == inside) {
			n++
		}
	}
	return float64(n)
}

var _ Preparer = (*change)(nil)
