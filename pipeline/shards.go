package main

import (
	"fmt"
	"os"

	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// share runs one shard, or the edits alone, and tells what is done.
func (r *runCommand) share(c *command, e study.Experiment, dir string) error {
	o := study.Options{Progress: c.progress(), Log: c.log}
	if r.Edits {
		made, failed, err := e.RunEdits(c.ctx, dir, o)
		if err != nil {
			return err
		}
		c.talk("%d of %d edits are in %s", made, made+failed, dir)
		return partial(failed)
	}
	shard, err := stage.ParseShard(r.Shard, os.Getenv)
	if err != nil {
		return &usageError{err}
	}
	share, err := e.RunShard(c.ctx, dir, shard, o)
	if err != nil {
		return err
	}
	if c.json {
		if err := c.object(share); err != nil {
			return err
		}
	}
	c.talk("shard %s: all its %d chunks are in %s; when every shard is done: pipeline merge %s", share.Shard, share.Chunks, dir, r.Config)
	return partial(share.Failed)
}

// partial is errPartial if something failed.
func partial(failed int) error {
	if failed > 0 {
		return errPartial
	}
	return nil
}

type mergeCommand struct {
	Config string `arg:"" help:"The experiment, a TOML file."`
	Out    string `placeholder:"DIR" help:"Run directory; results/NAME of the config by default."`
}

// Run implements the command.
func (m *mergeCommand) Run(c *command) error {
	e, err := c.open(m.Config)
	if err != nil {
		return err
	}
	dir := runDir(m.Out, m.Config)
	outcome, err := e.Merge(c.ctx, dir, study.Options{Progress: c.progress(), Log: c.log})
	if err != nil {
		return err
	}
	return c.show(outcome, dir)
}

// show prints the result of a run and where its report is.
func (c *command) show(o *study.Outcome, dir string) error {
	if err := c.table(o.Result); err != nil {
		return err
	}
	if o.Nothing {
		c.talk("nothing to do: all of %s is there and verified", dir)
	}
	c.talk("report: %s", fileOf(dir))
	return partial(o.Failed)
}

type slurmCommand struct {
	Config     string   `arg:"" help:"The experiment, a TOML file."`
	N          int      `short:"n" required:"" placeholder:"N" help:"Number of shards. Shards should last minutes, not seconds."`
	Out        string   `placeholder:"DIR" help:"Run directory, on a disk that all nodes share; results/NAME of the config by default."`
	Concurrent int      `default:"8" help:"How many shards may run at once."`
	CPUs       int      `default:"2" name:"cpus" help:"Cores of each task."`
	Time       string   `default:"04:00:00" help:"Time limit of each task."`
	Option     []string `placeholder:"OPTION" sep:"none" help:"Further sbatch options, such as --option=--partition=short."`
}

// Run implements the command. It prints and submits nothing.
func (s *slurmCommand) Run(c *command) error {
	if s.N < 1 || s.Concurrent < 1 || s.CPUs < 1 {
		return &usageError{fmt.Errorf("-n, --concurrent and --cpus must be at least 1")}
	}
	if _, err := c.open(s.Config); err != nil {
		return err // a mistake is better found here than in every task
	}
	text, err := s.script(c.set)
	if err != nil {
		return err
	}
	fmt.Fprint(c.out, text)
	return nil
}
