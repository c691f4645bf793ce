package experiment

import (
	"errors"
	"fmt"

	"rewriting/pipeline/internal/npy"
	"rewriting/pipeline/internal/stage"
)

// survey looks at every file of the plan, verifies it, and keeps the scores that are there. A file that does not verify does
// not exist; a damaged one is named.
func (r *run) survey() error {
	p := r.plan
	for _, s := range p.Stages {
		s.Done, s.Why = 0, nil
	}
	single := append([]*Stage{p.moment, p.ranked}, p.edits...)
	for _, s := range single {
		if s == nil {
			continue
		}
		if err := r.examine(s, s.Path, s.Key, nil); err != nil {
			return err
		}
	}
	for i, rg := range p.chunks {
		if err := r.examine(p.clean, r.cleanPath(rg), chunkKey(p.clean.Key, rg), func(b []byte) error {
			_, err := r.pixels(b, rg)
			return err
		}); err != nil {
			return err
		}
		for row := range r.Rows {
			for col := range r.Columns {
				s := p.scores[row][col]
				err := r.examine(s, scorePath(s, rg), chunkKey(s.Key, rg), func(b []byte) error {
					found, err := decodeScores(b, rg, len(r.Columns[col].Columns))
					if err != nil {
						return err
					}
					if n := found.failures(); n > 0 && !r.keepFailed {
						s.Why = append(s.Why, fmt.Sprintf("%d samples of %s failed", n, rg))
						return errFailedBefore
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
	return r.examineReport()
}

// errFailedBefore marks a chunk that is whole but holds samples that failed: it is computed again.
var errFailedBefore = errors.New("holds failed samples")

// examine counts a file as done if it verifies and its content is accepted.
func (r *run) examine(s *Stage, path, key string, accept func([]byte) error) error {
	payload, err := r.store.Read(path, key)
	if err == nil && accept != nil {
		if err = accept(payload); err != nil && !errors.Is(err, errFailedBefore) {
			err = fmt.Errorf("%s: %w: %w", path, stage.ErrDamaged, err)
		}
	}
	switch {
	case err == nil:
		s.Done++
	case errors.Is(err, stage.ErrDamaged):
		s.Why = append(s.Why, err.Error())
		r.warn(err)
	case errors.Is(err, errFailedBefore), stage.Missing(err):
	default:
		return err // the disk cannot be read: nobody knows what is there
	}
	return nil
}

func (r *run) cleanPath(rg stage.Range) string {
	return r.plan.clean.Path + "/" + rg.String() + r.plan.clean.Suffix
}
func scorePath(s *Stage, rg stage.Range) string { return s.Path + "/" + rg.String() + s.Suffix }

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
