package figure

import (
	"context"
	"fmt"

	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/experiment"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/study"
)

// Source is a config and the directory of its run.
type Source struct {
	Config *config.Experiment
	Dir    string
}

// Figure is a finished one.
type Figure struct {
	PNG, SVG []byte
	Caption  string
}

// Last is the number of the paper's last figure; they begin with 1.
const Last = 18

// entry is one figure of the paper.
type entry struct {
	title string
	kind  config.Kind // of the configs that it is drawn from
	many  bool        // several configs may stand in it
	note  string      // for the caption: what the paper shows, what only people can judge
	draw  func(context.Context, *caption, []Source, study.Options) (drawing, error)
}

// drawing is what a figure is drawn as.
type drawing interface {
	PNG() ([]byte, error)
	SVG() ([]byte, error)
}

// Draw draws a figure of the paper. A config that it cannot be drawn from is a *config.Error.
func Draw(ctx context.Context, number int, sources []Source, o study.Options) (*Figure, error) {
	e, ok := catalogue[number]
	if !ok {
		return nil, fmt.Errorf("there is no figure %d: the paper has 1 to %d", number, Last)
	}
	if len(sources) > 1 && !e.many {
		return nil, &config.Error{Where: sources[1].Config.Path, What: fmt.Sprintf("figure %d is drawn from one config", number)}
	}
	for _, s := range sources {
		if s.Config.Kind != e.kind {
			return nil, &config.Error{Where: s.Config.Path, What: fmt.Sprintf("figure %d (%s) is drawn from %s; this config is %s", number, e.title, described[e.kind], described[s.Config.Kind])}
		}
	}
	c := &caption{number: number, figure: e, config: sources[0].Config.Path}
	d, err := e.draw(ctx, c, sources, o)
	if err != nil {
		return nil, err
	}
	if e.note != "" {
		c.say("%s", e.note)
	}
	f := &Figure{Caption: c.text()}
	if f.PNG, err = d.PNG(); err != nil {
		return nil, err
	}
	f.SVG, err = d.SVG()
	return f, err
}

var described = map[config.Kind]string{
	config.Table:       "a table of methods ([[method]] and [[metric]])",
	config.FIDLayers:   "distances of patches by layer ([fid_layers])",
	config.Reflections: "a rule of reflections ([reflections])",
}

// result is the result of a finished run; where there is none, the error says how to get it.
func (s Source) result() (*report.Result, error) {
	r, err := study.ReadResult(s.Dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; run it first: pipeline run %s", s.Dir, err, s.Config.Path)
	}
	return r, nil
}

// fromRun draws from the result of one run and tells its settings.
func fromRun[D drawing](do func(*caption, *report.Result) (D, error)) func(context.Context, *caption, []Source, study.Options) (drawing, error) {
	return func(_ context.Context, c *caption, sources []Source, _ study.Options) (drawing, error) {
		r, err := sources[0].result()
		if err != nil {
			return nil, err
		}
		d, err := do(c, r)
		if err != nil {
			return nil, err
		}
		c.settings(r)
		return d, nil
	}
}

func drawSideBySide(_ context.Context, c *caption, sources []Source, _ study.Options) (drawing, error) {
	var runs []*report.Result
	for _, s := range sources {
		r, err := s.result()
		if err != nil {
			return nil, err
		}
		runs = append(runs, r)
	}
	d, err := sideBySide(c, runs)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		c.settings(r)
	}
	return d, nil
}

func built(ctx context.Context, sources []Source) ([]*experiment.Experiment, error) {
	var out []*experiment.Experiment
	for _, s := range sources {
		e, err := experiment.Build(ctx, s.Config)
		if err != nil {
			return nil, err
		}
		if len(e.Session.Context()) == 0 {
			return nil, s.Config.At("session.file", "the session paints no region, so there is no rule to show")
		}
		out = append(out, e)
	}
	return out, nil
}

func drawSuccessive(ctx context.Context, c *caption, sources []Source, o study.Options) (drawing, error) {
	all, err := built(ctx, sources)
	if err != nil {
		return nil, err
	}
	return successive(ctx, c, all, o)
}

func drawKeys(ctx context.Context, c *caption, sources []Source, o study.Options) (drawing, error) {
	all, err := built(ctx, sources)
	if err != nil {
		return nil, err
	}
	return keys(ctx, c, all[0], o)
}
