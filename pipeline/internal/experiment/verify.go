package experiment

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

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

// Verify re-reads every file of a run, checks hashes and counts, and computes some chunks, drawn with seed, again: images and all
// scores must come out byte for byte. A file that does not is renamed to end in ".differs", so that the next run makes it
// anew; damaged ones the next run finds by itself. The run directory's own config says what to compute; paths in it that are
// relative hold in the working directory of the run.
func Verify(ctx context.Context, dir string, chunks int, seed uint64, o Options) (*Verified, error) {
	store := &stage.Store{Dir: dir, FS: stage.Disk{}}
	p, err := ReadPlan(store)
	if err != nil {
		return nil, err
	}
	v := &Verified{}
	for _, s := range p.Stages {
		for _, f := range p.files(s) {
			v.Files++
			payload, err := store.Read(f.path, f.key)
			if err == nil && s.Path == reportSums {
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
	cfg, err := config.Load(filepath.Join(dir, resolvedFile), nil)
	if err != nil {
		return nil, err
	}
	e, err := Build(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return v, e.recompute(ctx, dir, v, chunks, seed, o)
}

// complete checks that a file of a chunk holds as many samples as it should.
func (f file) complete(payload []byte) error {
	var n int
	switch filepath.Ext(f.path) {
	case ".npy":
		shape, _, err := npy.ReadBytes(payload)
		if err != nil {
			return fmt.Errorf("%s: %w: %w", f.path, stage.ErrDamaged, err)
		}
		n = shape[0]
	case ".csv":
		rows, err := csv.NewReader(bytes.NewReader(payload)).ReadAll()
		if err != nil {
			return fmt.Errorf("%s: %w: %w", f.path, stage.ErrDamaged, err)
		}
		n = len(rows) - 1
	default:
		return nil
	}
	if n != f.samples {
		return fmt.Errorf("%s: %w: %d samples, %d expected", f.path, stage.ErrDamaged, n, f.samples)
	}
	return nil
}

// recompute draws chunks of the run in dir and computes them again in a directory of its own.
func (e *Experiment) recompute(ctx context.Context, dir string, v *Verified, chunks int, seed uint64, o Options) error {
	r := e.open(dir, o)
	if p := readPlan(r.store); p.reportKey() != r.plan.report.Key && p.Stages[0].Key != r.plan.Stages[0].Key {
		return fmt.Errorf("%s was computed by another program or on other kernels: %v; its hashes were checked, its numbers cannot be", dir,
			stage.Differences(p.Stages[0].Content, r.plan.Stages[0].Content))
	}
	for i := range r.Rows {
		if _, err := r.store.Read(r.plan.edits[i].Path, r.plan.edits[i].Key); err != nil {
			r.failed[i] = err // its samples cannot be drawn; that it is missing has been noted
			continue
		}
		var err error
		if r.edits[i], err = r.edit(ctx, i); err != nil {
			return err
		}
	}
	fresh, err := os.MkdirTemp("", "rewriting-verify-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	run := r.store
	r.store, r.journal = &stage.Store{Dir: fresh, FS: r.FS}, stage.OpenJournal(fresh)
	drawn := rand.New(rand.NewPCG(seed, 0)).Perm(len(r.plan.chunks))
	drawn = drawn[:min(chunks, len(drawn))]
	slices.Sort(drawn)
	jobs := slices.DeleteFunc(r.jobs(), func(j *job) bool { return !slices.Contains(drawn, j.index) })
	if err := r.scoreSamples(ctx, jobs); err != nil {
		return err
	}
	for _, i := range drawn {
		rg := r.plan.chunks[i]
		v.Recomputed = append(v.Recomputed, rg.String())
		for _, s := range r.plan.Stages {
			if s.Suffix == "" {
				continue
			}
			f := r.plan.files(s)[i]
			was, err := run.Read(f.path, f.key)
			if err != nil {
				continue // noted above
			}
			is, err := r.store.Read(f.path, f.key)
			if err != nil || bytes.Equal(was, is) {
				continue // a row without an edit was not drawn
			}
			v.Differing = append(v.Differing, f.path)
			name := filepath.Join(dir, filepath.FromSlash(f.path))
			if err := os.Rename(name, name+".differs"); err != nil {
				return err
			}
		}
	}
	return nil
}
