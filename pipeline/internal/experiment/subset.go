package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"rewriting/metrics"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/source"
)

// Subset is the samples whose clean image contains an object: the first of them are scored, and where a column asks for
// it, the first of all samples as well (spec: experiments 2.1 reports both).
type Subset struct {
	Name     string // in configs and headings, such as "domes"
	Params   map[string]any
	Object   string // what the images contain, in words
	Protocol string // how that is found
	Picker   Picker
	Inputs   []source.Input // networks that the choice depends on
}

// Picker tells whether a sample belongs to a subset. It looks at the clean image alone.
type Picker interface {
	Has(context.Context, *metrics.Sample) (bool, error)
}

// allSamples is the name of the set of the first samples, whatever they contain.
const allSamples = "all"

// overKey is the key of a metric that lists its sets.
const overKey = "over"

// openSubset reads [samples] contains.
func (e *Experiment) openSubset(nets *source.Networks) error {
	cfg := e.Config
	if cfg.Contains == nil {
		return nil
	}
	c, err := metrics.NewContaining(cfg.Contains.Params, e.metricContext(nets))
	var p *metrics.ParamError
	switch {
	case errors.As(err, &p):
		return cfg.At(cfg.Contains.Path+"."+p.Key, "%s", p.Err)
	case err != nil:
		return cfg.At(cfg.Contains.Path, "%s", err)
	}
	e.Subset = &Subset{Name: cfg.Contains.Name, Params: cfg.Contains.Params, Object: c.Object(), Protocol: c.Protocol(), Picker: c, Inputs: nets.Take()}
	if e.Subset.Name == "" {
		e.Subset.Name = e.Subset.Object
	}
	return nil
}

func (e *Experiment) metricContext(nets *source.Networks) metrics.Context {
	return metrics.Context{World: e.World, Generator: e.Generator, Open: nets.Open, Read: nets.Read, Quantise: picture.RoundTrip}
}

// takeOver splits the sets that a metric is summed over from its own parameters. Without a subset there is one set, and
// its name is not said.
func (e *Experiment) takeOver(entry config.Entry) (sets []string, own config.Entry, err error) {
	own = entry
	value, given := entry.Params[overKey]
	if !given {
		if e.Subset != nil {
			sets = []string{e.Subset.Name}
		}
		return sets, own, nil
	}
	path := entry.Path + "." + overKey
	if e.Subset == nil {
		return nil, own, e.Config.At(path, "needs a choice of samples: [samples] contains = {segmenter = ..., classes = [...]}")
	}
	own.Params = map[string]any{}
	for k, v := range entry.Params {
		if k != overKey {
			own.Params[k] = v
		}
	}
	known := []string{e.Subset.Name, allSamples}
	list, _ := value.([]any)
	for _, v := range list {
		name, _ := v.(string)
		if !slices.Contains(known, name) || slices.Contains(sets, name) {
			return nil, own, e.Config.At(path, "must be a list of %q and %q, holds %v", known[0], known[1], v)
		}
		sets = append(sets, name)
	}
	if len(sets) == 0 {
		return nil, own, e.Config.At(path, "must be a list of %q and %q", known[0], known[1])
	}
	return sets, own, nil
}

// scoreOthers adds, for every column that is summed over all samples too, one that scores the samples outside the subset.
// Kept apart, the scores of the subset do not depend on how many other samples are wanted.
func (e *Experiment) scoreOthers() {
	for i := range e.Columns {
		if c := e.Columns[i]; !c.Others && slices.Contains(c.Sets, allSamples) {
			c.Others, c.Name = true, c.Name+", other images"
			e.Columns[i].others = len(e.Columns)
			e.Columns = append(e.Columns, c)
		}
	}
}

// set is a set of samples that columns are summed over.
type set struct {
	suffix  string // of keys
	title   string // after titles
	about   string // after meanings
	members []int  // samples, counted from the first seed
}

// sets are those of a column.
func (r *run) sets(c *Column) []set {
	n := r.Config.Samples.Count
	whole := set{members: make([]int, n)}
	for i := range whole.members {
		whole.members[i] = i
	}
	if r.Subset == nil {
		return []set{whole}
	}
	var out []set
	for _, name := range c.Sets {
		if name == allSamples {
			whole.about = fmt.Sprintf(", over the first %d images, whatever they contain", n)
			if len(c.Sets) > 1 {
				whole.suffix, whole.title = "-"+allSamples, ", all images"
			}
			out = append(out, whole)
			continue
		}
		out = append(out, set{about: fmt.Sprintf(", over the first %d images that contain %s", n, r.Subset.Object), members: r.selected.first(n)})
	}
	return out
}

// choice tells which samples are scored.
func (r *run) choice() string {
	n, first := r.Config.Samples.Count, r.Config.Samples.First
	members := r.selected.first(n)
	last := members[len(members)-1]
	text := fmt.Sprintf("the first %s whose clean image contains %s (of the seeds %d to %d, %.1f %% of them)", report.Thousands(n), r.Subset.Object,
		first, first+uint32(last), 100*float64(n)/float64(last+1))
	if slices.ContainsFunc(r.Columns, func(c Column) bool { return c.Others }) {
		text += fmt.Sprintf("; columns over all images: the seeds %d to %d", first, first+uint32(n)-1)
	}
	return text + ", the same under every method"
}

// columns describes the numbers of a column over a set.
func (s set) columns(of []metrics.Column) []metrics.Column {
	out := slices.Clone(of)
	for i := range out {
		c := &out[i]
		c.Key, c.Meaning = c.Key+s.suffix, c.Meaning+s.about
		c.Title += s.title
		if c.Per != "" {
			c.Per += s.suffix
		}
	}
	return out
}

// leftOut are the numbers of a sample that the column leaves out.
func (c *Column) leftOut() []float64 {
	out := make([]float64, len(c.Columns))
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}
