package experiment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"rewriting/methods"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// makeEdits applies every method, several at a time. A method that fails takes its row with it and no other.
func (r *run) makeEdits(ctx context.Context) error {
	order := r.longestFirst()
	return stage.Each(ctx, r.Workers, len(r.Rows), func(ctx context.Context, n int) error {
		i := order[n]
		edit, err := r.edit(ctx, i)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, errStore):
			return err
		case err != nil:
			r.failed[i] = err
			r.Log.Error("method failed; the others go on", "method", r.Rows[i].Name, "error", err)
		}
		r.edits[i] = edit
		return nil
	})
}

// longestFirst orders the rows so that no long edit begins when all others have ended: first those that train the whole
// generator against a network's features, then by number of steps.
func (r *run) longestFirst() []int {
	order := make([]int, len(r.Rows))
	for i := range order {
		order[i] = i
	}
	weight := func(i int) (bool, int) { return r.Rows[i].Task.FeatureOutput != "", r.Rows[i].Task.Params.Steps }
	slices.SortStableFunc(order, func(a, b int) int {
		deepA, stepsA := weight(a)
		deepB, stepsB := weight(b)
		if deepA != deepB {
			if deepA {
				return -1
			}
			return 1
		}
		return stepsB - stepsA
	})
	return order
}

// errStore marks failures to keep a result: a full disk stops the run, a failed method does not.
var errStore = errors.New("cannot keep the result")

// edit reads the edit of a row, or makes and publishes it.
func (r *run) edit(ctx context.Context, i int) (*methods.Edit, error) {
	row, planned := &r.Rows[i], r.plan.edits[i]
	b, err := r.Store.Read(planned.Path, planned.Key)
	if err == nil {
		edit, err := methods.ReadEdit(bytes.NewReader(b))
		if err == nil {
			return edit, nil
		}
		r.Warn(fmt.Errorf("%s: %w: %w", planned.Path, stage.ErrDamaged, err))
	} else if !stage.Missing(err) {
		return nil, fmt.Errorf("%w: %w", errStore, err)
	}
	task := r.tasks[i]
	if usesMoment(row.Method) {
		// Measured before the clock and the meter of the method start: all methods share it.
		if _, err := task.Moment(ctx); err != nil {
			return nil, err
		}
	}
	started := time.Now()
	meter := r.Progress.Start(row.Name, "steps", task.Params.Steps)
	defer meter.End()
	task.Progress = func(step, _ int, loss float64) { meter.Set(step+1, fmt.Sprintf("loss %.4f", loss)) }
	edit, err := row.Method.Apply(ctx, task)
	if err != nil {
		return nil, err
	}
	// The time is the one thing that differs between two runs; it is kept in the journal.
	edit.Seconds = 0
	var out bytes.Buffer
	if err := edit.Write(&out); err != nil {
		return nil, err
	}
	if err := r.Store.Publish(planned.Path, planned.Key, out.Bytes()); err != nil {
		return nil, fmt.Errorf("%w: %w", errStore, err)
	}
	r.Took(planned.Name, planned.Key, started)
	return edit, nil
}

// usesMoment reports whether a method finds directions from the second moment: those that have keys to choose a rule for.
func usesMoment(m methods.Method) bool {
	for _, p := range m.Describe().Parameters {
		if p == "keys" {
			return true
		}
	}
	return false
}

// MakeEdit applies one method of the config without a run directory.
func (e *Experiment) MakeEdit(ctx context.Context, name string, o study.Options) (*methods.Edit, error) {
	for i := range e.Rows {
		if e.Rows[i].Name != name {
			continue
		}
		dir, err := os.MkdirTemp("", "rewriting-edit-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		return e.open(dir, o).edit(ctx, i)
	}
	var names []string
	for _, row := range e.Rows {
		names = append(names, row.Name)
	}
	return nil, &config.Error{Where: e.Config.Path, What: fmt.Sprintf("no method %q (%s)", name, config.Suggest(name, names))}
}
