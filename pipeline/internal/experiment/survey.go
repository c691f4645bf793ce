package experiment

import (
	"fmt"
	"slices"

	"rewriting/pipeline/internal/npy"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// survey looks at every file of the plan, verifies it, and keeps the scores that are there. A file that does not verify does
// not exist; a damaged one is named.
func (r *run) survey() error {
	if err := r.readSelection(); err != nil {
		return err
	}
	p := r.plan
	for _, s := range p.Stages {
		s.Done, s.Why = 0, nil
	}
	single := slices.Concat(p.moments, []*study.Planned{p.ranked}, p.edits)
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
		if s := p.prepared; s != nil {
			if err := r.Examine(s, s.Chunk(rg), func(b []byte) error {
				_, err := decodePrepared(b, rg.Count)
				return err
			}); err != nil {
				return err
			}
		}
		if err := r.examineSelection(rg); err != nil {
			return err
		}
		for row := range r.Rows {
			for col := range r.Columns {
				s := p.scores[row][col]
				if i >= s.Parts {
					continue
				}
				err := r.Examine(s, s.Chunk(rg), func(b []byte) error {
					found, err := decodeScores(b, rg, len(r.Columns[col].Columns))
					if err != nil {
						return err
					}
					if err := r.refuseFailed(s, found, rg); err != nil {
						return err
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

// examineSelection is Examine for a chunk of the selection.
func (r *run) examineSelection(rg stage.Range) error {
	s := r.plan.selection
	if s == nil {
		return nil
	}
	return r.Examine(s, s.Chunk(rg), func(b []byte) error {
		found, err := decodeScores(b, rg, len(selectionColumn))
		if err != nil {
			return err
		}
		return r.refuseFailed(s, found, rg)
	})
}

// refuseFailed says no to a chunk with samples that failed, unless such chunks stand as they are.
func (r *run) refuseFailed(s *study.Planned, found *scores, rg stage.Range) error {
	n := found.failures()
	if n == 0 || r.keepFailed {
		return nil
	}
	s.Why = append(s.Why, fmt.Sprintf("%d samples of %s failed", n, rg))
	return study.ErrFailedBefore
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
