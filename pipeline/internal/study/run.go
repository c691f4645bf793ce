package study

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
)

// work is one study in one directory.
type work struct {
	*Study
	*Directory
	plan    *Plan
	planned []*Planned // by stage
	reader  *Reader
	missing [][]File // by stage: the files that are not there
}

func (s *Study) open(dir string, o Options) *work {
	w := &work{Study: s, Directory: NewDirectory(dir, o.Fill(s.Workers))}
	w.plan, w.planned = s.plan()
	w.reader = &Reader{dir: w.Directory, plan: w.plan, of: map[*Stage]*Planned{}}
	for i, st := range s.stages {
		w.reader.of[st] = w.planned[i]
	}
	return w
}

// Run implements Experiment.
func (s *Study) Run(ctx context.Context, dir string, o Options) (*Outcome, error) {
	return Alone(dir, func() (*Outcome, error) {
		w := s.open(dir, o)
		if err := w.survey(); err != nil {
			return nil, err
		}
		w.plan.Explain(Before(w.Store))
		if w.plan.Complete() {
			return w.Finished(w.plan)
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

// Plan implements Experiment.
func (s *Study) Plan(dir string) (*Plan, error) {
	w := s.open(dir, Options{})
	if err := w.survey(); err != nil {
		return nil, err
	}
	w.plan.Explain(Before(w.Store))
	return w.plan, nil
}

// survey looks at every file of the plan and notes what is missing.
func (w *work) survey() error {
	w.missing = make([][]File, len(w.stages))
	for i, st := range w.stages {
		q := w.planned[i]
		q.Done, q.Why = 0, nil
		for _, f := range w.plan.Files(q) {
			before := q.Done
			var accept func([]byte) error
			if st.Check != nil {
				accept = func(b []byte) error { return st.Check(b, f.Range) }
			}
			if err := w.Examine(q, f, accept); err != nil {
				return err
			}
			if q.Done == before {
				w.missing[i] = append(w.missing[i], f)
			}
		}
	}
	last := w.plan.Stages[len(w.plan.Stages)-1]
	last.Done, last.Why = 0, nil
	return w.ExamineReport(last)
}

// task is one file to be made.
type task struct {
	stage int
	file  File
}

// compute makes the missing files that wanted accepts. Stages of one level need nothing of each other: their files come from
// one pool of workers. A stage that needs files which are missing and not wanted is left alone.
func (w *work) compute(ctx context.Context, wanted func(stage int, f File) bool) error {
	for level := 0; ; level++ {
		var tasks []task
		deeper := false
		for i, st := range w.stages {
			deeper = deeper || st.level > level
			if st.level != level || !w.ready(st) {
				continue
			}
			for _, f := range w.missing[i] {
				if wanted(i, f) {
					tasks = append(tasks, task{i, f})
				}
			}
		}
		if err := w.make(ctx, tasks); err != nil {
			return err
		}
		if !deeper {
			return nil
		}
	}
}

// ready reports whether all that a stage needs is there.
func (w *work) ready(st *Stage) bool {
	for _, n := range st.Needs {
		if len(w.missing[slices.Index(w.stages, n)]) > 0 {
			return false
		}
	}
	return true
}

// make computes and publishes files.
func (w *work) make(ctx context.Context, tasks []task) error {
	if len(tasks) == 0 {
		return nil
	}
	total := 0
	var groups []string
	for _, t := range tasks {
		if st := w.stages[t.stage]; st.Chunked {
			total += t.file.Range.Count
		} else {
			total += st.Steps
		}
		if g := w.stages[t.stage].group(); !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	meter := w.Progress.Start(strings.Join(groups, ", "), "steps", total)
	defer meter.End()
	made := make([]bool, len(tasks))
	err := stage.Each(ctx, w.Directory.Workers, len(tasks), func(ctx context.Context, i int) error {
		t := tasks[i]
		st, started := w.stages[t.stage], time.Now()
		payload, err := st.Compute(ctx, w.reader, t.file.Range, meter)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return fmt.Errorf("%s%s: %w", st.Name, ofPart(t.file), err)
		}
		if err := w.Store.Publish(t.file.Path, t.file.Key, payload); err != nil {
			return err
		}
		made[i] = true
		w.Took(st.group(), st.key, started)
		return nil
	})
	for i, t := range tasks {
		if made[i] {
			w.missing[t.stage] = slices.DeleteFunc(w.missing[t.stage], func(f File) bool { return f == t.file })
			w.planned[t.stage].Done++
		}
	}
	return err
}

func ofPart(f File) string {
	if f.Range.Count == 0 {
		return ""
	}
	return ", samples " + f.Range.String()
}

// conclude makes the report.
func (w *work) conclude(ctx context.Context) (*Outcome, error) {
	result, err := w.Study.Report(ctx, w.reader)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	result.Schema, result.Title = report.Schema, w.Title
	result.Provenance = append(Provenance(w.Config, w.Resolved, w.Inputs, w.Facts...), result.Provenance...)
	result.Times = w.times()
	if err := w.PublishReport(w.plan, result, 0); err != nil {
		return nil, err
	}
	return &Outcome{Result: result, Plan: w.plan}, nil
}

// times sums the journal by group, in the order of the stages.
func (w *work) times() []report.Timing {
	seconds := w.Journal.Seconds()
	var out []report.Timing
	for _, st := range w.stages {
		t, ok := seconds[st.key]
		if !ok {
			continue
		}
		at := slices.IndexFunc(out, func(o report.Timing) bool { return o.Name == st.group() })
		if at < 0 {
			at = len(out)
			out = append(out, report.Timing{Name: st.group()})
		}
		out[at].Seconds += t
	}
	return out
}
