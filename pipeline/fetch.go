package main

import (
	"fmt"
	"path/filepath"

	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/fetch"
	"rewriting/pipeline/internal/progress"
)

type fetchCommand struct {
	Config  string `arg:"" help:"The experiment, a TOML file."`
	Sources string `placeholder:"FILE" help:"Where files come from; sources.toml beside the config by default."`
}

// Run implements the command.
func (f *fetchCommand) Run(c *command) error {
	texts, err := config.Texts(f.Config, c.set)
	if err != nil {
		return err
	}
	path := f.Sources
	if path == "" {
		path = filepath.Join(filepath.Dir(f.Config), fetch.SourcesFile)
	}
	sources, err := fetch.ReadSources(path)
	if err != nil {
		return &usageError{err}
	}
	// Paths of a config are relative to it, names of the list to the list.
	var wanted []string
	for _, s := range sources.Files {
		for _, text := range texts {
			if filepath.Join(filepath.Dir(f.Config), filepath.FromSlash(text)) == sources.Place(s.Name) {
				wanted = append(wanted, s.Name)
				break
			}
		}
	}
	c.resume = "pipeline fetch " + quote(f.Config)
	report, err := sources.Fetch(c.ctx, wanted, fetch.Options{Progress: c.downloads(), Log: c.talk})
	if err != nil {
		return err
	}
	if c.json {
		return c.object(report)
	}
	for _, name := range report.Present {
		fmt.Fprintf(c.out, "present     %s\n", sources.Place(name))
	}
	for _, name := range report.Downloaded {
		fmt.Fprintf(c.out, "downloaded  %s\n", sources.Place(name))
	}
	for _, file := range report.ToMake {
		fmt.Fprintf(c.out, "to be made  %s\n            %s\n", sources.Place(file.Name), sources.Command(file))
	}
	return nil
}

// downloads shows files that arrive: bars on a terminal, else a line where each begins.
func (c *command) downloads() func(string) fetch.Meter {
	if c.quiet || c.json {
		return nil
	}
	return func(name string) fetch.Meter {
		if progress.IsTerminal(c.err) {
			return progress.NewBytes(c.err, name)
		}
		return &firstByte{c, name, false}
	}
}

// firstByte tells once that a file arrives, and how long it is.
type firstByte struct {
	*command
	name string
	told bool
}

func (f *firstByte) Set(done, total int64) {
	if !f.told {
		f.told = true
		f.talk("downloading %s, %s", f.name, size(total))
	}
}

func (f *firstByte) End() {}
