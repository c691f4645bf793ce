package metrics

import (
	"context"
	"fmt"
	"slices"
)

func init() {
	Register("lpips", func(name string) Spec {
		return &lpipsSpec{Heading: Heading{name: name}, Regions: []string{outside}}
	})
}

// lpipsSpec is the paper's "LPIPS (masked)": the perceptual distance between clean and edited image
// where the object of the edit is not. Per image s = Σ d m / Σ m, m = 0 on the object of the clean
// image; then the mean over images (spec: metrics 1.3).
type lpipsSpec struct {
	Heading
	Network string   `toml:"network"` // two images in, map out
	Regions []string `toml:"regions"` // "outside" the object, "inside" it, "all"
	Mask    MaskSpec `toml:"mask"`    // where the object is; not needed for "all"
	Preprocess
}

func (s *lpipsSpec) Check() error {
	if err := s.Heading.check(); err != nil {
		return err
	}
	if s.Network == "" {
		return &ParamError{"network", fmt.Errorf("is required, such as network = \"world:faces/lpips\"")}
	}
	if err := s.Preprocess.check(); err != nil {
		return &ParamError{"resize", err}
	}
	if resize := s.preset().Resize; resize != "" && resize != "none" {
		return &ParamError{"resize", fmt.Errorf("the distance map is needed at the image's own resolution")}
	}
	return checkRegions(s.Regions, s.Mask)
}

func checkRegions(regions []string, mask MaskSpec) error {
	if err := checkChoices("regions", regions, outside, inside, whole); err != nil {
		return err
	}
	if mask.empty() && !slices.Equal(regions, []string{whole}) {
		return &ParamError{"mask", fmt.Errorf("is required to tell inside from outside: mask = {segmenter = ..., classes = [...]}, mask = {box = [left, top, right, bottom]} in shares of the picture, or mask = {rule = ...} in a world; else regions = [\"all\"]")}
	}
	if err := mask.check(); err != nil {
		return &ParamError{"mask", err}
	}
	return nil
}

func (s *lpipsSpec) Networks() []string { return append([]string{s.Network}, s.Mask.networks()...) }

// trunks are the two readings of the paper's LPIPS, by the network's metadata "lpips" (spec: metrics 1.1).
var trunks = map[string]struct{ title, protocol string }{
	"paper": {"AlexNet (paper)", "LPIPS v0.1 on AlexNet, the trunk that the paper names"},
	"code":  {"VGG16 (code)", "LPIPS v0.1 on VGG16, the trunk that the released code uses"},
}

type lpips struct {
	net     *perceptual
	regions []string
	masker  *masker // nil when only the whole image is asked for
	columns []Column
}

func (s *lpipsSpec) Build(c Context) (Metric, error) {
	m := &lpips{regions: s.Regions}
	var err error
	if m.net, err = openPerceptual("network", s.Network, s.Preprocess, c); err != nil {
		return nil, err
	}
	title, protocol := "LPIPS", ""
	if trunk, known := trunks[m.net.info.Metadata["lpips"]]; known {
		title += " " + trunk.title
		protocol = trunk.protocol + "; "
	}
	protocol += fmt.Sprintf("distance map of %s between the clean and the edited image, input %s", m.net.info.cite(), m.net.pre)
	if !s.Mask.empty() {
		if m.masker, err = s.Mask.build(c); err != nil {
			return nil, &ParamError{"mask", err}
		}
		protocol += "; " + m.masker.protocol
	}
	for _, region := range s.Regions {
		m.columns = append(m.columns, regionColumn(region, Column{
			Key: s.key("lpips"), Title: s.title(title), Digits: 4, Protocol: protocol, Meaning: "perceptual distance between the clean and the edited image",
		}))
	}
	return m, nil
}

// regionColumn completes the column of a change between clean and edited image. Outside the object
// less is better and the stem is the key; inside, change is wanted, so neither way is better.
func regionColumn(region string, col Column) Column {
	col.Kind, col.Direction, col.Version = Mean, Lower, 1
	switch region {
	case outside:
		col.Role = Outside
		col.Meaning += ", mean over the pixels outside the object"
	case inside:
		col.Key += "-inside"
		col.Title += " inside"
		col.Direction = Neutral
		col.Meaning += ", mean over the pixels of the object"
	case whole:
		col.Key += "-all"
		col.Title += " whole image"
		col.Direction = Neutral
		col.Meaning += ", mean over all pixels"
	}
	return col
}

func (m *lpips) Columns() []Column { return m.columns }

func (m *lpips) Prepare(ctx context.Context, s *Sample) error {
	if m.masker == nil {
		return nil
	}
	_, err := m.masker.mask(ctx, s)
	return err
}

func (m *lpips) Score(ctx context.Context, s *Sample) ([]float64, error) {
	var mask *Mask
	if m.masker != nil {
		var err error
		if mask, err = m.masker.mask(ctx, s); err != nil {
			return nil, err
		}
	}
	d, err := m.net.distances(ctx, s, s.Clean, s.Edited)
	if err != nil {
		return nil, err
	}
	scores := make([]float64, len(m.regions))
	for i, region := range m.regions {
		scores[i] = regional(d, mask, region)
	}
	return scores, nil
}
