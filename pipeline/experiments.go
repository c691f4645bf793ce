package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"rewriting/pipeline/internal/experiment"
	"rewriting/pipeline/internal/progress"
	"rewriting/pipeline/internal/report"
)

type runCommand struct {
	Config string `arg:"" help:"The experiment, a TOML file."`
	Out    string `placeholder:"DIR" help:"Run directory; results/NAME of the config by default."`
}

// runDir is the default directory of a config's results.
func runDir(out, cfg string) string {
	if out != "" {
		return out
	}
	return filepath.Join("results", strings.TrimSuffix(filepath.Base(cfg), filepath.Ext(cfg)))
}

// Run implements the command.
func (r *runCommand) Run(c *command) error {
	e, err := c.open(r.Config)
	if err != nil {
		return err
	}
	dir := runDir(r.Out, r.Config)
	c.resume = r.again(c)
	outcome, err := e.Run(c.ctx, dir, experiment.Options{Progress: c.progress(), Log: c.log})
	if err != nil {
		return err
	}
	if c.json {
		if err := c.object(outcome.Result); err != nil {
			return err
		}
	} else {
		fmt.Fprint(c.out, report.Text(outcome.Result, c.textOptions()))
	}
	if outcome.Nothing {
		c.talk("nothing to do: all of %s is there and verified", dir)
	}
	c.talk("report: %s", filepath.Join(dir, "report", "index.html"))
	if outcome.Failed > 0 {
		return errPartial
	}
	return nil
}

// again is the command line that continues a run.
func (r *runCommand) again(c *command) string {
	parts := []string{"pipeline", "run", r.Config}
	if r.Out != "" {
		parts = append(parts, "--out", r.Out)
	}
	for _, s := range c.set {
		parts = append(parts, "--set", quote(s))
	}
	return strings.Join(parts, " ")
}

func quote(s string) string {
	if strings.ContainsAny(s, " '\"$`\\*?;&|<>()") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

func (c *command) textOptions() report.TextOptions {
	o := report.TextOptions{Width: 120, Color: c.colour()}
	if f, ok := c.out.(*os.File); ok && progress.IsTerminal(f) {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			o.Width = w
		}
	}
	return o
}

type planCommand struct {
	Config string `arg:"" help:"The experiment, a TOML file."`
	Out    string `placeholder:"DIR" help:"Run directory; results/NAME of the config by default."`
}

// Run implements the command.
func (p *planCommand) Run(c *command) error {
	e, err := c.open(p.Config)
	if err != nil {
		return err
	}
	plan, err := e.Plan(runDir(p.Out, p.Config))
	if err != nil {
		return err
	}
	if c.json {
		return c.object(plan)
	}
	for _, s := range plan.Stages {
		count := ""
		if s.Parts > 1 {
			count = fmt.Sprintf(" (%d of %d)", s.Done, s.Parts)
		}
		fmt.Fprintf(c.out, "%-11s %s%s\n", s.State, s.Name, count)
		for _, why := range s.Why {
			fmt.Fprintf(c.out, "%-11s   %s\n", "", why)
		}
	}
	return nil
}

type reportCommand struct {
	Dir string `arg:"" name:"rundir" help:"A directory that a run has finished."`
}

// Run implements the command.
func (r *reportCommand) Run(c *command) error {
	result, err := experiment.Rebuild(r.Dir)
	if err != nil {
		return fmt.Errorf("%s: %w", r.Dir, err)
	}
	if c.json {
		return c.object(result)
	}
	fmt.Fprint(c.out, report.Text(result, c.textOptions()))
	c.talk("report: %s", filepath.Join(r.Dir, "report", "index.html"))
	return nil
}
