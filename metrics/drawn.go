package metrics

import (
	"context"
	"fmt"

	"rewriting/compute"
)

func init() {
	Register("drawn", func(name string) Spec {
		return &drawnSpec{Heading: Heading{name: name}, Against: render, Wanted: true, Count: true}
	})
}

// drawnSpec counts the images that show something, such as a watermark, by the truth of a world: each image is
// compared, inside the window of the rules, with the picture of its own scene with the thing and without it, and shows it
// where the first is nearer. The paper counted by eye (spec: experiments 4).
//
// Only pixels in which the two pictures differ decide, so this is a projection: with d = with - without, the image
// shows the thing where <image - without, d> > |d|²/2.
type drawnSpec struct {
	Heading
	With    string `toml:"with"`    // rule of the world that draws the thing
	Without string `toml:"without"` // rule that takes it away
	Against string `toml:"against"` // whose pictures: "render", the renderer's, or "own", the generator's of the moved latents
	Wanted  bool   `toml:"wanted"`  // false where fewer is better
	Count   bool   `toml:"count"`   // a number of images, or else a share
}

func (s *drawnSpec) Check() error {
	if err := s.Heading.check(); err != nil {
		return err
	}
	for _, r := range []struct{ key, rule, example string }{{"with", s.With, "glasses"}, {"without", s.Without, "no glasses"}} {
		if r.rule == "" {
			return &ParamError{r.key, fmt.Errorf("is required: a rule of the world, such as %s = %q", r.key, r.example)}
		}
	}
	return checkChoices("against", []string{s.Against}, own, render)
}

func (s *drawnSpec) Networks() []string { return nil }

type drawn struct {
	with, without *counterfactual
	against       string
	column        Column
}

func (s *drawnSpec) Build(c Context) (Metric, error) {
	m := &drawn{against: s.Against}
	for _, r := range []struct {
		key, rule string
		into      **counterfactual
	}{{"with", s.With, &m.with}, {"without", s.Without, &m.without}} {
		aim := &counterfactualSpec{Rule: r.rule, Against: []string{s.Against}, Regions: []string{inside}, Among: whole}
		built, err := aim.Build(c)
		if err != nil {
			return nil, &ParamError{r.key, err}
		}
		*r.into = built.(*counterfactual)
	}
	whose := "renderer's"
	if s.Against == own {
		whose = "generator's own"
	}
	title := s.title(s.With)
	m.column = Column{Key: s.key(slug(title)), Title: title, Kind: Rate, Unit: "%", Digits: 1, Direction: Higher, Role: Efficacy, Version: 1,
		Meaning: fmt.Sprintf("1 where the edited image is nearer to the %s picture of its scene with rule %q than to that with %q", whose, s.With, s.Without),
		Protocol: fmt.Sprintf("world %s; squared differences over the pixels that either rule may draw, before or after, grown by one",
			c.World.Name())}
	if s.Count {
		m.column.Kind, m.column.Unit, m.column.Digits = Count, "", 0
	}
	if !s.Wanted {
		m.column.Direction = Lower
	}
	return m, nil
}

func (m *drawn) Columns() []Column { return []Column{m.column} }

func (m *drawn) Prepare(ctx context.Context, s *Sample) error {
	for _, side := range []*counterfactual{m.with, m.without} {
		if err := side.Prepare(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (m *drawn) Score(ctx context.Context, s *Sample) ([]float64, error) {
	var aims [2]*compute.Tensor
	var windows [2]*Mask
	for i, side := range []*counterfactual{m.with, m.without} {
		if err := checkLatent(s, side.context); err != nil {
			return nil, err
		}
		var err error
		if aims[i], err = side.aim(s, m.against); err != nil {
			return nil, err
		}
		if windows[i], err = side.masker.mask(ctx, s); err != nil {
			return nil, err
		}
		if !aims[i].SameShape(s.Edited) {
			return nil, fmt.Errorf("seed %d: the image has shape %v, its counterfactual %v", s.Seed, s.Edited.Shape, aims[i].Shape)
		}
	}
	plane := len(windows[0].In)
	var along, length float64
	for i, x := range s.Edited.Data {
		if p := i % plane; !windows[0].In[p] && !windows[1].In[p] {
			continue
		}
		d := float64(aims[0].Data[i]) - float64(aims[1].Data[i])
		along += d * (float64(x) - float64(aims[1].Data[i]))
		length += d * d
	}
	switch {
	case length == 0: // hidden behind something: there is nothing to see
		return []float64{notApplicable}, nil
	case along > length/2:
		return []float64{1}, nil
	}
	return []float64{0}, nil
}
