package experiment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"rewriting/gan"
	"rewriting/gan/latent"
	"rewriting/metrics"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/source"
	"rewriting/pipeline/internal/stage"
	"rewriting/sessions"
)

// Build opens everything that a config names and checks everything that can be checked before work begins. All errors
// are *config.Error. Nothing is written.
func Build(ctx context.Context, cfg *config.Experiment) (*Experiment, error) {
	e := &Experiment{Config: cfg}
	if err := e.openGenerator(ctx); err != nil {
		return nil, err
	}
	if err := e.openSession(); err != nil {
		return nil, err
	}
	nets := &source.Networks{Find: cfg.Find}
	for _, entry := range cfg.Methods {
		if err := e.addRows(entry, nets); err != nil {
			return nil, err
		}
	}
	if err := e.checkRows(); err != nil {
		return nil, err
	}
	if err := e.openSubset(nets); err != nil {
		return nil, err
	}
	if err := e.addColumns(nets); err != nil {
		return nil, err
	}
	e.scoreOthers()
	e.Inputs = append(e.Inputs, nets.Inputs()...)
	return e, e.openPaper()
}

// openPaper notes the file of published numbers, so that a change of it makes a new report.
func (e *Experiment) openPaper() error {
	path := e.Config.Compare.Paper
	if path == "" {
		return nil
	}
	b, err := os.ReadFile(path)
	if err == nil {
		e.paper, err = report.ReadPaper(path)
	}
	if err != nil {
		return e.Config.At("compare.paper", "%s", err)
	}
	for row, title := range e.Config.Compare.Rows {
		if titles := e.paper.Titles(); !slices.Contains(titles, title) {
			return e.Config.At("compare.rows", "%q: %s has no row %q (%s)", row, path, title, config.Suggest(title, titles))
		}
		if !slices.ContainsFunc(e.Rows, func(r Row) bool { return r.Name == row }) {
			return e.Config.At("compare.rows", "no row has the name %q", row)
		}
	}
	e.Inputs = append(e.Inputs, source.Input{Role: "paper", Name: path, SHA256: stage.HashBytes(b), Bytes: len(b)})
	return nil
}

func (e *Experiment) openGenerator(ctx context.Context) error {
	cfg := e.Config
	src, err := source.Open(cfg.Generator.Model)
	if err != nil {
		return cfg.At("generator.model", "%s", err)
	}
	if pin := cfg.Generator.SHA256; pin != "" && pin != src.SHA256 {
		return cfg.At("generator.sha256", "is %s, but %s has %s", pin, src.Name, src.SHA256)
	}
	e.World = src.World
	e.Inputs = append(e.Inputs, src.Inputs("generator")...)
	if e.Generator, err = source.Generator(ctx, src, gan.Options{Truncation: cfg.Generator.Truncation, Output: cfg.Generator.Output}); err != nil {
		return cfg.At("generator.model", "%s", err)
	}
	if e.Cut, err = e.cutAt("session.layer", cfg.Session.Layer); err != nil {
		return err
	}
	if cfg.Session.MomentTruncation != cfg.Generator.Truncation {
		if e.measured, err = source.Generator(ctx, src, gan.Options{Truncation: cfg.Session.MomentTruncation, Output: cfg.Generator.Output}); err != nil {
			return cfg.At("session.moment_truncation", "%s", err)
		}
	}
	if last := int64(cfg.Samples.First) + int64(cfg.Samples.Count); cfg.Latents.Table && last > int64(cfg.Session.Rows) {
		return cfg.At("samples.table", "samples %d to %d are wanted, but the session's table has the rows 0 to %d (session.rows)",
			cfg.Samples.First, last-1, cfg.Session.Rows-1)
	}
	e.Table = latent.Table(cfg.Session.Seed, cfg.Session.Rows, e.Generator.Info().LatentDim)
	return nil
}

// cutAt finds the layer that a key of the config names, by its number or by a name that a listing of the generator shows.
func (e *Experiment) cutAt(key string, want config.Layer) (gan.Cut, error) {
	if want.Name != "" {
		layer, err := gan.FindLayer(e.Generator, want.Name)
		if err != nil {
			return nil, e.Config.At(key, "%s", err)
		}
		want.Number = layer.Number
	}
	cut, err := e.Generator.Cut(want.Number)
	if err != nil {
		return nil, e.Config.At(key, "%s (editable: %s)", err, layerNumbers(e.Generator.Layers()))
	}
	return cut, nil
}

// layerNumbers lists editable layers as "3, 4, 5".
func layerNumbers(layers []gan.Layer) string {
	var b bytes.Buffer
	for i, l := range layers {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, l.Number)
	}
	return b.String()
}

func (e *Experiment) openSession() error {
	cfg := e.Config
	s, input, err := readSession(cfg.Session.File)
	if err != nil {
		return cfg.At("session.file", "%s", err)
	}
	if pin := cfg.Session.SHA256; pin != "" && pin != input.SHA256 {
		return cfg.At("session.sha256", "is %s, but %s has %s", pin, cfg.Session.File, input.SHA256)
	}
	e.Session, e.Inputs = s, append(e.Inputs, input)
	if cfg.Session.Context != "" {
		other, input, err := readSession(cfg.Session.Context)
		if err == nil && len(other.Key) == 0 {
			err = fmt.Errorf("session %s has no context region of its own", cfg.Session.Context)
		}
		if err != nil {
			return cfg.At("session.context", "%s", err)
		}
		input.Role = "context"
		e.Session.Key, e.Inputs = other.Key, append(e.Inputs, input)
	}
	for name, region := range e.regions() {
		if region.Image < 0 || region.Image >= cfg.Session.Rows {
			key, file := "session.file", cfg.Session.File
			if cfg.Session.Context != "" && strings.HasPrefix(name, "key") {
				key, file = "session.context", cfg.Session.Context
			}
			return cfg.At(key, "session %s: %s is image %d, but the table has the rows 0 to %d (session.rows)", file, name, region.Image, cfg.Session.Rows-1)
		}
	}
	return nil
}

func readSession(path string) (*sessions.Session, source.Input, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, source.Input{}, err
	}
	s, err := sessions.Read(bytes.NewReader(file))
	if err != nil {
		return nil, source.Input{}, fmt.Errorf("session %s: %w", path, err)
	}
	return s, source.Input{Role: "session", Name: path, SHA256: stage.HashBytes(file), Bytes: len(file)}, nil
}

// regions yields all regions of the session that edits use, with their names.
func (e *Experiment) regions() func(func(string, sessions.Region) bool) {
	return func(yield func(string, sessions.Region) bool) {
		s := e.Session
		if s.Object != nil && !yield("object", *s.Object) {
			return
		}
		if s.Paste != nil && !yield("paste", *s.Paste) {
			return
		}
		for i, k := range s.Key {
			if !yield(fmt.Sprintf("key %d", i), k) {
				return
			}
		}
	}
}

func (e *Experiment) addColumns(nets *source.Networks) error {
	cfg := e.Config
	context := e.metricContext(nets)
	var all []metrics.Metric
	for _, entry := range cfg.Metrics {
		sets, entry, err := e.takeOver(entry)
		if err != nil {
			return err
		}
		spec, err := metrics.Decode(entry.Kind, entry.Name, entry.Params)
		if err != nil {
			return metricError(cfg, entry, err)
		}
		m, err := spec.Build(context)
		if err != nil {
			return metricError(cfg, entry, err)
		}
		all = append(all, m)
		if _, err := metrics.NewSet(all...); err != nil {
			return cfg.At(entry.Path, "%s", err)
		}
		set, err := metrics.NewSet(m)
		if err != nil {
			return cfg.At(entry.Path, "%s", err)
		}
		e.Columns = append(e.Columns, Column{Name: entry.Name, Kind: entry.Kind, Params: entry.Params, Scorer: set,
			Columns: set.Columns(), Inputs: nets.Take(), Sets: sets})
	}
	return nil
}

// metricError puts a mistake at the key that it is about.
func metricError(cfg *config.Experiment, entry config.Entry, err error) error {
	var p *metrics.ParamError
	if !errors.As(err, &p) {
		return cfg.At(entry.Path, "%s", err)
	}
	if p.Key == "kind" {
		return cfg.At(entry.Path+".kind", "no metric of kind %q (%s)", entry.Kind, config.Suggest(entry.Kind, metrics.Kinds()))
	}
	return cfg.At(entry.Path+"."+p.Key, "%s", p.Err)
}
