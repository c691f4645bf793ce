package experiment

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// Recompute implements study.Experiment. It works in a directory of its own.
func (e *Experiment) Recompute(ctx context.Context, dir string, v *study.Verified, chunks int, seed uint64, o study.Options) error {
	r := e.open(dir, o)
	if p := study.Before(r.Store); p.ReportKey() != r.plan.report.Key && p.Stages[0].Key != r.plan.Stages[0].Key {
		return fmt.Errorf("%s was computed by another program or on other kernels: %v; its hashes were checked, its numbers cannot be", dir,
			stage.Differences(p.Stages[0].Content, r.plan.Stages[0].Content))
	}
	if err := r.readSelection(); err != nil {
		return err
	}
	if !r.isSelected() {
		return nil // that files of the selection are missing has been noted
	}
	for i := range r.Rows {
		if _, err := r.Store.Read(r.plan.edits[i].Path, r.plan.edits[i].Key); err != nil {
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
	run := r.Store
	r.Store, r.Journal = &stage.Store{Dir: fresh, FS: r.FS}, stage.OpenJournal(fresh)
	drawn := rand.New(rand.NewPCG(seed, 0)).Perm(len(r.plan.chunks))
	drawn = drawn[:min(chunks, len(drawn))]
	slices.Sort(drawn)
	jobs := slices.DeleteFunc(r.jobs(), func(j *job) bool { return !slices.Contains(drawn, j.index) })
	if err := r.scoreSamples(ctx, jobs); err != nil {
		return err
	}
	for _, i := range drawn {
		rg := r.plan.chunks[i]
		if r.Subset != nil {
			chunk, err := r.search(ctx, rg)
			if err == nil {
				err = chunk.keep(r.Store)
			}
			if err != nil {
				return err
			}
		}
		v.Recomputed = append(v.Recomputed, rg.String())
		for _, s := range r.plan.Stages {
			if s.Suffix == "" || i >= s.Parts {
				continue
			}
			f := r.plan.Files(s)[i]
			was, err := run.Read(f.Path, f.Key)
			if err != nil {
				continue // noted above
			}
			is, err := r.Store.Read(f.Path, f.Key)
			if err != nil || bytes.Equal(was, is) {
				continue // a row without an edit was not drawn
			}
			v.Differing = append(v.Differing, f.Path)
			name := filepath.Join(dir, filepath.FromSlash(f.Path))
			if err := os.Rename(name, name+".differs"); err != nil {
				return err
			}
		}
	}
	return nil
}
