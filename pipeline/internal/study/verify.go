package study

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"path/filepath"

	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/npy"
	"rewriting/pipeline/internal/stage"
)

// Verified is what Verify has found.
type Verified struct {
	Files      int      `json:"files"`               // of the plan, all read
	Recomputed []string `json:"recomputed"`          // chunks, by their samples
	Missing    []string `json:"missing,omitempty"`   // files of the plan that are not there
	Damaged    []string `json:"damaged,omitempty"`   // files that do not verify, with the reason
	Differing  []string `json:"differing,omitempty"` // files that verify, but whose numbers do not come out again; set aside
}

// Sound reports whether all is there and as it should be.
func (v *Verified) Sound() bool { return len(v.Missing)+len(v.Damaged)+len(v.Differing) == 0 }

// Build makes the experiment that a config describes.
type Build func(context.Context, *config.Experiment) (Experiment, error)

// Verify re-reads every file of a run, checks hashes and counts, and computes some chunks, drawn with seed, again: images and all
// scores must come out byte for byte. A file that does not is renamed to end in ".differs", so that the next run makes it
// anew; damaged ones the next run finds by itself. The run directory's own config says what to compute; paths in it that are
// relative hold in the working directory of the run.
func Verify(ctx context.Context, dir string, chunks int, seed uint64, o Options, build Build) (*Verified, error) {
	store := &stage.Store{Dir: dir, FS: stage.Disk{}}
	p, err := ReadPlan(store)
	if err != nil {
		return nil, err
	}
	v := &Verified{}
	for _, s := range p.Stages {
		for _, f := range p.Files(s) {
			v.Files++
			payload, err := store.Read(f.Path, f.Key)
			if err == nil && s.Path == ReportSums {
				err = checkForms(store, payload)
			}
			if err == nil {
				err = f.complete(payload)
			}
			switch {
			case errors.Is(err, stage.ErrDamaged):
				v.Damaged = append(v.Damaged, err.Error())
			case stage.Missing(err):
				v.Missing = append(v.Missing, err.Error())
			case err != nil:
				return nil, err
			}
		}
	}
	if chunks <= 0 {
		return v, nil
	}
	cfg, err := config.Load(filepath.Join(dir, ResolvedFile), nil)
	if err != nil {
		return nil, err
	}
	e, err := build(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return v, e.Recompute(ctx, dir, v, chunks, seed, o)
}

// complete checks that a file of a chunk holds as many samples as it should.
func (f File) complete(payload []byte) error {
	var n int
	switch filepath.Ext(f.Path) {
	case ".npy":
		shape, err := npy.Shape(payload)
		if err == nil && len(shape) == 0 {
			err = errors.New("a number, not an array")
		}
		if err != nil {
			return fmt.Errorf("%s: %w: %w", f.Path, stage.ErrDamaged, err)
		}
		n = shape[0]
	case ".csv":
		rows, err := csv.NewReader(bytes.NewReader(payload)).ReadAll()
		if err != nil {
			return fmt.Errorf("%s: %w: %w", f.Path, stage.ErrDamaged, err)
		}
		n = len(rows) - 1
	default:
		return nil
	}
	if n != f.Range.Count {
		return fmt.Errorf("%s: %w: %d samples, %d expected", f.Path, stage.ErrDamaged, n, f.Range.Count)
	}
	return nil
}
