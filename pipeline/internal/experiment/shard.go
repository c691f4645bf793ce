package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"

	"rewriting/pipeline/internal/stage"
)

// Share is what one shard has done.
type Share struct {
	Shard  string `json:"shard"`
	Chunks int    `json:"chunks"` // of the shard, all finished
	Failed int    `json:"failed"` // methods and samples without numbers
}

// RunShard computes the chunks of one shard into dir, which all shards share, and no report. It takes no lock and waits for
// nobody: files are published in one step, and whoever computes the same file writes the same bytes.
func (e *Experiment) RunShard(ctx context.Context, dir string, shard stage.Shard, o Options) (*Share, error) {
	r, err := e.join(dir, o)
	if err != nil {
		return nil, err
	}
	r.shard = shard
	if err := r.makeEdits(ctx); err != nil {
		return nil, err
	}
	jobs := r.jobs()
	if err := r.scoreSamples(ctx, jobs); err != nil {
		return nil, err
	}
	share := &Share{Shard: shard.String(), Failed: r.failures(jobs)}
	for i := range r.plan.chunks {
		if shard.Has(i) {
			share.Chunks++
		}
	}
	return share, nil
}

// RunEdits computes what all shards need, the second moment and the edits, and nothing else. It returns how many methods failed.
func (e *Experiment) RunEdits(ctx context.Context, dir string, o Options) (failed int, err error) {
	r, err := e.join(dir, o)
	if err != nil {
		return 0, err
	}
	if err := r.makeEdits(ctx); err != nil {
		return 0, err
	}
	return r.failures(nil), nil
}

// join opens a directory in which other processes may be at work.
func (e *Experiment) join(dir string, o Options) (*run, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("run directory: %w", err)
	}
	r := e.open(dir, o)
	r.store.Shared = true
	if err := r.survey(); err != nil {
		return nil, err
	}
	before := readPlan(r.store)
	if r.plan.explain(before); before != nil && before.reportKey() == r.plan.report.Key {
		return r, nil
	}
	return r, r.announce()
}

// failures counts the methods that failed and the samples of the jobs that did.
func (r *run) failures(jobs []*job) int {
	n := 0
	for _, err := range r.failed {
		if err != nil {
			n++
		}
	}
	for _, j := range jobs {
		for row, columns := range j.columns {
			for _, col := range columns {
				n += r.scores[row][col][j.index].failures()
			}
		}
	}
	return n
}

// ErrIncomplete says that shards are missing.
var ErrIncomplete = errors.New("not all chunks are there")

// Merge makes the report from what shards have left in dir. It computes no samples: a chunk that is missing or damaged is
// ErrIncomplete, which names it. Samples that failed are left out and named, as in a run.
func (e *Experiment) Merge(ctx context.Context, dir string, o Options) (*Outcome, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("run directory: %w", err)
	}
	lock, err := stage.Acquire(dir)
	if err != nil {
		return nil, err
	}
	stage.SweepShared(dir)
	outcome, err := e.open(dir, o).gather(ctx)
	if free := lock.Release(); err == nil && free != nil {
		err = fmt.Errorf("run directory %s: %w", dir, free)
	}
	return outcome, err
}

func (r *run) gather(ctx context.Context) (*Outcome, error) {
	r.keepFailed = true
	if err := r.survey(); err != nil {
		return nil, err
	}
	r.plan.explain(readPlan(r.store))
	if r.plan.Complete() {
		return r.finished()
	}
	if err := r.gathered(); err != nil {
		return nil, err
	}
	if err := r.announce(); err != nil {
		return nil, err
	}
	if err := r.makeEdits(ctx); err != nil {
		return nil, err
	}
	return r.conclude(ctx)
}

// gathered refuses to merge while chunks of an edit that exists are missing. An edit that does not exist failed in every shard;
// making it will fail again and say why.
func (r *run) gathered() error {
	missing, first, edits := 0, "", 0
	for row := range r.Rows {
		if r.plan.edits[row].Done == 0 {
			continue
		}
		edits++
		for col := range r.Columns {
			for i, rg := range r.plan.chunks {
				if r.scores[row][col][i] == nil {
					if missing++; missing == 1 {
						first = scorePath(r.plan.scores[row][col], rg)
					}
				}
			}
		}
	}
	switch {
	case edits == 0:
		return fmt.Errorf("%w: there is no edit of this config; have the shards run?", ErrIncomplete)
	case missing > 0:
		return fmt.Errorf("%w: %d files are missing or damaged, the first is %s; run the shards again, or `pipeline run` for what is missing", ErrIncomplete, missing, first)
	}
	return nil
}
