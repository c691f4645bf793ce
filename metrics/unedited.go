package metrics

import (
	"context"
	"slices"
)

func init() {
	Register("unedited", func(name string) Spec { return &uneditedSpec{Heading{name: name}} })
}

// uneditedSpec counts the samples that a method gave back as they were, byte for byte: those for which the image-space baselines found no
// correspondence. Rows that change weights hardly ever do.
type uneditedSpec struct{ Heading }

func (s *uneditedSpec) Check() error { return s.check() }

func (s *uneditedSpec) Networks() []string { return nil }

func (s *uneditedSpec) Build(Context) (Metric, error) {
	return unedited{Column{Key: s.key("unedited"), Title: s.title("% unedited"), Kind: Rate, Direction: Neutral, Unit: "%", Digits: 1, Version: 1,
		Meaning:  "1 where the edited image is the clean image, byte for byte: for NBB, where nothing corresponds",
		Protocol: "8-bit images"}}, nil
}

type unedited struct{ column Column }

func (m unedited) Columns() []Column { return []Column{m.column} }

func (m unedited) Score(_ context.Context, s *Sample) ([]float64, error) {
	if slices.Equal(s.Clean.Data, s.Edited.Data) {
		return []float64{1}, nil
	}
	return []float64{0}, nil
}
