package experiment

import (
	"context"
	"time"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/methods"
	"rewriting/metrics"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/source"
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
	Subset    *Subset // nil where all samples are taken as they come
	Inputs    []source.Input
	Warnings  []string

	shared   methods.Shared // between the rows
	measured gan.Generator  // what second moments are measured on where that is not Generator
	slow     time.Duration  // how long a sample takes at least for its scores to be kept before its chunk is full; 0 for slowSample

	paper *report.PaperTable // published numbers, or nil
}

// Row is one method of the table.
type Row struct {
	Name   string
	Kind   string
	Base   string        // name of the [[method]] that lists values, where this row is one of them
	Swept  []report.Fact // the values
	Entry  config.Entry  // of the config, with one value where it lists several
	Method methods.Method
	Task   methods.Task   // without the moment, which a run measures
	Inputs []source.Input // networks that the edit depends on

	Samples int // scored at most, the first of those that other rows are scored on; 0 for all
}

// Of is how many of n samples the row is scored on.
func (r *Row) Of(n int) int {
	if r.Samples == 0 {
		return n
	}
	return min(n, r.Samples)
}

// Column is one metric; it may have several numbers per sample.
type Column struct {
	Name    string
	Kind    string
	Params  map[string]any
	Scorer  Scorer
	Columns []metrics.Column
	Inputs  []source.Input // networks that the scores depend on

	Sets   []string // names of the sets of samples that it is summed over; none where there is no subset
	Others bool     // it scores the samples outside the subset, for the column of this metric that is summed over all
	others int      // where that is, or 0
}

// Scorer scores samples. What depends on the clean image alone it keeps in the sample.
type Scorer interface {
	Score(context.Context, *metrics.Sample) ([]float64, error)
}
