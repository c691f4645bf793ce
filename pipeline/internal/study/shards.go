package study

import (
	"context"
	"fmt"

	"rewriting/pipeline/internal/stage"
)

// join opens a directory in which other processes may be at work.
func (s *Study) join(dir string, o Options) (*work, error) {
	w := s.open(dir, o)
	if err := w.Share(); err != nil {
		return nil, err
	}
	if err := w.survey(); err != nil {
		return nil, err
	}
	before := Before(w.Store)
	w.plan.Explain(before)
	if before != nil && before.ReportKey() == w.plan.ReportKey() {
		return w, nil
	}
	return w, w.Announce(w.plan, s.Resolved)
}

// RunShard implements Experiment. Files that need no chunks every shard makes, for all need them; what is made of all chunks
// is left to Merge. Where chunks are made of chunks of other samples, shards have to run once more after all have ended.
func (s *Study) RunShard(ctx context.Context, dir string, shard stage.Shard, o Options) (*Share, error) {
	w, err := s.join(dir, o)
	if err != nil {
		return nil, err
	}
	index := make([]map[File]int, len(s.stages))
	share := &Share{Shard: shard.String()}
	for i, st := range s.stages {
		index[i] = map[File]int{}
		for k, f := range w.plan.Files(w.planned[i]) {
			index[i][f] = k
			if st.Chunked && shard.Has(k) {
				share.Chunks++
			}
		}
	}
	early := s.early()
	return share, w.compute(ctx, func(i int, f File) bool {
		return s.stages[i].Chunked && shard.Has(index[i][f]) || early[i]
	})
}

// early marks the stages of one file that depend on no chunk.
func (s *Study) early() []bool {
	out := make([]bool, len(s.stages))
	for i, st := range s.stages {
		out[i] = !st.Chunked
		for _, n := range st.Needs {
			for k, other := range s.stages[:i] {
				out[i] = out[i] && (other != n || out[k])
			}
		}
	}
	return out
}

// RunEdits implements Experiment: it makes the files that need no chunks.
func (s *Study) RunEdits(ctx context.Context, dir string, o Options) (made, failed int, err error) {
	w, err := s.join(dir, o)
	if err != nil {
		return 0, 0, err
	}
	early := s.early()
	if err := w.compute(ctx, func(i int, _ File) bool { return early[i] }); err != nil {
		return 0, 0, err
	}
	for _, yes := range early {
		if yes {
			made++
		}
	}
	return made, 0, nil
}

// Merge implements Experiment.
func (s *Study) Merge(ctx context.Context, dir string, o Options) (*Outcome, error) {
	return AfterShards(dir, func() (*Outcome, error) {
		w := s.open(dir, o)
		if err := w.survey(); err != nil {
			return nil, err
		}
		w.plan.Explain(Before(w.Store))
		if w.plan.Complete() {
			return w.Finished(w.plan)
		}
		missing, first := 0, ""
		for i, st := range s.stages {
			if n := len(w.missing[i]); st.Chunked && n > 0 {
				if missing == 0 {
					first = w.missing[i][0].Path
				}
				missing += n
			}
		}
		if missing > 0 {
			return nil, fmt.Errorf("%w: %d files are missing or damaged, the first is %s; run the shards again, or `pipeline run` for what is missing",
				ErrIncomplete, missing, first)
		}
		if err := w.Announce(w.plan, s.Resolved); err != nil {
			return nil, err
		}
		if err := w.compute(ctx, func(int, File) bool { return true }); err != nil {
			return nil, err
		}
		return w.conclude(ctx)
	})
}
