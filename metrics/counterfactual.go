package metrics

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rewriting/compute"
	"rewriting/worlds"
)

func init() {
	Register("counterfactual", func(name string) Spec {
		return &counterfactualSpec{Heading: Heading{name: name}, Against: []string{own}, Regions: []string{outside, inside}, Among: whole}
	})
}

const (
	own     = "own"    // the generator's picture of the moved latent
	render  = "render" // the renderer's picture of the changed scene
	obliged = "changing"
)

// counterfactualSpec measures how far an edited image is from what a perfect edit would give, which
// only a world knows. Two such pictures exist: the renderer's drawing of the changed scene ("render"),
// and the generator's own picture of the latent that was moved across the rule's threshold alone
// ("own"). The generator cannot draw better than it can, so the second is the fairer aim.
//
// Both are compared inside and outside the rule's window, the pixels that the rule may draw before or
// after. Inside, L1 is ruled by shifts of a pixel or two; the perceptual form is the better witness.
// Outside, the perceptual form of the unedited image is not zero, because receptive fields reach
// over the edge of the window; so the distance to the counterfactual is the number, not the distance
// to the original.
type counterfactualSpec struct {
	Heading
	Rule    string   `toml:"rule"`    // rule of the world
	Against []string `toml:"against"` // "own", "render"
	Regions []string `toml:"regions"` // "outside", "inside" the window, "all"
	Network string   `toml:"network"` // LPIPS form; empty: pixels (L1) only
	Among   string   `toml:"among"`   // "all" samples, or "changing": those whose scene does not obey the rule yet
	Preprocess
}

func (s *counterfactualSpec) Check() error {
	if err := s.Heading.check(); err != nil {
		return err
	}
	if s.Rule == "" {
		return &ParamError{"rule", fmt.Errorf("is required, such as rule = \"smile\"")}
	}
	if resize := s.preset().Resize; resize != "" && resize != "none" {
		return &ParamError{"resize", fmt.Errorf("the distance map is needed at the image's own resolution")}
	}
	if err := s.Preprocess.check(); err != nil {
		return &ParamError{"range", err}
	}
	if err := checkChoices("against", s.Against, own, render); err != nil {
		return err
	}
	if err := checkChoices("among", []string{s.Among}, whole, obliged); err != nil {
		return err
	}
	return checkChoices("regions", s.Regions, outside, inside, whole)
}

func (s *counterfactualSpec) Networks() []string {
	if s.Network == "" {
		return nil
	}
	return []string{s.Network}
}

type counterfactual struct {
	spec    counterfactualSpec
	context Context
	net     *perceptual // nil without a network
	masker  *masker
	key     string // of prepared pictures
	columns []Column
}

func (s *counterfactualSpec) Build(c Context) (Metric, error) {
	if err := checkRule(s.Rule, c); err != nil {
		return nil, &ParamError{"rule", err}
	}
	if c.Quantise == nil {
		return nil, fmt.Errorf("counterfactual: pictures that a metric renders need the 8-bit round trip")
	}
	m := &counterfactual{spec: *s, context: c, key: c.World.Name() + " " + s.Rule}
	if slices.Contains(s.Against, own) {
		if c.Generator == nil {
			return nil, &ParamError{"against", fmt.Errorf("%q needs the unedited generator", own)}
		}
		if _, err := c.World.MoveLatent(make([]float32, c.World.LatentDim()), s.Rule); errors.Is(err, worlds.ErrNoLatent) {
			return nil, &ParamError{"against", fmt.Errorf("%q has no picture of rule %q, only %q has: %w", own, s.Rule, render, err)}
		}
		info := c.Generator.Info()
		if info.LatentDim != c.World.LatentDim() || info.Resolution != c.World.Size() {
			return nil, &ParamError{"rule", fmt.Errorf("world %s has latents of %d and pictures of %d, the generator %d and %d", c.World.Name(), c.World.LatentDim(), c.World.Size(), info.LatentDim, info.Resolution)}
		}
		m.key += " " + info.Hash
	}
	var err error
	if m.masker, err = windowMasker(s.Rule, c); err != nil {
		return nil, err
	}
	if s.Network != "" {
		if m.net, err = openPerceptual("network", s.Network, s.Preprocess, c); err != nil {
			return nil, err
		}
	}
	for _, against := range s.Against {
		for _, form := range m.forms() {
			for _, region := range s.Regions {
				m.columns = append(m.columns, m.column(against, form, region))
			}
		}
	}
	return m, nil
}

func (m *counterfactual) forms() []string {
	if m.net == nil {
		return []string{l1}
	}
	return []string{l1, "lpips"}
}

func (m *counterfactual) column(against, form, region string) Column {
	s := m.spec
	title, aim := s.title("Counterfactual"), "the generator's own picture of the latent moved to "+s.Rule
	if against == render {
		title, aim = s.title("Ideal"), "the renderer's picture of the scene with "+s.Rule
	}
	stem := "cf"
	if s.Key != "" {
		stem = s.Key
	}
	col := Column{
		Key:  stem + "-" + against + "-" + form + "-" + region,
		Kind: Mean, Direction: Lower, Role: Target, Digits: 4, Version: 1,
		Title:    title + " " + map[string]string{l1: "L1", "lpips": "LPIPS"}[form] + " " + region,
		Meaning:  "distance of the edited image to " + aim,
		Protocol: "mean absolute pixel difference over channels, [-1,1] scale; window: " + m.masker.protocol,
	}
	if form != l1 {
		col.Protocol = "distance map of " + m.net.info.cite() + ", input " + m.net.pre.String() + "; window: " + m.masker.protocol
	}
	if s.Among == obliged {
		col.Meaning += ", over samples whose scene did not obey the rule"
	}
	return col
}

func (m *counterfactual) Columns() []Column { return m.columns }

func (m *counterfactual) Prepare(ctx context.Context, s *Sample) error {
	if err := checkLatent(s, m.context); err != nil {
		return err
	}
	if skip, err := m.skips(s); skip || err != nil {
		return err
	}
	for _, against := range m.spec.Against {
		if _, err := m.aim(s, against); err != nil {
			return err
		}
	}
	_, err := m.masker.mask(ctx, s)
	return err
}

func (m *counterfactual) Score(ctx context.Context, s *Sample) ([]float64, error) {
	if err := checkLatent(s, m.context); err != nil {
		return nil, err
	}
	scores := make([]float64, 0, len(m.columns))
	if skip, err := m.skips(s); err != nil {
		return nil, err
	} else if skip {
		for range m.columns {
			scores = append(scores, notApplicable)
		}
		return scores, nil
	}
	window, err := m.masker.mask(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, against := range m.spec.Against {
		aim, err := m.aim(s, against)
		if err != nil {
			return nil, err
		}
		if !aim.SameShape(s.Edited) {
			return nil, fmt.Errorf("seed %d: the image has shape %v, its counterfactual %v", s.Seed, s.Edited.Shape, aim.Shape)
		}
		diff, _ := differences(aim, s.Edited, 1)
		for _, region := range m.spec.Regions {
			scores = append(scores, regional(diff, window, region)/3)
		}
		if m.net == nil {
			continue
		}
		d, err := m.net.distances(ctx, s, aim, s.Edited)
		if err != nil {
			return nil, err
		}
		for _, region := range m.spec.Regions {
			scores = append(scores, regional(d, window, region))
		}
	}
	return scores, nil
}

// skips tells whether the sample obeys the rule already and only the others are asked for.
func (m *counterfactual) skips(s *Sample) (bool, error) {
	if m.spec.Among == whole {
		return false, nil
	}
	obeys, err := m.context.World.Obeys(s.Z, m.spec.Rule)
	if err != nil {
		return false, fmt.Errorf("seed %d: %w", s.Seed, err)
	}
	return obeys, nil
}

// aim is the picture that a perfect edit would give, after the 8-bit round trip.
func (m *counterfactual) aim(s *Sample, against string) (*compute.Tensor, error) {
	return s.Prepared.picture(against+" "+m.key, func() (*compute.Tensor, error) {
		picture, err := m.draw(s, against)
		if err != nil {
			return nil, fmt.Errorf("seed %d: counterfactual: %w", s.Seed, err)
		}
		return picture, checkImage("counterfactual", s.Seed, picture)
	})
}

func (m *counterfactual) draw(s *Sample, against string) (*compute.Tensor, error) {
	if against == render {
		p, err := m.context.World.Counterfactual(s.Z, m.spec.Rule)
		if err != nil {
			return nil, err
		}
		return m.context.Quantise(compute.From(p.RGB, 1, 3, p.Size, p.Size)), nil
	}
	moved, err := m.context.World.MoveLatent(s.Z, m.spec.Rule)
	if err != nil {
		return nil, err
	}
	if slices.Equal(moved, s.Z) {
		return s.Clean, nil // the scene obeys the rule: the clean image is the generator's picture of it
	}
	image, err := m.context.Generator.Image(compute.From(moved, 1, len(moved)))
	if err != nil {
		return nil, err
	}
	return m.context.Quantise(image), nil
}
