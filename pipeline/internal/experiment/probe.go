package experiment

import (
	"context"
	"fmt"
	"time"

	"rewriting/compute"
	"rewriting/metrics"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/study"
	"rewriting/rewrite"
)

// Probe implements study.Experiment. It takes about as long as a few samples and a few steps of every method, and writes nothing.
func (e *Experiment) Probe(ctx context.Context, whole *study.Plan, dir string, o study.Options) (*study.Forecast, error) {
	p := e.planFor(whole.Samples.Count)
	for i, s := range p.Stages {
		*s = *whole.Stages[i] // what is done
	}
	o = o.Fill(e.Config.Run.Workers)
	f := &study.Forecast{Bytes: e.bytes(p), Free: study.Free(dir)}
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
	for i := range e.Rows {
		if p.edits[i].State == study.Done {
			continue
		}
		seconds, err := e.probeEdit(ctx, i, moments[e.cutOf(&e.Rows[i]).Layer().Number])
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			f.Unknown = append(f.Unknown, fmt.Sprintf("%s: %s", p.edits[i].Name, err))
			continue
		}
		edits, longest = edits+seconds, max(longest, seconds)
	}
	// Edits are single-threaded, so the longest is a bound that workers cannot help.
	f.Seconds += max(longest, edits/float64(o.Workers))
	if chunks := p.chunksLeft(); chunks > 0 {
		clean, row, err := e.probeSample(ctx)
		if err != nil {
			return nil, err
		}
		f.Seconds += float64(chunks*p.Samples.Chunk) * (clean + float64(len(e.Rows))*row) / float64(o.Workers)
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

// probeEdit applies a method with few steps twice; the difference is the time of the steps, the rest is what it does once.
func (e *Experiment) probeEdit(ctx context.Context, row int, moment *rewrite.Moment) (float64, error) {
	task := e.Rows[row].Task
	task.Cut, task.Table, task.Session = e.cutOf(&e.Rows[row]), e.Table, e.Session
	task.Moment = func(context.Context) (*rewrite.Moment, error) { return moment, nil }
	steps := task.Params.Steps
	short := func(n int) (float64, error) {
		task.Params.Steps = n
		return timed(func() error { _, err := e.Rows[row].Method.Apply(ctx, task); return err })
	}
	const few, more = 1, 4
	if steps <= more {
		return short(steps)
	}
	once, err := short(few)
	if err != nil {
		return 0, err
	}
	again, err := short(more)
	if err != nil {
		return 0, err
	}
	step := max(0, again-once) / (more - few)
	return once + step*float64(steps-few), nil
}

// probeSample is the time of one sample's clean image, and of one row's image and scores, on the unedited generator.
func (e *Experiment) probeSample(ctx context.Context) (clean, row float64, err error) {
	const rounds = 3 // the first warms up
	for n := range rounds {
		seed := e.Config.Samples.First + uint32(n)
		s := &metrics.Sample{Seed: seed, Prepared: metrics.NewPrepared()}
		z := e.latentOf(seed)
		s.Z = z.Data
		image, err := e.Generator.Image(z)
		if err != nil {
			return 0, 0, err
		}
		s.Clean = picture.RoundTrip(image)
		score := func() error {
			image, err := e.Generator.Image(z)
			if err != nil {
				return err
			}
			s.Edited = picture.RoundTrip(image)
			for _, c := range e.Columns {
				if _, err := c.Scorer.Score(ctx, s); err != nil {
					return err
				}
			}
			return nil
		}
		first, err := timed(score) // with what depends on the clean image
		if err != nil {
			return 0, 0, err
		}
		if row, err = timed(score); err != nil {
			return 0, 0, err
		}
		clean = first
	}
	return clean, row, nil
}

// chunksLeft counts the chunks of the stage with most to do.
func (p *plan) chunksLeft() int {
	left := p.clean.Parts - p.clean.Done
	for _, line := range p.scores {
		for _, s := range line {
			left = max(left, s.Parts-s.Done)
		}
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
		if e.Rows[i].Task.Features != nil {
			size = int64(info.Parameters) // all weights are trained
		}
		if e.Rows[i].Kind == "unmodified" {
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
