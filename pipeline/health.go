package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

type statusCommand struct {
	Dir   string        `arg:"" name:"rundir" help:"A run directory."`
	Watch bool          `help:"Tell again until the run is finished."`
	Every time.Duration `default:"2s" help:"How often to look while watching."`
}

// Run implements the command.
func (s *statusCommand) Run(c *command) error {
	for {
		status, err := study.ReadStatus(s.Dir)
		if errors.Is(err, study.ErrNoRun) {
			return &usageError{err}
		}
		if err != nil {
			return err
		}
		if err := c.status(status, s.Watch); err != nil || !s.Watch || status.Finished() {
			return err
		}
		select {
		case <-c.ctx.Done():
			return c.ctx.Err()
		case <-time.After(s.Every):
		}
	}
}

// status prints how far a run has come, one line while watching.
func (c *command) status(s *study.Status, brief bool) error {
	if c.json {
		return c.object(s)
	}
	if !brief {
		for _, st := range s.Stages {
			fmt.Fprintf(c.out, "%-11s %s (%d of %d)\n", st.State, st.Name, st.Done, st.Parts)
		}
	}
	state := "not running"
	switch {
	case s.Finished():
		state = "finished"
	case s.Running != nil:
		state = fmt.Sprintf("running: process %d on %s since %s", s.Running.PID, s.Running.Host, s.Running.Started.Format(time.RFC3339))
	}
	line := fmt.Sprintf("%d of %d files, %s", s.Done, s.Parts, state)
	if s.Left > 0 {
		line += ", about " + duration(s.Left) + " left at the pace of the last files"
	}
	fmt.Fprintln(c.out, line)
	for _, f := range s.Failed {
		fmt.Fprintln(c.out, "failed: "+f)
	}
	return nil
}

// duration rounds seconds for people.
func duration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

type verifyCommand struct {
	Dir    string `arg:"" name:"rundir" help:"A run directory."`
	Chunks int    `default:"2" help:"How many chunks, drawn at random, to compute again and compare; 0 for none."`
	Seed   uint64 `help:"Seed of the draw; 0 draws another every time."`
}

// Run implements the command.
func (v *verifyCommand) Run(c *command) error {
	if v.Seed == 0 {
		v.Seed = rand.Uint64()
	}
	found, err := study.Verify(c.ctx, v.Dir, v.Chunks, v.Seed, study.Options{Progress: c.progress(), Log: c.log}, build)
	if errors.Is(err, study.ErrNoRun) {
		return &usageError{err}
	}
	if found == nil {
		return err
	}
	if c.json {
		if err := c.object(found); err != nil {
			return err
		}
	} else {
		for _, m := range found.Missing {
			fmt.Fprintln(c.out, "missing:  "+m)
		}
		for _, d := range found.Damaged {
			fmt.Fprintln(c.out, "damaged:  "+d)
		}
		for _, d := range found.Differing {
			fmt.Fprintln(c.out, "differs:  "+d+" (set aside as "+filepath.Base(d)+".differs)")
		}
		fmt.Fprintf(c.out, "%d files read, %d chunks computed again (seed %d): %v\n", found.Files, len(found.Recomputed), v.Seed, found.Recomputed)
	}
	if err == nil && !found.Sound() {
		err = fmt.Errorf("%s: %d files missing, %d damaged, %d differ; `pipeline run` makes just these again", v.Dir, len(found.Missing), len(found.Damaged), len(found.Differing))
	}
	return err
}

type checkCommand struct {
	Dir    string `arg:"" name:"rundir" help:"A directory that a run has finished."`
	File   string `arg:"" name:"thresholds" help:"Limits of the numbers, a TOML file."`
	Update bool   `help:"Write the file from the run instead: every number may move within twice its 95 % interval, and by 3 % of its value at least."`
}

// errMoved ends a check with numbers outside their limits; they have been told.
var errMoved = errors.New("numbers are outside their thresholds")

// Run implements the command.
func (k *checkCommand) Run(c *command) error {
	result, err := study.ReadResult(k.Dir)
	if err != nil {
		return fmt.Errorf("%s: %w", k.Dir, err)
	}
	if k.Update {
		text, err := report.BoundsOf(result).TOML()
		if err != nil {
			return err
		}
		store := &stage.Store{Dir: filepath.Dir(k.File), FS: stage.Disk{}}
		if err := store.PublishPlain(filepath.Base(k.File), text); err != nil {
			return err
		}
		return c.list([]string{k.File})
	}
	bounds, err := report.ReadBounds(k.File)
	if err != nil {
		return &usageError{err}
	}
	moved := bounds.Check(result)
	if c.json {
		if err := c.object(map[string]any{"checked": len(bounds.Bound), "moved": moved}); err != nil {
			return err
		}
	} else {
		fmt.Fprint(c.out, report.MovedText(moved))
		fmt.Fprintf(c.out, "%d of %d numbers within their thresholds\n", len(bounds.Bound)-len(moved), len(bounds.Bound))
	}
	if len(moved) > 0 {
		return fmt.Errorf("%s: %d %w", k.Dir, len(moved), errMoved)
	}
	return nil
}
