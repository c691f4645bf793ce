package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"rewriting/metrics"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

type plotCommand struct {
	Dirs   []string `arg:"" name:"rundir" help:"Directories that runs have finished."`
	Metric []string `placeholder:"KEY" help:"Columns to draw, by key or title; all that the tables show by default."`
	By     string   `placeholder:"SETTING" help:"What to go over: row; iteration, for losses; layer, rank or any other setting of the methods. By default the setting that a config lists values of, else row."`
	Format []string `enum:"svg,png" default:"svg,png" help:"svg, png or both."`
	Out    string   `placeholder:"DIR" help:"Directory to write into; plots in the first run directory by default."`
}

// Run implements the command.
func (p *plotCommand) Run(c *command) error {
	runs, err := openRuns(p.Dirs)
	if err != nil {
		return err
	}
	by := p.By
	if by == "" {
		if by = report.Swept(runs); by == "" {
			by = report.ByRow
		}
	}
	if known := report.Settings(runs); !slices.Contains(known, by) {
		return &usageError{fmt.Errorf("--by %s: no row has this setting (%s)", by, config.Suggest(by, known))}
	}
	columns, err := p.columns(runs)
	if err != nil {
		return &usageError{err}
	}
	out := p.Out
	if out == "" {
		out = filepath.Join(p.Dirs[0], "plots")
	}
	store := &stage.Store{Dir: out, FS: stage.Disk{}}
	var files []string
	keep := func(name string, d *report.Drawing, err error) error {
		if err != nil {
			return err
		}
		for _, format := range p.Format {
			write := d.SVG
			if format == "png" {
				write = d.PNG
			}
			b, err := write()
			if err != nil {
				return err
			}
			file := fmt.Sprintf("%s-by-%s.%s", name, by, format)
			if err := store.PublishPlain(file, b); err != nil {
				return err
			}
			files = append(files, filepath.Join(out, file))
		}
		return nil
	}
	if by == report.ByIteration {
		d, err := report.LossPlot(runs)
		if err := keep("loss", d, err); err != nil {
			return err
		}
		return c.list(files)
	}
	for _, col := range columns {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		d, err := draw(runs, by, col)
		if err := keep(col.Key, d, err); err != nil {
			return err
		}
	}
	return c.list(files)
}

func draw(runs []report.Named, by string, col metrics.Column) (*report.Drawing, error) {
	if by == report.ByRow {
		return report.RowPlot(runs, col)
	}
	return report.SweepPlot(runs, by, col)
}

// openRuns reads finished runs and names them by their directories, as shortly as tells them apart.
func openRuns(dirs []string) ([]report.Named, error) {
	var runs []report.Named
	for i, dir := range dirs {
		result, err := study.ReadResult(dir)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		name := filepath.Base(filepath.Clean(dir))
		for k, other := range dirs {
			if k != i && filepath.Base(filepath.Clean(other)) == name {
				name = filepath.ToSlash(filepath.Clean(dir))
			}
		}
		runs = append(runs, report.Named{Name: name, Result: result})
	}
	return runs, nil
}

// columns are those that were asked for, or all that hold a number.
func (p *plotCommand) columns(runs []report.Named) ([]metrics.Column, error) {
	shown := report.Shown(runs)
	if len(shown) == 0 && p.By != report.ByIteration {
		return nil, fmt.Errorf("%s: no column holds a number", strings.Join(p.Dirs, ", "))
	}
	if len(p.Metric) == 0 {
		return shown, nil
	}
	var out []metrics.Column
	var keys []string
	for _, col := range shown {
		keys = append(keys, col.Key)
	}
	for _, name := range p.Metric {
		i := slices.IndexFunc(shown, func(c metrics.Column) bool { return c.Key == name || strings.EqualFold(c.Title, name) })
		if i < 0 {
			return nil, fmt.Errorf("--metric %s: no such column, or no number in it (%s)", name, config.Suggest(name, keys))
		}
		out = append(out, shown[i])
	}
	return out, nil
}
