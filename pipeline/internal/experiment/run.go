package experiment

import (
	"context"

	"rewriting/methods"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// run is one experiment in one directory.
type run struct {
	*Experiment
	*study.Directory
	plan    *plan
	moments []*moment // by measurements
	tasks   []methods.Task
	edits   []*methods.Edit // by row; nil where the method failed
	failed  []error         // by row: why the method failed
	scores  [][][]*scores   // by row, column and chunk

	selected selection

	shard      stage.Shard // whose chunks are computed
	drafts     bool        // a killed run may have left scores of single samples
	keepFailed bool        // chunks with failed samples stand as they are
}

// Run implements study.Experiment.
func (e *Experiment) Run(ctx context.Context, dir string, o study.Options) (*study.Outcome, error) {
	return study.Alone(dir, func() (*study.Outcome, error) { return e.open(dir, o).all(ctx) })
}

// Plan implements study.Experiment.
func (e *Experiment) Plan(dir string) (*study.Plan, error) {
	r := e.open(dir, study.Options{})
	if err := r.survey(); err != nil {
		return nil, err
	}
	r.plan.Explain(study.Before(r.Store))
	return r.plan.Plan, nil
}

func (e *Experiment) open(dir string, o study.Options) *run {
	r := &run{
		Experiment: e, Directory: study.NewDirectory(dir, o.Fill(e.Config.Run.Workers)),
		edits: make([]*methods.Edit, len(e.Rows)), failed: make([]error, len(e.Rows)),
	}
	for i, m := range e.measurements() {
		r.moments = append(r.moments, &moment{run: r, measurement: m, place: i})
	}
	for i := range e.Rows {
		task := e.Rows[i].Task
		task.Cut, task.Table, task.Session = e.cutOf(&e.Rows[i]), e.Table, e.Session
		task.Moment = r.momentOf(e.measuredOn(task.Cut))
		if e.comparesUnits(&e.Rows[i]) {
			task.Usual = r.momentOf(task.Cut)
		}
		r.tasks = append(r.tasks, task)
	}
	r.lay(e.least())
	return r
}

// lay lays out the plan for count samples, with no scores yet.
func (r *run) lay(count int) {
	r.plan = r.planFor(count)
	r.limitRows()
	r.scores = make([][][]*scores, len(r.Rows))
	for i := range r.Rows {
		r.scores[i] = make([][]*scores, len(r.Columns))
		for j := range r.Columns {
			r.scores[i][j] = make([]*scores, r.plan.scores[i][j].Parts)
		}
	}
}

// limitRows leaves rows that are scored on fewer samples of a subset the chunks in which those are, once that is known.
func (r *run) limitRows() {
	if r.Subset == nil || !r.isSelected() {
		return
	}
	for i := range r.Rows {
		n := r.Rows[i].Of(r.Config.Samples.Count)
		if n == r.Config.Samples.Count {
			continue
		}
		members := r.selected.first(n)
		for j, s := range r.plan.scores[i] {
			if r.Columns[j].Others {
				r.plan.limit(s, n)
			} else {
				r.plan.limit(s, members[n-1]+1)
			}
		}
	}
}

// all is the experiment from top to bottom.
func (r *run) all(ctx context.Context) (*study.Outcome, error) {
	if err := r.survey(); err != nil {
		return nil, err
	}
	before := study.Before(r.Store)
	r.plan.Explain(before)
	if r.plan.Complete() {
		return r.Finished(r.plan.Plan)
	}
	if err := r.Announce(r.plan.Plan, r.resolved()); err != nil {
		return nil, err
	}
	if err := r.selectSamples(ctx, before); err != nil {
		return nil, err
	}
	if err := r.makeEdits(ctx); err != nil {
		return nil, err
	}
	if err := r.scoreSamples(ctx, r.jobs()); err != nil {
		return nil, err
	}
	return r.conclude(ctx)
}

// conclude makes the report.
func (r *run) conclude(ctx context.Context) (*study.Outcome, error) {
	result, failed, err := r.summarise(ctx)
	if err != nil {
		return nil, err
	}
	r.dropAllDrafts()
	if err := r.PublishReport(r.plan.Plan, result, failed); err != nil {
		return nil, err
	}
	return &study.Outcome{Result: result, Plan: r.plan.Plan, Failed: failed}, nil
}
