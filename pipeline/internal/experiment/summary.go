package experiment

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rewriting/metrics"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/study"
)

// merge gathers the scores of a row over all sets of samples, each in the order of the seeds: [column][sample]. A sample that
// failed is NaN and is told in a warning. Samples that are missing are an error: nothing is averaged over fewer than there
// should be.
func (r *run) merge(row int) (all metrics.Scores, failures int, warnings []string, err error) {
	for col := range r.Columns {
		if err := r.whole(row, col); err != nil {
			return nil, 0, nil, err
		}
	}
	for col := range r.Columns {
		if r.Columns[col].Others {
			continue
		}
		failed := map[int]string{}
		for _, set := range r.sets(&r.Columns[col]) {
			set.members = set.members[:min(len(set.members), r.Rows[row].Of(r.Config.Samples.Count))]
			base := len(all)
			for range r.Columns[col].Columns {
				all = append(all, make([]float64, 0, len(set.members)))
			}
			for _, i := range set.members {
				values, failure := r.scoresOf(row, col, i)
				if failure != "" {
					failed[i] = failure
				}
				for c, v := range values {
					all[base+c] = append(all[base+c], v)
				}
			}
		}
		if len(failed) > 0 {
			first := slices.Min(slices.Collect(maps.Keys(failed)))
			failures += len(failed)
			warnings = append(warnings, fmt.Sprintf("%s, %s: %d of %d samples failed and are left out; the first: seed %d: %s",
				r.Rows[row].Name, r.Columns[col].Name, len(failed), r.Rows[row].Of(r.Config.Samples.Count), r.Config.Samples.First+uint32(first), failed[first]))
		}
	}
	return all, failures, warnings, nil
}

// whole refuses scores of a column with a gap.
func (r *run) whole(row, col int) error {
	for i, s := range r.scores[row][col] {
		rg := r.plan.chunks[i]
		if s == nil || len(s.values) != rg.Count {
			return fmt.Errorf("scores of %q by %q: the samples %s are missing; refusing to report on fewer than %d samples",
				r.Rows[row].Name, r.Columns[col].Name, rg, r.Config.Samples.Count)
		}
		for k, values := range s.values {
			if values == nil && s.failed[k] == "" {
				return fmt.Errorf("scores of %q by %q: the sample of seed %d is missing", r.Rows[row].Name, r.Columns[col].Name, rg.First+uint32(k))
			}
		}
	}
	return nil
}

// scoresOf are the numbers of sample i, counted from the first seed, by a column; where it failed they are NaN, and why is told.
func (r *run) scoresOf(row, col, i int) (values []float64, failure string) {
	c := &r.Columns[col]
	if !r.inSubset(i) {
		col = c.others
	}
	size := r.Config.Samples.Chunk
	s := r.scores[row][col][i/size]
	if failure = s.failed[i%size]; failure != "" {
		return c.leftOut(), failure
	}
	return s.values[i%size], ""
}

// summarise makes the result from what the run holds. The number says how many methods and samples failed.
func (r *run) summarise(ctx context.Context) (*report.Result, int, error) {
	result := &report.Result{
		Schema: report.Schema, Title: r.Config.Title, Reference: r.reference(),
		Facts: r.facts(), Provenance: r.provenance(), Warnings: r.allWarnings(),
	}
	for i := range r.Columns {
		if c := &r.Columns[i]; !c.Others {
			for _, set := range r.sets(c) {
				result.Columns = append(result.Columns, set.columns(c.Columns)...)
			}
		}
	}
	failed := 0
	var scored []report.Scored
	for i := range r.Rows {
		row := report.Scored{Title: r.Rows[i].Name, Kind: r.Rows[i].Kind, Base: r.Rows[i].Base, Swept: r.Rows[i].Swept, Params: r.rowSettings(i)}
		if n := r.Rows[i].Of(r.Config.Samples.Count); n < r.Config.Samples.Count {
			row.Samples = n
		}
		if r.failed[i] != nil {
			row.Failed = r.failed[i].Error()
			failed++
			result.Warnings = append(result.Warnings, fmt.Sprintf("%s failed: %s", row.Title, row.Failed))
			scored = append(scored, row)
			continue
		}
		merged, bad, warnings, err := r.merge(i)
		if err != nil {
			return nil, 0, err
		}
		row.Scores = merged
		failed += bad
		result.Warnings = append(result.Warnings, warnings...)
		edit := r.edits[i]
		for _, name := range slices.Sorted(maps.Keys(edit.Notes)) {
			if slices.ContainsFunc(row.Params, func(f report.Fact) bool { return f.Name == name && f.Value == edit.Notes[name] }) {
				continue // a setting, told already
			}
			row.Notes = append(row.Notes, name+": "+edit.Notes[name])
		}
		for _, w := range edit.Warnings {
			result.Warnings = append(result.Warnings, row.Title+": "+w)
		}
		if len(edit.Losses) > 0 {
			result.Curves = append(result.Curves, report.Curve{Row: row.Title, Every: 1, Loss: edit.Losses})
		}
		scored = append(scored, row)
	}
	result.Rows = report.Tabulate(result.Columns, scored, result.Reference)
	if r.paper != nil {
		r.paper.Attach(result, r.Config.Compare.Rows)
	}
	if err := r.exhibit(ctx, result); err != nil {
		return nil, 0, err
	}
	result.Times = r.times()
	return result, failed, nil
}

// allWarnings are those that are known before the run, and what the config says is missing.
func (r *run) allWarnings() []string {
	all := slices.Clone(r.Warnings)
	for _, m := range r.Config.Missing {
		all = append(all, "missing here: "+m)
	}
	return all
}

// rowSettings are the settings that the row's method reads, by name.
func (r *run) rowSettings(i int) []report.Fact {
	used := settings(r.Rows[i].Method, r.Rows[i].Task.Params)
	var out []report.Fact
	if len(r.Rows[i].Method.Describe().Parameters) > 0 {
		out = append(out, report.Fact{Name: layerKey, Value: fmt.Sprint(r.cutOf(&r.Rows[i]).Layer().Number)})
	}
	for _, name := range r.Rows[i].Method.Describe().Parameters {
		if v, ok := used[name]; ok {
			out = append(out, report.Fact{Name: name, Value: fmt.Sprint(v)})
		}
	}
	if r.Rows[i].Task.Features != nil {
		out = append(out, report.Fact{Name: "features", Value: strings.TrimSpace(r.Rows[i].Inputs[0].Name + " " + r.Rows[i].Task.FeatureOutput)})
	}
	return out
}

// facts tell the experiment in a few lines.
func (r *run) facts() []report.Fact {
	c, info, layer := r.Config, r.Generator.Info(), r.Cut.Layer()
	first, last := c.Samples.First, c.Samples.First+uint32(c.Samples.Count)-1
	samples := fmt.Sprintf("%s (seeds %d to %d), the same under every method", report.Thousands(c.Samples.Count), first, last)
	if r.Subset != nil {
		samples = r.choice()
	}
	var fewer []string
	for i := range r.Rows {
		if n := r.Rows[i].Of(c.Samples.Count); n < c.Samples.Count {
			fewer = append(fewer, fmt.Sprintf("%s on the first %s of them", r.Rows[i].Name, report.Thousands(n)))
		}
	}
	if len(fewer) > 0 {
		samples += "; " + strings.Join(fewer, ", ")
	}
	context := ""
	if c.Session.Context != "" {
		context = " of " + c.Session.Context
	}
	facts := []report.Fact{
		{Name: "Generator", Value: fmt.Sprintf("%s (%s, %d x %d, %s parameters), truncation %g", c.Generator.Model, info.Kind,
			info.Resolution, info.Resolution, report.Thousands(info.Parameters), info.Truncation)},
		{Name: "Layer", Value: fmt.Sprintf("%d: %s, keys %d x %dx%d, values %d x %dx%d", layer.Number, layer.Name,
			layer.In, layer.KeySize, layer.KeySize, layer.Out, layer.ValueSize, layer.ValueSize)},
		{Name: "Session", Value: fmt.Sprintf("%s, %d context regions%s, table of %d latents", c.Session.File, len(r.Session.Context()), context, c.Session.Rows)},
		{Name: "Samples", Value: samples},
	}
	if p := c.Preset; p.Name != "" {
		text := p.Name
		if len(p.Changes) > 0 {
			text += ": " + strings.Join(p.Changes, ", ")
		}
		facts = append(facts, report.Fact{Name: "Preset", Value: text})
	}
	return facts
}

// times lists how long the stages took, from the journal.
func (r *run) times() []report.Timing {
	seconds := r.Journal.Seconds()
	var out []report.Timing
	for _, s := range slices.Concat(r.plan.moments, r.plan.edits, []*study.Planned{r.plan.clean, r.plan.ranked}) {
		if s == nil {
			continue
		}
		name := s.Name
		if s == r.plan.clean {
			name = "samples, drawn and scored under all methods"
		}
		if t, ok := seconds[s.Key]; ok {
			out = append(out, report.Timing{Name: name, Seconds: t})
		}
	}
	return append(out, r.drawingTimes()...)
}
