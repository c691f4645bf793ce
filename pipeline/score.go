package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"rewriting/metrics"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/folder"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/source"
	"rewriting/pipeline/internal/stage"
)

type scoreCommand struct {
	Clean   string   `arg:"" help:"Folder of the pictures before, PNG or JPEG."`
	Edited  []string `arg:"" optional:"" help:"Folders of the pictures after, one row each; names of files pair them. Without any, the pictures of the first folder alone are scored, by metrics that look at one picture."`
	Metric  []string `short:"m" sep:"none" placeholder:"KIND,KEY=VALUE,..." help:"A metric with its settings as in a config: 'lpips,network=lpips.onnx,regions=[\"all\"]'. May be repeated."`
	Config  string   `placeholder:"FILE" help:"Take the metrics of this config instead, or as well."`
	Common  bool     `help:"Score what all folders have, and pass over the rest."`
	Workers int      `help:"Pictures at a time; 0 means one per core."`
}

// Run implements the command.
func (s *scoreCommand) Run(c *command) error {
	set, err := folder.Match(append([]string{s.Clean}, s.Edited...), s.Common)
	if err != nil {
		return &usageError{err}
	}
	metric, inputs, err := s.metrics(c)
	if err != nil {
		return err
	}
	rows := s.Edited
	if len(rows) == 0 {
		rows = []string{s.Clean}
	}
	scores := make([]metrics.Scores, len(rows))
	for i := range scores {
		scores[i] = make(metrics.Scores, len(metric.Columns()))
		for k := range scores[i] {
			scores[i][k] = make([]float64, len(set.Names))
		}
	}
	workers := s.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var meter interface {
		Add(int)
		End()
	}
	if p := c.progress(); p != nil {
		meter = p.Start("scores", "pictures", len(set.Names))
		defer meter.End()
	}
	err = stage.Each(c.ctx, workers, len(set.Names), func(ctx context.Context, i int) error {
		if err := s.picture(ctx, set, metric, scores, i); err != nil {
			return err
		}
		if meter != nil {
			meter.Add(1)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.table(s.result(set, metric, rows, scores, inputs))
}

// picture scores picture i of every folder.
func (s *scoreCommand) picture(ctx context.Context, set *folder.Set, metric *metrics.Set, scores []metrics.Scores, i int) error {
	clean, err := set.Image(0, i)
	if err != nil {
		return err
	}
	sample := &metrics.Sample{Seed: uint32(i), Clean: clean, Prepared: metrics.NewPrepared()}
	for row := range scores {
		edited := clean
		if len(s.Edited) > 0 {
			if edited, err = set.Image(row+1, i); err != nil {
				return err
			}
		}
		values, err := metric.Score(ctx, sample.Under("", edited))
		if err != nil {
			return fmt.Errorf("picture %s: %w", set.Names[i], err)
		}
		for k, v := range values {
			scores[row][k][i] = v
		}
	}
	return nil
}

func (s *scoreCommand) result(set *folder.Set, metric *metrics.Set, rows []string, scores []metrics.Scores, inputs []source.Input) *report.Result {
	r := &report.Result{Schema: report.Schema, Title: "Pictures of " + s.Clean, Columns: metric.Columns(),
		Facts: []report.Fact{{Name: "Pictures", Value: fmt.Sprintf("%d, named %s to %s", len(set.Names), set.Names[0], set.Names[len(set.Names)-1])}}}
	if len(s.Edited) > 0 {
		r.Title += " and what became of them"
	}
	if len(rows) > 1 {
		r.Reference = rows[0]
	}
	for _, in := range inputs {
		r.Facts = append(r.Facts, report.Fact{Name: "Network", Value: fmt.Sprintf("%s (sha256 %s)", in.Name, in.SHA256)})
	}
	var scored []report.Scored
	for i, row := range rows {
		scored = append(scored, report.Scored{Title: row, Kind: "folder", Scores: scores[i]})
	}
	r.Rows = report.Tabulate(r.Columns, scored, r.Reference)
	for k, col := range r.Columns {
		none := !slices.ContainsFunc(scores, func(s metrics.Scores) bool {
			return slices.ContainsFunc(s[k], func(v float64) bool { return !math.IsNaN(v) })
		})
		if none {
			r.Warnings = append(r.Warnings, col.Title+": applies to none of the pictures")
		}
	}
	return r
}

// metrics builds what the command line and the config ask for.
func (s *scoreCommand) metrics(c *command) (*metrics.Set, []source.Input, error) {
	nets := &source.Networks{Find: func(name string) (string, error) { return name, nil }}
	build := metrics.Context{Open: nets.Open, Quantise: picture.RoundTrip}
	var all []metrics.Metric
	add := func(kind, name string, params map[string]any) error {
		if err := s.alone(kind, params); err != nil {
			return err
		}
		spec, err := metrics.Decode(kind, name, params)
		if err != nil {
			return err
		}
		m, err := spec.Build(build)
		all = append(all, m)
		return err
	}
	if s.Config != "" {
		cfg, err := config.LoadMetrics(s.Config, c.set)
		if err != nil {
			return nil, nil, err
		}
		nets.Find = cfg.Find
		for _, e := range cfg.Metrics {
			delete(e.Params, "over") // sets of samples are the experiment's
			var p *metrics.ParamError
			err := add(e.Kind, e.Name, e.Params)
			switch {
			case errors.As(err, &p):
				return nil, nil, cfg.At(e.Path+"."+p.Key, "%s", p.Err)
			case err != nil:
				return nil, nil, cfg.At(e.Path, "%s", err)
			}
		}
		nets.Find = func(name string) (string, error) { return name, nil }
	}
	for _, text := range s.Metric {
		kind, params, err := parseMetric(text)
		if err == nil {
			err = add(kind, "", params)
		}
		if err != nil {
			return nil, nil, &usageError{fmt.Errorf("--metric %s: %w", text, err)}
		}
	}
	if len(all) == 0 {
		return nil, nil, &usageError{errors.New("name a metric, such as --metric 'lpips,network=world:faces/lpips,regions=[\"all\"]', or a --config with metrics")}
	}
	set, err := metrics.NewSet(all...)
	if err != nil {
		return nil, nil, &usageError{err}
	}
	return set, nets.Inputs(), nil
}

// alone makes sure that a metric of one folder looks at single pictures.
func (s *scoreCommand) alone(kind string, params map[string]any) error {
	if len(s.Edited) > 0 {
		return nil
	}
	if kind != "classifier" {
		return fmt.Errorf("%s compares pictures: give a second folder", kind)
	}
	if params["among"] == nil {
		params["among"] = []any{"all"}
	}
	return nil
}

// parseMetric reads "lpips,network=x.onnx,mask.classes=["a","b"]". Values are TOML, or else text.
func parseMetric(text string) (kind string, params map[string]any, err error) {
	parts := splitOutside(text)
	kind, params = strings.TrimSpace(parts[0]), map[string]any{}
	for _, part := range parts[1:] {
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			return "", nil, fmt.Errorf("%q: must be KEY=VALUE", part)
		}
		at := params
		keys := strings.Split(strings.TrimSpace(key), ".")
		for _, k := range keys[:len(keys)-1] {
			next, ok := at[k].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[k] = next
			}
			at = next
		}
		var holder struct{ V any }
		if _, err := toml.Decode("V = "+value, &holder); err != nil {
			holder.V = value
		}
		at[keys[len(keys)-1]] = holder.V
	}
	return kind, params, nil
}

// splitOutside cuts at commas outside brackets and quotes.
func splitOutside(text string) []string {
	var parts []string
	depth, quoted, start := 0, false, 0
	for i, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '[' || r == '{':
			depth++
		case r == ']' || r == '}':
			depth--
		case r == ',' && depth == 0:
			parts, start = append(parts, text[start:i]), i+1
		}
	}
	return append(parts, text[start:])
}
