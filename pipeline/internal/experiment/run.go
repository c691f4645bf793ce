package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"rewriting/methods"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
)

// Outcome is what a run ends with.
type Outcome struct {
	Result  *report.Result
	Plan    *Plan
	Nothing bool // everything was there already
	Failed  int  // methods and samples without numbers; they are named in the result's warnings
}

// run is one experiment in one directory.
type run struct {
	*Experiment
	Options
	plan    *Plan
	store   *stage.Store
	journal *stage.Journal
	moments moments
	tasks   []methods.Task
	edits   []*methods.Edit // by row; nil where the method failed
	failed  []error         // by row: why the method failed
	scores  [][][]*scores   // by row, column and chunk

	shard      stage.Shard // whose chunks are computed
	keepFailed bool        // chunks with failed samples stand as they are

	mu       sync.Mutex
	warnings []string
}

// Run computes in dir what is not there yet and reports everything. When ctx is done it returns ctx's error soon; what is
// finished stays, and the next Run continues. A directory in use is stage.ErrBusy.
func (e *Experiment) Run(ctx context.Context, dir string, o Options) (*Outcome, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("run directory: %w", err)
	}
	lock, err := stage.Acquire(dir)
	if err != nil {
		return nil, err
	}
	stage.Sweep(dir)
	outcome, err := e.open(dir, o).all(ctx)
	if free := lock.Release(); err == nil && free != nil {
		err = fmt.Errorf("run directory %s: %w", dir, free)
	}
	return outcome, err
}

// Plan says what Run would do in dir, and why. It writes nothing.
func (e *Experiment) Plan(dir string) (*Plan, error) {
	r := e.open(dir, Options{})
	if err := r.survey(); err != nil {
		return nil, err
	}
	r.plan.explain(readPlan(r.store))
	return r.plan, nil
}

func (e *Experiment) open(dir string, o Options) *run {
	r := &run{
		Experiment: e, Options: o.fill(e.Config), plan: e.plan(),
		journal: stage.OpenJournal(dir),
		edits:   make([]*methods.Edit, len(e.Rows)), failed: make([]error, len(e.Rows)),
		scores: make([][][]*scores, len(e.Rows)),
	}
	r.store = &stage.Store{Dir: dir, FS: r.FS}
	r.moments.run = r
	for i := range e.Rows {
		task := e.Rows[i].Task
		task.Cut, task.Table, task.Session, task.Moment = e.Cut, e.Table, e.Session, r.moments.get
		r.tasks = append(r.tasks, task)
		r.scores[i] = make([][]*scores, len(e.Columns))
		for j := range e.Columns {
			r.scores[i][j] = make([]*scores, len(r.plan.chunks))
		}
	}
	return r
}

// all is the experiment from top to bottom.
func (r *run) all(ctx context.Context) (*Outcome, error) {
	if err := r.survey(); err != nil {
		return nil, err
	}
	r.plan.explain(readPlan(r.store))
	if r.plan.Complete() {
		return r.finished()
	}
	if err := r.announce(); err != nil {
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

// finished is the outcome of a run with nothing left to do.
func (r *run) finished() (*Outcome, error) {
	result, err := ReadResult(r.store)
	return &Outcome{Result: result, Plan: r.plan, Nothing: true}, err
}

// announce writes down what will be computed, before it is.
func (r *run) announce() error {
	if err := r.plan.publish(r.store); err != nil {
		return err
	}
	return r.store.PublishPlain(resolvedFile, r.resolved())
}

// conclude makes the report.
func (r *run) conclude(ctx context.Context) (*Outcome, error) {
	result, failed, err := r.summarise(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.publishReport(result, failed); err != nil {
		return nil, err
	}
	return &Outcome{Result: result, Plan: r.plan, Failed: failed}, nil
}

// warn notes a damaged file once; absent and stale ones are ordinary.
func (r *run) warn(err error) {
	if !errors.Is(err, stage.ErrDamaged) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.warnings {
		if w == err.Error() {
			return
		}
	}
	r.warnings = append(r.warnings, err.Error())
	r.Log.Warn("a damaged file is computed again", "file", err.Error())
}

// took notes how long a stage ran. A journal that cannot be written costs the report a line, not the run.
func (r *run) took(name, key string, started time.Time) {
	entry := stage.Entry{Stage: name, Key: key, Seconds: time.Since(started).Seconds()}
	if err := r.journal.Add(entry); err != nil {
		r.Log.Warn("time not recorded", "error", err)
	}
}
