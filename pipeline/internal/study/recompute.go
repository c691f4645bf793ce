package study

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"rewriting/pipeline/internal/stage"
)

// Recompute implements Experiment. It draws from the files of all stages, chunks and others alike, but each only where what it
// needs is there.
func (s *Study) Recompute(ctx context.Context, dir string, v *Verified, chunks int, seed uint64, o Options) error {
	w := s.open(dir, o)
	if p := Before(w.Store); len(p.Stages) > 0 && p.ReportKey() != w.plan.ReportKey() && p.Stages[0].Key != w.plan.Stages[0].Key {
		return fmt.Errorf("%s was computed by another program or on other kernels: %v; its hashes were checked, its numbers cannot be", dir,
			stage.Differences(p.Stages[0].Content, w.plan.Stages[0].Content))
	}
	if err := w.survey(); err != nil {
		return err
	}
	var all []task
	for i, st := range s.stages {
		if w.ready(st) {
			for _, f := range w.plan.Files(w.planned[i]) {
				all = append(all, task{i, f})
			}
		}
	}
	meter := w.Progress.Start("computed again", "files", min(chunks, len(all)))
	defer meter.End()
	for _, n := range rand.New(rand.NewPCG(seed, 0)).Perm(len(all)) {
		if len(v.Recomputed) == chunks {
			break
		}
		t := all[n]
		was, err := w.Store.Read(t.file.Path, t.file.Key)
		if err != nil {
			continue // noted already
		}
		is, err := s.stages[t.stage].Compute(ctx, w.reader, t.file.Range, silent{})
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return fmt.Errorf("%s%s: %w", s.stages[t.stage].Name, ofPart(t.file), err)
		}
		meter.Add(1)
		v.Recomputed = append(v.Recomputed, t.file.Path)
		if bytes.Equal(was, is) {
			continue
		}
		v.Differing = append(v.Differing, t.file.Path)
		name := filepath.Join(dir, filepath.FromSlash(t.file.Path))
		if err := os.Rename(name, name+".differs"); err != nil {
			return err
		}
	}
	return nil
}
