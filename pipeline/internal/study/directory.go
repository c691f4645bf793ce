package study

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/BurntSushi/toml"

	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
)

// Directory is a run directory that is being worked in.
type Directory struct {
	Options
	Store   *stage.Store
	Journal *stage.Journal

	mu       sync.Mutex
	warnings []string
}

// NewDirectory is the directory dir. Nothing is written yet, and it need not exist. The options must be filled.
func NewDirectory(dir string, o Options) *Directory {
	return &Directory{Options: o, Store: &stage.Store{Dir: dir, FS: o.FS}, Journal: stage.OpenJournal(dir)}
}

// Alone makes dir, holds its lock and removes what a killed run has left unfinished, while do works in it.
func Alone(dir string, do func() (*Outcome, error)) (*Outcome, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("run directory: %w", err)
	}
	return locked(dir, stage.Sweep, do)
}

// AfterShards is Alone for a merge: dir must exist, and what any shard has left unfinished is removed.
func AfterShards(dir string, do func() (*Outcome, error)) (*Outcome, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("run directory: %w", err)
	}
	return locked(dir, stage.SweepShared, do)
}

func locked(dir string, sweep func(string), do func() (*Outcome, error)) (*Outcome, error) {
	lock, err := stage.Acquire(dir)
	if err != nil {
		return nil, err
	}
	sweep(dir)
	outcome, err := do()
	if free := lock.Release(); err == nil && free != nil {
		err = fmt.Errorf("run directory %s: %w", dir, free)
	}
	return outcome, err
}

// Share makes the directory for work beside other processes.
func (d *Directory) Share() error {
	if err := os.MkdirAll(d.Store.Dir, 0o777); err != nil {
		return fmt.Errorf("run directory: %w", err)
	}
	d.Store.Shared = true
	return nil
}

// Announce writes down what will be computed, before it is: the plan, and the config with every default filled in.
func (d *Directory) Announce(p *Plan, resolved []byte) error {
	if was, now := d.heldTitle(), title(resolved); was != "" && was != now {
		d.Log.Warn("this directory held another experiment: its finished parts stay, its report is replaced; --out names another directory",
			"directory", d.Store.Dir, "held", was, "now", now)
	}
	if err := p.publish(d.Store); err != nil {
		return err
	}
	return d.Store.PublishPlain(ResolvedFile, resolved)
}

// heldTitle is the title of the experiment that was announced here before, empty if there is none.
func (d *Directory) heldTitle() string {
	text, err := os.ReadFile(filepath.Join(d.Store.Dir, ResolvedFile))
	if err != nil {
		return ""
	}
	return title(text)
}

// title is the title of a resolved config, empty where it cannot be read.
func title(resolved []byte) string {
	var c struct{ Title string }
	if _, err := toml.Decode(string(resolved), &c); err != nil {
		return ""
	}
	return c.Title
}

// ErrFailedBefore marks a file that is whole but holds samples that failed: it is computed again.
var ErrFailedBefore = errors.New("holds failed samples")

// Examine counts a file of a stage as done if it verifies and its content is accepted. A file that does not verify does not
// exist; a damaged one is named.
func (d *Directory) Examine(s *Planned, f File, accept func([]byte) error) error {
	payload, err := d.Store.Read(f.Path, f.Key)
	if err == nil && accept != nil {
		if err = accept(payload); err != nil && !errors.Is(err, ErrFailedBefore) {
			err = fmt.Errorf("%s: %w: %w", f.Path, stage.ErrDamaged, err)
		}
	}
	switch {
	case err == nil:
		s.Done++
	case errors.Is(err, stage.ErrDamaged):
		s.Why = append(s.Why, err.Error())
		d.Warn(err)
	case errors.Is(err, ErrFailedBefore), stage.Missing(err):
	default:
		return err // the disk cannot be read: nobody knows what is there
	}
	return nil
}

// ExamineReport is Examine for the report and all its forms.
func (d *Directory) ExamineReport(s *Planned) error {
	return d.Examine(s, File{Path: s.Path, Key: s.Key}, func(sums []byte) error { return checkForms(d.Store, sums) })
}

// Warn notes a damaged file once; absent and stale ones are ordinary.
func (d *Directory) Warn(err error) {
	if !errors.Is(err, stage.ErrDamaged) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if slices.Contains(d.warnings, err.Error()) {
		return
	}
	d.warnings = append(d.warnings, err.Error())
	d.Log.Warn("a damaged file is computed again", "file", err.Error())
}

// Took notes how long a stage ran. A journal that cannot be written costs the report a line, not the run.
func (d *Directory) Took(name, key string, started time.Time) {
	entry := stage.Entry{Stage: name, Key: key, Seconds: time.Since(started).Seconds()}
	if err := d.Journal.Add(entry); err != nil {
		d.Log.Warn("time not recorded", "error", err)
	}
}

// Finished is the outcome of a run with nothing left to do.
func (d *Directory) Finished(p *Plan) (*Outcome, error) {
	result, err := readResult(d.Store)
	return &Outcome{Result: result, Plan: p, Nothing: true}, err
}

// PublishReport writes the result and all its forms, and their hashes last: where those verify, the rest is there.
func (d *Directory) PublishReport(p *Plan, result *report.Result, failed int) error {
	key := p.ReportKey()
	if failed > 0 {
		key = "" // a report with failures is not what the next run is satisfied with
	}
	return publishForms(d.Store, result, key)
}
