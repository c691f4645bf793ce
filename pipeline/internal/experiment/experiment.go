package experiment

import (
	"context"
	"log/slog"
	"runtime"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/methods"
	"rewriting/metrics"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
	"rewriting/sessions"
	"rewriting/worlds"
)

// Experiment is a config whose every name has been resolved and whose every value has been checked.
type Experiment struct {
	Config    *config.Experiment
	World     worlds.World // nil where the generator is not a world's
	Generator gan.Generator
	Cut       gan.Cut
	Session   *sessions.Session
	Table     *compute.Tensor // the session's latents
	Rows      []Row
	Columns   []Column
	Inputs    []Input
	Warnings  []string

	paper *report.PaperTable // published numbers, or nil
}

// Row is one method of the table.
type Row struct {
	Name   string
	Kind   string
	Path   string // in the config, such as "method.0"
	Method methods.Method
	Task   methods.Task // without Cut, Table, Session and Moment, which are the experiment's
	Inputs []Input      // networks that the edit depends on
}

// Column is one metric; it may have several numbers per sample.
type Column struct {
	Name    string
	Kind    string
	Params  map[string]any
	Scorer  Scorer
	Columns []metrics.Column
	Inputs  []Input // networks that the scores depend on
}

// Scorer scores samples. What depends on the clean image alone it keeps in the sample.
type Scorer interface {
	Score(context.Context, *metrics.Sample) ([]float64, error)
}

// Input is a file that the experiment was made from.
type Input struct {
	Role   string `json:"role"` // "generator", "session", "network"
	Name   string `json:"name"` // as the config calls it
	SHA256 string `json:"sha256"`
	Bytes  int    `json:"bytes"`
}

// Options are how to run; nothing in them changes a result.
type Options struct {
	Workers  int // 0 means the config's, or one per core
	Progress Progress
	Log      *slog.Logger
	FS       stage.FS // nil means the disk
}

func (o Options) fill(cfg *config.Experiment) Options {
	if o.Workers == 0 {
		o.Workers = cfg.Run.Workers
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.FS == nil {
		o.FS = stage.Disk{}
	}
	if o.Progress == nil {
		o.Progress = silent{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Progress shows how far a run has come.
type Progress interface {
	// Start begins a piece of work of total steps, counted in unit.
	Start(name, unit string, total int) Meter
}

// Meter is one piece of work. It may be used by several goroutines.
type Meter interface {
	Set(done int, note string)
	Add(n int)
	End()
}

type silent struct{}

func (silent) Start(string, string, int) Meter { return silent{} }
func (silent) Set(int, string)                 {}
func (silent) Add(int)                         {}
func (silent) End()                            {}
