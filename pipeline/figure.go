package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/figure"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

type figureCommand struct {
	Number int      `arg:"" help:"Number of the figure in the paper, 1 to 18."`
	Config []string `arg:"" help:"The experiment that it is drawn from; several for figures 1 (edits one after the other) and 4 (side by side)."`
	From   []string `placeholder:"DIR" help:"Run directory of each config; results/NAME of the config by default."`
	Out    string   `placeholder:"DIR" help:"Directory to write into; figures in the first run directory by default."`
}

// Run implements the command.
func (f *figureCommand) Run(c *command) error {
	if f.Number < 1 || f.Number > figure.Last {
		return &usageError{fmt.Errorf("there is no figure %d: the paper has 1 to %d", f.Number, figure.Last)}
	}
	if len(f.From) > 0 && len(f.From) != len(f.Config) {
		return &usageError{errors.New("--from must be given once for each config")}
	}
	var sources []figure.Source
	for i, path := range f.Config {
		cfg, err := config.Load(path, c.set)
		if err != nil {
			return err
		}
		dir := ""
		if len(f.From) > 0 {
			dir = f.From[i]
		}
		sources = append(sources, figure.Source{Config: cfg, Dir: runDir(dir, path)})
	}
	drawn, err := figure.Draw(c.ctx, f.Number, sources, study.Options{Progress: c.progress(), Log: c.log})
	if err != nil {
		return err
	}
	out := f.Out
	if out == "" {
		out = filepath.Join(sources[0].Dir, "figures")
	}
	store := &stage.Store{Dir: out, FS: stage.Disk{}}
	var files []string
	for _, part := range []struct {
		suffix string
		bytes  []byte
	}{{"png", drawn.PNG}, {"svg", drawn.SVG}, {"txt", []byte(drawn.Caption)}} {
		name := fmt.Sprintf("figure-%d.%s", f.Number, part.suffix)
		if err := store.PublishPlain(name, part.bytes); err != nil {
			return err
		}
		files = append(files, filepath.Join(out, name))
	}
	return c.list(files)
}
