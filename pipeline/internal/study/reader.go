package study

import (
	"fmt"

	"rewriting/pipeline/internal/stage"
)

// Reader gives stages and the report the bytes of the stages before them, verified.
type Reader struct {
	dir  *Directory
	plan *Plan
	of   map[*Stage]*Planned
}

// File is the content of a stage of one file.
func (r *Reader) File(st *Stage) ([]byte, error) {
	q := r.of[st]
	return r.dir.Store.Read(q.Path, q.Key)
}

// Chunk is the content of one chunk of a stage.
func (r *Reader) Chunk(st *Stage, part stage.Range) ([]byte, error) {
	f := r.of[st].Chunk(part)
	return r.dir.Store.Read(f.Path, f.Key)
}

// Chunks calls each with every chunk of a stage in the order of its samples: sums over chunks are the same in every run.
func (r *Reader) Chunks(st *Stage, each func(part stage.Range, payload []byte) error) error {
	for _, f := range r.plan.Files(r.of[st]) {
		payload, err := r.dir.Store.Read(f.Path, f.Key)
		if err != nil {
			return err
		}
		if err := each(f.Range, payload); err != nil {
			return fmt.Errorf("%s: %w: %w", f.Path, stage.ErrDamaged, err)
		}
	}
	return nil
}
