package metrics

import (
	"context"
	"fmt"
)

func init() {
	Register("nearer", func(name string) Spec { return &nearerSpec{Heading: Heading{name: name}, Against: own} })
}

// nearerSpec is efficacy by the truth of a world: of the object's pixels that a perfect edit changes, the share that has come
// nearer to the picture of the perfect edit than to the clean image, pooled over all images. No network judges: a segmenter can
// only name what its training pictures showed, and a rule may lead out of them.
type nearerSpec struct {
	Heading
	Rule    string   `toml:"rule"`    // rule of the world
	Against string   `toml:"against"` // "own", the generator's picture of the moved latent, or "render", the renderer's
	Mask    MaskSpec `toml:"mask"`    // the object in the clean image
}

func (s *nearerSpec) Check() error {
	if err := s.Heading.check(); err != nil {
		return err
	}
	if s.Rule == "" {
		return &ParamError{"rule", fmt.Errorf("is required, such as rule = \"spire\"")}
	}
	if s.Mask.empty() {
		return &ParamError{"mask", fmt.Errorf("is required: mask = {segmenter = ..., classes = [...]}, the object in the clean image")}
	}
	if err := s.Mask.check(); err != nil {
		return &ParamError{"mask", err}
	}
	return checkChoices("against", []string{s.Against}, own, render)
}

func (s *nearerSpec) Networks() []string { return s.Mask.networks() }

type nearer struct {
	ideal   *counterfactual
	against string
	masker  *masker
	columns []Column
}

func (s *nearerSpec) Build(c Context) (Metric, error) {
	built, err := (&counterfactualSpec{Rule: s.Rule, Against: []string{s.Against}, Regions: []string{inside}, Among: whole}).Build(c)
	if err != nil {
		return nil, &ParamError{"rule", err}
	}
	m := &nearer{ideal: built.(*counterfactual), against: s.Against}
	if m.masker, err = s.Mask.build(c); err != nil {
		return nil, &ParamError{"mask", err}
	}
	whose := "the generator's own picture of the latent moved to " + s.Rule
	if s.Against == render {
		whose = "the renderer's picture of the scene with " + s.Rule
	}
	key := s.key("nearer")
	m.columns = []Column{
		{Key: key, Title: s.title("% nearer to " + s.Rule), Kind: Ratio, Per: key + "-pixels", Unit: "%", Digits: 1, Direction: Higher, Role: Efficacy, Version: 1,
			Meaning:  fmt.Sprintf("pixels of the object that are nearer to %s than to the clean image, over all that the two differ in", whose),
			Protocol: fmt.Sprintf("squared colour differences; they differ by a root mean square above %g of 2; ", differs) + m.masker.protocol},
		{Key: key + "-pixels", Title: "pixels that a perfect edit changes", Kind: Mean, Direction: Neutral, Hidden: true, Version: 1,
			Meaning: "number of the object's pixels that a perfect edit changes", Protocol: m.masker.protocol},
	}
	return m, nil
}

// differs is the root mean square over channels, on the scale [-1,1], above which a pixel of the perfect edit is another.
const differs = 0.1

func (m *nearer) Columns() []Column { return m.columns }

func (m *nearer) Prepare(ctx context.Context, s *Sample) error {
	if err := m.ideal.Prepare(ctx, s); err != nil {
		return err
	}
	_, err := m.masker.mask(ctx, s)
	return err
}

func (m *nearer) Score(ctx context.Context, s *Sample) ([]float64, error) {
	if err := checkLatent(s, m.ideal.context); err != nil {
		return nil, err
	}
	ideal, err := m.ideal.aim(s, m.against)
	if err != nil {
		return nil, err
	}
	object, err := m.masker.mask(ctx, s)
	if err != nil {
		return nil, err
	}
	plane := len(object.In)
	var moved, all float64
	for i, in := range object.In {
		if !in {
			continue
		}
		var apart, toIdeal, toClean float64
		for c := range 3 {
			x, a, b := float64(s.Edited.Data[c*plane+i]), float64(ideal.Data[c*plane+i]), float64(s.Clean.Data[c*plane+i])
			apart, toIdeal, toClean = apart+(a-b)*(a-b), toIdeal+(x-a)*(x-a), toClean+(x-b)*(x-b)
		}
		if apart <= 3*differs*differs {
			continue
		}
		all++
		if toIdeal < toClean {
			moved++
		}
	}
	if all == 0 {
		return []float64{notApplicable, notApplicable}, nil
	}
	return []float64{moved, all}, nil
}
