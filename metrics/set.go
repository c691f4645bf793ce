package metrics

import (
	"context"
	"fmt"
	"math"
)

// notApplicable is the score of a column that has nothing to say about a sample.
var notApplicable = math.NaN()

// Set is the metrics of one experiment, scored together. It is safe for concurrent use.
type Set struct {
	metrics []Metric
	columns []Column
}

// NewSet joins metrics in the order of the config. Two columns of one key are an error, as is a ratio
// whose denominators are missing.
func NewSet(metrics ...Metric) (*Set, error) {
	s := &Set{metrics: metrics}
	seen := map[string]bool{}
	for _, m := range metrics {
		for _, c := range m.Columns() {
			if seen[c.Key] {
				return nil, fmt.Errorf("two columns are called %q: give one of the metrics another key = \"...\"", c.Key)
			}
			seen[c.Key] = true
			s.columns = append(s.columns, c)
		}
	}
	for _, c := range s.columns {
		if c.Kind == Ratio && !seen[c.Per] {
			return nil, fmt.Errorf("column %q is a ratio, and its denominators %q are missing", c.Key, c.Per)
		}
	}
	return s, nil
}

// Columns lists all columns, hidden ones included, in the order of Score.
func (s *Set) Columns() []Column { return s.columns }

// Prepares reports whether Prepare has anything to do.
func (s *Set) Prepares() bool {
	for _, m := range s.metrics {
		if _, ok := m.(Preparer); ok {
			return true
		}
	}
	return false
}

// Prepare does the work on the clean side of a sample once, for all methods; x.Edited is not looked at.
func (s *Set) Prepare(ctx context.Context, x *Sample) error {
	if err := checkImage("clean", x.Seed, x.Clean); err != nil {
		return err
	}
	if x.Prepared == nil {
		x.Prepared = NewPrepared()
	}
	for _, m := range s.metrics {
		if p, ok := m.(Preparer); ok {
			if err := p.Prepare(ctx, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// Score returns the raw numbers of all columns for one sample. An image that holds NaN, a size that
// differs between clean and edited, and an infinite score are errors that name the seed.
func (s *Set) Score(ctx context.Context, x *Sample) ([]float64, error) {
	if err := checkImage("clean", x.Seed, x.Clean); err != nil {
		return nil, err
	}
	if err := checkImage("edited", x.Seed, x.Edited); err != nil {
		return nil, err
	}
	if !x.Clean.SameShape(x.Edited) {
		return nil, fmt.Errorf("seed %d: the edited image has shape %v, the clean one %v", x.Seed, x.Edited.Shape, x.Clean.Shape)
	}
	if x.Prepared == nil { // shared at least between the metrics of this call
		clean := *x
		clean.Prepared = NewPrepared()
		x = clean.Under(x.Row, x.Edited)
	}
	all := make([]float64, 0, len(s.columns))
	for _, m := range s.metrics {
		scores, err := m.Score(ctx, x)
		if err != nil {
			return nil, err
		}
		if len(scores) != len(m.Columns()) {
			panic(fmt.Sprintf("metrics: %d scores for %d columns", len(scores), len(m.Columns())))
		}
		all = append(all, scores...)
	}
	for i, v := range all {
		if math.IsInf(v, 0) {
			return nil, fmt.Errorf("seed %d: %s is infinite", x.Seed, s.columns[i].Title)
		}
	}
	return all, nil
}
