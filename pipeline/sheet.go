package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/experiment"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

type sheetCommand struct {
	Config string   `arg:"" help:"The experiment whose images are to be counted by hand."`
	Lists  []string `default:"middle,bottom" help:"What is counted."`
	From   string   `placeholder:"DIR" help:"Run directory with the edits; results/NAME of the config by default. What is missing is made."`
	Out    string   `placeholder:"DIR" help:"Directory to write into; sheets in the run directory by default."`
}

// countsFile is the file that people complete.
const countsFile = "counts.toml"

// Run implements the command.
func (s *sheetCommand) Run(c *command) error {
	cfg, err := config.Load(s.Config, c.set)
	if err != nil {
		return err
	}
	cfg.Metrics = nil // the counts, which one of them asks for, are not there yet
	e, err := experiment.Build(c.ctx, cfg)
	if err != nil {
		return err
	}
	dir := runDir(s.From, s.Config)
	if s.Out == "" {
		s.Out = filepath.Join(dir, "sheets")
	}
	store := &stage.Store{Dir: s.Out, FS: stage.Disk{}}
	sheets := make([]report.Sheet, len(e.Rows))
	for i, row := range e.Rows {
		sheets[i] = report.Sheet{Title: cfg.Title, Row: row.Name, Lists: s.Lists}
	}
	var mu sync.Mutex
	err = e.Sheets(c.ctx, dir, study.Options{Progress: c.progress(), Log: c.log}, func(row int, seed uint32, png []byte) error {
		file := fmt.Sprintf("%d/%d.png", row+1, seed)
		mu.Lock()
		sheets[row].Images = append(sheets[row].Images, report.SheetImage{Number: seed, File: file})
		mu.Unlock()
		return store.PublishPlain(file, png)
	})
	if err != nil {
		return err
	}
	var pages []string
	for i := range sheets {
		slices.SortFunc(sheets[i].Images, func(a, b report.SheetImage) int { return int(a.Number) - int(b.Number) })
		page, err := sheets[i].HTML()
		if err != nil {
			return err
		}
		name := fmt.Sprintf("%d.html", i+1)
		if err := store.PublishPlain(name, page); err != nil {
			return err
		}
		pages = append(pages, filepath.Join(s.Out, name))
	}
	counts := filepath.Join(s.Out, countsFile)
	if _, err := os.Stat(counts); errors.Is(err, fs.ErrNotExist) {
		if err := store.PublishPlain(countsFile, emptyCounts(sheets[0])); err != nil {
			return err
		}
	}
	if c.json {
		return c.object(map[string]any{"pages": pages, "counts": counts})
	}
	fmt.Fprintf(c.out, "%s\nwrite the numbers into %s\n", strings.Join(pages, "\n"), counts)
	return nil
}

// emptyCounts is the file of counts before anybody has counted: without rows, for an empty list would say that there is nothing.
func emptyCounts(s report.Sheet) []byte {
	first, last := s.Images[0].Number, s.Images[len(s.Images)-1].Number
	var b strings.Builder
	fmt.Fprintf(&b, "about = \"\" # who counted, when, on what\nimages = [%d, %d]\n", first, last)
	for _, l := range s.Lists {
		fmt.Fprintf(&b, "\n[lists.%s]\n", l)
	}
	return []byte(b.String())
}
