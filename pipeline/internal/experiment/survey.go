package experiment

import (
	"fmt"

	"rewriting/pipeline/internal/npy"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// survey looks at every file of the plan, verifies it, and keeps the scores that are there. A file that does not verify does
// not exist; a damaged one is named.
func (r *run) survey() error {
	p := r.plan
	for _, s := range p.Stages {
		s.Done, s.Why = 0, nil
	}
	single := append([]*study.Planned{p.moment, p.ranked}, p.edits...)
	for _, s := range single {
		if s == nil {
			continue
		}
		if err := r.Examine(s, study.File{Path: s.Path, Key: s.Key}, nil); err != nil {
			return err
		}
	}
	for i, rg := range p.chunks {
		if err := r.Examine(p.clean, p.clean.Chunk(rg), func(b []byte) error {
			_, err := r.pixels(b, rg)
			return err
		}); err != nil {
			return err
		}
		for row := range r.Rows {
			for col := range r.Columns {
				s := p.scores[row][col]
				err := r.Examine(s, s.Chunk(rg), func(b []byte) error {
					found, err := decodeScores(b, rg, len(r.Columns[col].Columns))
					if err != nil {
						return err
					}
					if n := found.failures(); n > 0 && !r.keepFailed {
						s.Why = append(s.Why, fmt.Sprintf("%d samples of %s failed", n, rg))
						return study.ErrFailedBefore
					}
					r.scores[row][col][i] = found
					return nil
				})
				if err != nil {
					return err
				}
			}
		}
	}
	return r.ExamineReport(p.report)
}

// pixels reads a clean chunk: all its images, one after the other.
func (r *run) pixels(file []byte, rg stage.Range) ([]byte, error) {
	shape, data, err := npy.ReadBytes(file)
	if err != nil {
		return nil, err
	}
	size := r.Generator.Info().Resolution
	if len(shape) != 4 || shape[0] != rg.Count || shape[1] != size || shape[2] != size || shape[3] != 3 {
		return nil, fmt.Errorf("images of shape %v, expected %d of %dx%d", shape, rg.Count, size, size)
	}
	return data, nil
}
