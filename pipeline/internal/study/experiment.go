package study

import (
	"context"
	"errors"

	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
)

// Experiment is what the commands run, whatever its kind.
type Experiment interface {
	// Plan says what Run would do in dir, and why. It writes nothing.
	Plan(dir string) (*Plan, error)
	// Probe measures a little of what is left of a plan, to tell how long it will take.
	Probe(ctx context.Context, p *Plan, dir string, o Options) (*Forecast, error)
	// Run computes in dir what is not there yet and reports everything. When ctx is done it returns ctx's error soon; what is
	// finished stays, and the next Run continues. A directory in use is stage.ErrBusy.
	Run(ctx context.Context, dir string, o Options) (*Outcome, error)
	// RunShard computes the chunks of one shard into dir, which all shards share, and no report. It takes no lock and waits for
	// nobody: files are published in one step, and whoever computes the same file writes the same bytes.
	RunShard(ctx context.Context, dir string, shard stage.Shard, o Options) (*Share, error)
	// RunEdits computes what all shards need (in a table, the edits), and nothing else. It returns how many parts are there, and how many failed.
	RunEdits(ctx context.Context, dir string, o Options) (made, failed int, err error)
	// Merge makes the report from what shards have left in dir. It computes no samples: a chunk that is missing or damaged is
	// ErrIncomplete, which names it.
	Merge(ctx context.Context, dir string, o Options) (*Outcome, error)
	// Recompute draws chunks with seed, computes them again and notes in v those that do not come out byte for byte.
	Recompute(ctx context.Context, dir string, v *Verified, chunks int, seed uint64, o Options) error
}

// Outcome is what a run ends with.
type Outcome struct {
	Result  *report.Result
	Plan    *Plan
	Nothing bool // everything was there already
	Failed  int  // methods and samples without numbers; they are named in the result's warnings
}

// Share is what one shard has done.
type Share struct {
	Shard  string `json:"shard"`
	Chunks int    `json:"chunks"` // of the shard, all finished
	Failed int    `json:"failed"` // methods and samples without numbers
}

var (
	// ErrIncomplete says that shards are missing.
	ErrIncomplete = errors.New("not all chunks are there")
	// ErrNoRun says that a directory holds no run.
	ErrNoRun = errors.New("no run here")
)
