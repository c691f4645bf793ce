package experiment

import (
	"context"
	"fmt"
	"time"

	"rewriting/compute"
	"rewriting/methods"
	"rewriting/pipeline/internal/study"
	"rewriting/rewrite"
)

// Probe implements study.Experiment. It takes about as long as a few samples and a few steps of every method, and writes nothing.
func (e *Experiment) Probe(ctx context.Context, whole *study.Plan, dir string, o study.Options) (*study.Forecast, error) {
	p, err := e.foresee(ctx, whole)
	if err != nil {
		return nil, err
	}
	o = o.Fill(e.Config.Run.Workers)
	f := &study.Forecast{Bytes: e.bytes(p.plan), Free: study.Free(dir)}
	table, moments := float64(e.Table.Dim(0)), map[int]*rewrite.Moment{}
	for i, m := range e.measurements() {
		rows := min(probeRows, e.Table.Dim(0))
		seconds, err := timed(func() (err error) {
			moments[m.cut.Layer().Number], err = rewrite.Measure(ctx, m.on, compute.From(e.Table.Data[:rows*e.Table.Dim(1)], rows, e.Table.Dim(1)), nil)
			return err
		})
		if err != nil {
			return nil, err
		}
		if p.moments[i].State != study.Done {
			f.Seconds += seconds * table / float64(rows)
		}
		// The ranking runs through the same images.
		if row := e.rankedRow(); row >= 0 && p.ranked.State != study.Done && sameKeys(e.cutOf(&e.Rows[row]), m.cut) {
			f.Seconds += seconds * table / float64(rows)
		}
	}
	var edits, longest float64
	longestRow := -1
	renderers := make([]methods.Renderer, len(e.Rows)) // of the rows that have samples left
	for i := range e.Rows {
		if p.edits[i].State == study.Done && p.chunksLeft(i) == 0 {
			continue
		}
		moment := moments[e.cutOf(&e.Rows[i]).Layer().Number]
		renderer, seconds, err := e.probeEdit(ctx, i, moment, o.Workers)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			f.Unknown = append(f.Unknown, fmt.Sprintf("%s: %s", p.edits[i].Name, err))
			continue
		}
		if p.chunksLeft(i) > 0 {
			renderers[i] = renderer
		}
		if p.edits[i].State != study.Done {
			if edits += seconds; seconds > longest {
				longest, longestRow = seconds, i
			}
		}
	}
	if longest > edits/float64(o.Workers) {
		// It goes on when the others have ended, with all processors to itself.
		row := &e.Rows[longestRow]
		_, alone, err := e.probeEdit(ctx, longestRow, moments[e.cutOf(row).Layer().Number], 1)
		if err != nil {
			return nil, err
		}
		longest = min(longest, alone)
	}
	f.Seconds += max(longest, edits/float64(o.Workers))
	if !p.samplesLeft() {
		return f, nil
	}
	var cost sampleCost
	err = study.Beside(o.Workers, func() (err error) { cost, err = e.probeSample(ctx, renderers); return err })
	if err != nil {
		return nil, err
	}
	f.Seconds += e.samplesTime(p, cost) / float64(o.Workers)
	if s := p.prepared; s != nil {
		f.Bytes += cost.side * int64(p.left(s))
	}
	return f, nil
}

// probeRows is how many images the second moment is probed with: enough that it has full rank.
const probeRows = 8

func timed(do func() error) (seconds float64, err error) {
	started := time.Now()
	err = do()
	return time.Since(started).Seconds(), err
}

// probeEdit applies a method with few steps twice; the difference is the time of the steps, the rest is what it does once. The renderer
// draws with the last edit, which takes as long as with a finished one. workers is how many edits the processors are shared by.
func (e *Experiment) probeEdit(ctx context.Context, row int, moment *rewrite.Moment, workers int) (renderer methods.Renderer, seconds float64, err error) {
	task, method := e.Rows[row].Task, e.Rows[row].Method
	task.Cut, task.Table, task.Session = e.cutOf(&e.Rows[row]), e.Table, e.Session
	task.Moment = func(context.Context) (*rewrite.Moment, error) { return moment, nil }
	steps := task.Params.Steps
	var edit *methods.Edit
	short := func(n int) (float64, error) {
		task.Params.Steps = n
		return timed(func() error {
			return study.Beside(workers, func() (err error) { edit, err = method.Apply(ctx, task); return err })
		})
	}
	const few, more = 1, 4
	seconds, err = short(min(few, steps))
	if steps > few && err == nil {
		var again float64
		n := min(more, steps)
		if again, err = short(n); err == nil {
			seconds += max(0, again-seconds) / float64(n-few) * float64(steps-few)
		}
	}
	if err == nil {
		renderer, err = method.Renderer(task, edit)
	}
	return renderer, seconds, err
}

// chunksLeft counts the chunks of a row's stage with most to do.
func (p *plan) chunksLeft(row int) int {
	left := 0
	for _, s := range p.scores[row] {
		left = max(left, s.Parts-s.Done)
	}
	return left
}

// bytes estimates the files that are left to write, from above.
func (e *Experiment) bytes(p *plan) int64 {
	info := e.Generator.Info()
	const (
		number = 20  // characters of a score in CSV
		line   = 300 // bytes of the line that closes a file, and of a heading
		weight = 4   // bytes
	)
	image := int64(3 * info.Resolution * info.Resolution)
	n := int64(0)
	add := func(s *study.Planned, whole int64) {
		if s != nil && s.Parts > 0 {
			n += (whole + int64(s.Parts)*line) * int64(s.Parts-s.Done) / int64(s.Parts)
		}
	}
	for i, m := range e.measurements() {
		add(p.moments[i], 8*int64(m.cut.Layer().In)*int64(m.cut.Layer().In))
	}
	for i, s := range p.edits {
		layer := e.cutOf(&e.Rows[i]).Layer()
		size := int64(layer.In) * int64(layer.Out) * int64(layer.Kernel*layer.Kernel)
		switch row := &e.Rows[i]; {
		case row.Task.FeatureOutput != "":
			size = int64(info.Parameters) // all weights are trained
		case row.Task.Features != nil:
			size = 2 * image // it draws from pictures
		case row.Kind == "unmodified":
			size = 0
		}
		add(s, weight*size)
	}
	add(p.clean, image*int64(p.Samples.Count))
	for _, row := range p.scores {
		for j, s := range row {
			add(s, number*int64(p.Samples.Count)*int64(len(e.Columns[j].Columns)+1))
		}
	}
	pictures := int64(e.Config.Report.Samples*(len(e.Rows)+1) + 2*e.Config.Report.Ranked)
	add(p.report, 3*pictures*image+1<<20) // PNG as base64, in the page and in the result
	return n
}
