package experiment

import (
	"context"
	"fmt"

	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// RunShard implements study.Experiment.
func (e *Experiment) RunShard(ctx context.Context, dir string, shard stage.Shard, o study.Options) (*study.Share, error) {
	r, err := e.join(dir, o)
	if err != nil {
		return nil, err
	}
	if err := r.selectSamples(ctx, nil); err != nil {
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
	share := &study.Share{Shard: shard.String(), Failed: r.failures(jobs)}
	for i := range r.plan.chunks {
		if shard.Has(i) {
			share.Chunks++
		}
	}
	return share, nil
}

// RunEdits implements study.Experiment.
func (e *Experiment) RunEdits(ctx context.Context, dir string, o study.Options) (made, failed int, err error) {
	r, err := e.join(dir, o)
	if err != nil {
		return 0, 0, err
	}
	if err := r.selectSamples(ctx, nil); err != nil {
		return 0, 0, err
	}
	if err := r.makeEdits(ctx); err != nil {
		return 0, 0, err
	}
	failed = r.failures(nil)
	return len(e.Rows) - failed, failed, nil
}

// join opens a directory in which other processes may be at work.
func (e *Experiment) join(dir string, o study.Options) (*run, error) {
	r := e.open(dir, o)
	if err := r.Share(); err != nil {
		return nil, err
	}
	if err := r.survey(); err != nil {
		return nil, err
	}
	before := study.Before(r.Store)
	if r.plan.Explain(before); before != nil && before.ReportKey() == r.plan.report.Key {
		return r, nil
	}
	return r, r.Announce(r.plan.Plan, r.resolved())
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

// Merge implements study.Experiment. Samples that failed are left out and named, as in a run.
func (e *Experiment) Merge(ctx context.Context, dir string, o study.Options) (*study.Outcome, error) {
	return study.AfterShards(dir, func() (*study.Outcome, error) { return e.open(dir, o).gather(ctx) })
}

func (r *run) gather(ctx context.Context) (*study.Outcome, error) {
	r.keepFailed = true
	if err := r.survey(); err != nil {
		return nil, err
	}
	r.plan.Explain(study.Before(r.Store))
	if r.plan.Complete() {
		return r.Finished(r.plan.Plan)
	}
	if err := r.gathered(); err != nil {
		return nil, err
	}
	if err := r.Announce(r.plan.Plan, r.resolved()); err != nil {
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
	if !r.isSelected() {
		return fmt.Errorf("%w: it is not known yet which images contain %s; run the shards again, or `pipeline run` for what is missing", study.ErrIncomplete, r.Subset.Object)
	}
	missing, first, edits := 0, "", 0
	for row := range r.Rows {
		if r.plan.edits[row].Done == 0 {
			continue
		}
		edits++
		for col := range r.Columns {
			for i := range r.scores[row][col] {
				rg := r.plan.chunks[i]
				if r.scores[row][col][i] == nil {
					if missing++; missing == 1 {
						first = r.plan.scores[row][col].Chunk(rg).Path
					}
				}
			}
		}
	}
	switch {
	case edits == 0:
		return fmt.Errorf("%w: there is no edit of this config; have the shards run?", study.ErrIncomplete)
	case missing > 0:
		return fmt.Errorf("%w: %d files are missing or damaged, the first is %s; run the shards again, or `pipeline run` for what is missing", study.ErrIncomplete, missing, first)
	}
	return nil
}
