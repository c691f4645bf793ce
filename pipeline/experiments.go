package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/progress"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/study"
)

type runCommand struct {
	Config string `arg:"" help:"The experiment, a TOML file."`
	Out    string `placeholder:"DIR" help:"Run directory; results/NAME of the config by default."`
	Shard  string `placeholder:"I/N" xor:"part" help:"Compute the chunks of one of N shards into a shared run directory, and no report: 2/7, or auto/7 in a Slurm array or Kubernetes Indexed Job, or auto."`
	Edits  bool   `xor:"part" help:"Compute what all shards need, the edits, and nothing else."`
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
	if r.Shard != "" || r.Edits {
		return r.share(c, e, dir)
	}
	outcome, err := e.Run(c.ctx, dir, study.Options{Progress: c.progress(), Log: c.log})
	if err != nil {
		return err
	}
	return c.show(outcome, dir)
}

// table prints a result: as text that fits the terminal, or as JSON.
func (c *command) table(result *report.Result) error {
	if c.json {
		return c.object(result)
	}
	fmt.Fprint(c.out, report.Text(result, c.textOptions()))
	return nil
}

// fileOf is the page of a run's report.
func fileOf(dir string) string { return filepath.Join(dir, "report", "index.html") }

// again is the command line that continues a run.
func (r *runCommand) again(c *command) string {
	parts := []string{"pipeline", "run", quote(r.Config)}
	if r.Out != "" {
		parts = append(parts, "--out", quote(r.Out))
	}
	if r.Shard != "" {
		parts = append(parts, "--shard", quote(r.Shard))
	}
	if r.Edits {
		parts = append(parts, "--edits")
	}
	for _, s := range c.set {
		parts = append(parts, "--set", quote(s))
	}
	return strings.Join(parts, " ")
}

func quote(s string) string {
	if s == "" || strings.ContainsAny(s, " \t\n'\"$`\\*?;&|<>()") {
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
	Probe  bool   `default:"true" negatable:"" help:"Measure a little of what is left, to tell how long it will take."`
}

// Run implements the command.
func (p *planCommand) Run(c *command) error {
	cfg, err := config.Load(p.Config, c.set)
	if err != nil {
		return err
	}
	e, err := build(c.ctx, cfg)
	if err != nil {
		return err
	}
	dir := runDir(p.Out, p.Config)
	plan, err := e.Plan(dir)
	if err != nil {
		return err
	}
	plan.Missing = cfg.Missing
	if p.Probe && !plan.Complete() {
		if plan.Forecast, err = study.Foresee(c.ctx, e, plan, dir, study.Options{}); err != nil {
			return fmt.Errorf("probe (--no-probe leaves it out): %w", err)
		}
	}
	if c.json {
		return c.object(plan)
	}
	showPlan(c.out, plan)
	return nil
}

// showPlan prints the stages, each with the reason why it runs, and what a run will cost.
func showPlan(out io.Writer, plan *study.Plan) {
	name := func(s *study.Planned) string {
		if s.Parts > 1 {
			return fmt.Sprintf("%s (%d of %d)", s.Name, s.Done, s.Parts)
		}
		return s.Name
	}
	width := 0
	for _, s := range plan.Stages {
		if len(s.Why) > 0 {
			width = max(width, utf8.RuneCountInString(name(s)))
		}
	}
	for _, s := range plan.Stages {
		if len(s.Why) == 0 {
			fmt.Fprintf(out, "%-11s %s\n", s.State, name(s))
			continue
		}
		state, title := string(s.State), name(s)
		for _, why := range reasons(s.Why) {
			fmt.Fprintf(out, "%-11s %-*s  %s\n", state, width, title, why)
			state, title = "", ""
		}
	}
	for _, m := range plan.Missing {
		fmt.Fprintf(out, "%-11s %s\n", "missing", m)
	}
	f := plan.Forecast
	if f == nil {
		return
	}
	fmt.Fprintf(out, "about %s on this machine, %s to be written%s\n", duration(f.Seconds), size(f.Bytes), ofFree(f.Free))
	if f.Alone > 0 {
		fmt.Fprintf(out, "other work takes processors now; without it about %s\n", duration(f.Alone))
	}
	for _, u := range f.Unknown {
		fmt.Fprintln(out, "not in this time: "+u)
	}
}

// reasons are the first of them, each on one line; --json has all.
func reasons(why []string) []string {
	const most = 6
	var out []string
	for _, w := range why[:min(most, len(why))] {
		out = append(out, strings.Join(strings.Fields(w), " "))
	}
	if more := len(why) - most; more > 0 {
		out = append(out, fmt.Sprintf("and %d more", more))
	}
	return out
}

// ofFree compares with the room on the disk, where it is known.
func ofFree(free int64) string {
	if free == 0 {
		return ""
	}
	return ", " + size(free) + " free"
}

// size writes bytes for people.
func size(n int64) string {
	const unit = 1000
	v, names := float64(n), []string{"B", "kB", "MB", "GB", "TB"}
	for len(names) > 1 && v >= unit {
		v, names = v/unit, names[1:]
	}
	return fmt.Sprintf("%.3g %s", v, names[0])
}

type reportCommand struct {
	Dir string `arg:"" name:"rundir" help:"A directory that a run has finished."`
}

// Run implements the command.
func (r *reportCommand) Run(c *command) error {
	result, err := study.Rebuild(r.Dir)
	if err != nil {
		return fmt.Errorf("%s: %w", r.Dir, err)
	}
	if err := c.table(result); err != nil {
		return err
	}
	c.talk("report: %s", fileOf(r.Dir))
	return nil
}
