package study

import (
	"log/slog"
	"runtime"

	"rewriting/pipeline/internal/stage"
)

// Options are how to run; nothing in them changes a result.
type Options struct {
	Workers  int // 0 means the config's, or one per core
	Progress Progress
	Log      *slog.Logger
	FS       stage.FS // nil means the disk
}

// Fill puts in what is not given. workers is what the config says, 0 for nothing.
func (o Options) Fill(workers int) Options {
	if o.Workers == 0 {
		o.Workers = workers
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
