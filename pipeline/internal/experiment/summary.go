package experiment

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"rewriting/metrics"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/study"
)

// merge gathers the scores of a row over all chunks in the order of the seeds: [column][sample]. A sample that failed is NaN
// and is told in a warning. Samples that are missing are an error: nothing is averaged over fewer than there should be.
func (r *run) merge(row int) (all metrics.Scores, failures int, warnings []string, err error) {
	for col := range r.Columns {
		width := len(r.Columns[col].Columns)
		base := len(all)
		for range width {
			all = append(all, make([]float64, 0, r.Config.Samples.Count))
		}
		bad, first := 0, ""
		for i, rg := range r.plan.chunks {
			s := r.scores[row][col][i]
			if s == nil || len(s.values) != rg.Count {
				return nil, 0, nil, fmt.Errorf("scores of %q by %q: the samples %s are missing; refusing to report on fewer than %d samples",
					r.Rows[row].Name, r.Columns[col].Name, rg, r.Config.Samples.Count)
			}
			for k, values := range s.values {
				if s.failed[k] != "" {
					if bad++; bad == 1 {
						first = fmt.Sprintf("seed %d: %s", rg.First+uint32(k), s.failed[k])
					}
				} else if values == nil {
					return nil, 0, nil, fmt.Errorf("scores of %q by %q: the sample of seed %d is missing", r.Rows[row].Name, r.Columns[col].Name, rg.First+uint32(k))
				}
				for c := range width {
					v := math.NaN()
					if s.failed[k] == "" {
						v = values[c]
					}
					all[base+c] = append(all[base+c], v)
				}
			}
		}
		if bad > 0 {
			failures += bad
			warnings = append(warnings, fmt.Sprintf("%s, %s: %d of %d samples failed and are left out; the first: %s",
				r.Rows[row].Name, r.Columns[col].Name, bad, r.Config.Samples.Count, first))
		}
	}
	return all, failures, warnings, nil
}

// summarise makes the result from what the run holds. The number says how many methods and samples failed.
func (r *run) summarise(ctx context.Context) (*report.Result, int, error) {
	result := &report.Result{
		Schema: report.Schema, Title: r.Config.Title, Reference: r.Config.Compare.Reference,
		Facts: r.facts(), Provenance: r.provenance(), Warnings: slices.Clone(r.Warnings),
	}
	for _, c := range r.Columns {
		result.Columns = append(result.Columns, c.Columns...)
	}
	failed := 0
	var scored []report.Scored
	for i := range r.Rows {
		row := report.Scored{Title: r.Rows[i].Name, Kind: r.Rows[i].Kind, Params: r.rowSettings(i)}
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
	result.Rows = report.Tabulate(result.Columns, scored, r.Config.Compare.Reference)
	if r.paper != nil {
		r.paper.Attach(result)
	}
	if err := r.exhibit(ctx, result); err != nil {
		return nil, 0, err
	}
	result.Times = r.times()
	return result, failed, nil
}

// rowSettings are the settings that the row's method reads, by name.
func (r *run) rowSettings(i int) []report.Fact {
	used := settings(r.Rows[i].Method, r.Rows[i].Task.Params)
	var out []report.Fact
	for _, name := range r.Rows[i].Method.Describe().Parameters {
		if v, ok := used[name]; ok {
			out = append(out, report.Fact{Name: name, Value: fmt.Sprint(v)})
		}
	}
	if r.Rows[i].Task.FeatureOutput != "" {
		out = append(out, report.Fact{Name: "features", Value: r.Rows[i].Inputs[0].Name + " " + r.Rows[i].Task.FeatureOutput})
	}
	return out
}

// facts tell the experiment in a few lines.
func (r *run) facts() []report.Fact {
	c, info, layer := r.Config, r.Generator.Info(), r.Cut.Layer()
	first, last := c.Samples.First, c.Samples.First+uint32(c.Samples.Count)-1
	return []report.Fact{
		{Name: "Generator", Value: fmt.Sprintf("%s (%s, %d x %d, %s parameters), truncation %g", c.Generator.Model, info.Kind,
			info.Resolution, info.Resolution, report.Thousands(info.Parameters), info.Truncation)},
		{Name: "Layer", Value: fmt.Sprintf("%d: %s, keys %d x %dx%d, values %d x %dx%d", layer.Number, layer.Name,
			layer.In, layer.KeySize, layer.KeySize, layer.Out, layer.ValueSize, layer.ValueSize)},
		{Name: "Session", Value: fmt.Sprintf("%s, %d context regions, table of %d latents", c.Session.File, len(r.Session.Context()), c.Session.Rows)},
		{Name: "Samples", Value: fmt.Sprintf("%s (seeds %d to %d), the same under every method", report.Thousands(c.Samples.Count), first, last)},
	}
}

// times lists how long the stages took, from the journal.
func (r *run) times() []report.Timing {
	seconds := r.Journal.Seconds()
	var out []report.Timing
	for _, s := range append(append([]*study.Planned{r.plan.moment}, r.plan.edits...), r.plan.clean, r.plan.ranked) {
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
	return out
}
