package metrics

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rewriting/compute"
)

func init() {
	Register("classifier", func(name string) Spec {
		return &classifierSpec{Heading: Heading{name: name}, Output: -1, Among: []string{whole, negatives}, Wanted: true}
	})
}

const negatives = "negatives"

// classifierSpec is "% smiling": the share of images that a network gives an attribute to, its logit
// above 0 (a sigmoid above one half; spec: metrics 3).
type classifierSpec struct {
	Heading
	Network   string   `toml:"network"`   // its first output is [1,K] logits
	Attribute string   `toml:"attribute"` // a name from the network's "attributes" metadata
	Output    int      `toml:"output"`    // or the index of the logit
	Truth     string   `toml:"truth"`     // the world's switch; empty: the attribute
	Among     []string `toml:"among"`     // "all" samples, "negatives": those that lacked the attribute
	Count     bool     `toml:"count"`     // a number of images instead of a share
	Wanted    bool     `toml:"wanted"`    // false where fewer is better, such as images with a watermark
	Preprocess
}

func (s *classifierSpec) Check() error {
	if err := s.Heading.check(); err != nil {
		return err
	}
	if s.Network == "" {
		return &ParamError{"network", fmt.Errorf("is required, such as network = \"world:faces/attributes\"")}
	}
	if s.Attribute != "" && s.Output >= 0 {
		return &ParamError{"output", fmt.Errorf("give attribute or output, not both")}
	}
	if s.Attribute == "" && s.Output < 0 {
		return &ParamError{"attribute", fmt.Errorf("is required, such as attribute = \"smile\" (or output = 31, the index of the logit)")}
	}
	if err := s.Preprocess.check(); err != nil {
		return &ParamError{"resize", err}
	}
	return checkChoices("among", s.Among, whole, negatives)
}

func (s *classifierSpec) Networks() []string { return []string{s.Network} }

type classifier struct {
	info    NetworkInfo
	pre     Preprocess
	logits  *question
	index   int
	among   []string
	truth   string // switch of the world; empty: the clean image's own decision
	context Context
	columns []Column
}

func (s *classifierSpec) Build(c Context) (Metric, error) {
	net, err := open(c, "network", s.Network, 1)
	if err != nil {
		return nil, &ParamError{"network", err}
	}
	m := &classifier{info: net.Info(), index: s.Output, among: s.Among, context: c}
	if m.pre, err = s.Preprocess.over(m.info); err != nil {
		return nil, &ParamError{"range", err}
	}
	m.logits = newQuestion(net, m.pre, 0)
	name := fmt.Sprintf("output %d", m.index)
	if s.Attribute != "" {
		name = s.Attribute
		known := split(m.info.Metadata["attributes"])
		if m.index = slices.Index(known, s.Attribute); m.index < 0 {
			return nil, &ParamError{"attribute", fmt.Errorf("%q: network %s has %s", s.Attribute, s.Network, quoted(known))}
		}
	}
	who := "whose clean image the network itself says no"
	if truth := cmpOr(s.Truth, s.Attribute); c.World != nil && truth != "" {
		_, err := c.World.Truth(make([]float32, c.World.LatentDim()), truth)
		if err == nil {
			m.truth = truth
			who = fmt.Sprintf("whose scene has %q off", truth)
		} else if s.Truth != "" {
			return nil, &ParamError{"truth", err}
		}
	} else if s.Truth != "" {
		return nil, &ParamError{"truth", fmt.Errorf("needs a world, and the generator of this experiment is not one")}
	}
	title := s.title("% " + name)
	key := s.key(slug(title))
	protocol := fmt.Sprintf("%s, logit of %s > 0; input %s", m.info.cite(), name, m.pre)
	for _, among := range s.Among {
		col := Column{Key: key, Title: title, Kind: Rate, Unit: "%", Digits: 1, Direction: Higher, Role: Efficacy, Version: 1,
			Meaning: "1 where the network sees " + name + " in the edited image", Protocol: protocol}
		if among == negatives {
			col.Key += "-" + negatives
			col.Title += " of those that were not"
			col.Meaning += ", over samples " + who
		}
		if s.Count {
			col.Kind, col.Unit, col.Digits = Count, "", 0
		}
		if !s.Wanted {
			col.Direction = Lower
		}
		m.columns = append(m.columns, col)
	}
	return m, nil
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (m *classifier) Columns() []Column { return m.columns }

func (m *classifier) Prepare(ctx context.Context, s *Sample) error {
	if !slices.Contains(m.among, negatives) {
		return nil
	}
	_, err := m.was(ctx, s)
	return err
}

func (m *classifier) Score(ctx context.Context, s *Sample) ([]float64, error) {
	yes, err := m.decide(ctx, s, s.Edited)
	if err != nil {
		return nil, err
	}
	scores := make([]float64, len(m.among))
	for i, among := range m.among {
		scores[i] = yes
		if among == negatives {
			was, err := m.was(ctx, s)
			if err != nil {
				return nil, err
			}
			if was == 1 {
				scores[i] = notApplicable
			}
		}
	}
	return scores, nil
}

// was tells whether the sample had the attribute before the edit: the world knows, else the network decides.
func (m *classifier) was(ctx context.Context, s *Sample) (float64, error) {
	if m.truth != "" {
		if err := checkLatent(s, m.context); err != nil {
			return 0, err
		}
		had, err := m.context.World.Truth(s.Z, m.truth)
		if err != nil {
			return 0, fmt.Errorf("seed %d: %w", s.Seed, err)
		}
		if had {
			return 1, nil
		}
		return 0, nil
	}
	key := fmt.Sprintf("decision %s %d %s", m.info.SHA256, m.index, m.pre)
	v, err := s.Prepared.numbers(key, func() ([]float64, error) {
		d, err := m.decide(ctx, s, s.Clean)
		return []float64{d}, err
	})
	if err != nil {
		return 0, err
	}
	return v[0], nil
}

// decide is 1 where the logit is above 0.
func (m *classifier) decide(ctx context.Context, s *Sample, image *compute.Tensor) (float64, error) {
	outs, err := m.logits.ask(ctx, s, image)
	if err != nil {
		return 0, fmt.Errorf("seed %d: classifier %s: %w", s.Seed, m.info.Name, err)
	}
	if m.index >= len(outs[0].Data) {
		return 0, fmt.Errorf("classifier %s: there is no logit %d, output %s has shape %v", m.info.Name, m.index, strings.Join(m.info.Outputs[:1], ""), outs[0].Shape)
	}
	v := outs[0].Data[m.index]
	switch {
	case v != v:
		return 0, fmt.Errorf("seed %d: classifier %s gives NaN", s.Seed, m.info.Name)
	case v > 0:
		return 1, nil
	}
	return 0, nil
}
