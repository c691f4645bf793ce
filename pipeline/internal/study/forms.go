package study

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
)

// Files of a run directory, besides chunks and artefacts.
const (
	ResultFile   = "result.json"
	ResolvedFile = "config.resolved.toml"
	ReportSums   = "report/SHA256SUMS" // hashes of all forms of the report, published last
)

// AddReport lays out the last stage of a plan. What it depends on is added to c, which holds what kinds know: the program's
// version is part of it, for reports change with it.
func (p *Plan) AddReport(c *stage.Content, resolved []byte) *Planned {
	c.Set("config", string(resolved)).Set("commit", commit())
	return p.Add("report", ReportSums, c, 1)
}

// Forms renders a result in every form, by file name.
func Forms(result *report.Result) (map[string][]byte, error) {
	page, err := report.HTML(result)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{
		"report/index.html": page,
		"report/table.md":   []byte(report.Markdown(result)),
		"report/table.csv":  []byte(report.CSV(result)),
		"report/table.tex":  []byte(report.LaTeX(result)),
		"report/table.txt":  []byte(report.Text(result, report.TextOptions{Width: 160})),
	}, nil
}

func publishForms(store *stage.Store, result *report.Result, key string) error {
	files, err := Forms(result)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if files[ResultFile], err = report.JSON(result); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	var sums []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := store.PublishPlain(name, files[name]); err != nil {
			return err
		}
		sums = append(sums, stage.HashBytes(files[name])+"  ../"+name)
	}
	return store.Publish(ReportSums, key, []byte(strings.Join(sums, "\n")))
}

// checkForms verifies the files of a report against their hashes.
func checkForms(store *stage.Store, sums []byte) error {
	for line := range strings.Lines(string(sums)) {
		hash, name, ok := strings.Cut(strings.TrimSpace(line), "  ../")
		if !ok {
			return fmt.Errorf("%s: %w: a line is broken", ReportSums, stage.ErrDamaged)
		}
		b, err := store.FS.ReadFile(filepath.Join(store.Dir, filepath.FromSlash(name)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%s: %w", name, stage.ErrAbsent)
		case err != nil:
			return err
		case stage.HashBytes(b) != hash:
			return fmt.Errorf("%s: %w: its SHA-256 does not match %s", name, stage.ErrDamaged, ReportSums)
		}
	}
	return nil
}

func readResult(store *stage.Store) (*report.Result, error) {
	sums, _, err := store.ReadAny(ReportSums)
	if err != nil {
		return nil, fmt.Errorf("no finished report: %w", err)
	}
	b, err := store.FS.ReadFile(filepath.Join(store.Dir, ResultFile))
	if err != nil {
		return nil, fmt.Errorf("no finished report: %w", err)
	}
	if !bytes.Contains(sums, []byte(stage.HashBytes(b)+"  ../"+ResultFile)) {
		return nil, fmt.Errorf("%s: %w: its SHA-256 does not match %s", ResultFile, stage.ErrDamaged, ReportSums)
	}
	result, err := report.ReadJSON(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ResultFile, err)
	}
	return result, nil
}

// Rebuild renders the report of a finished run again from its result alone.
func Rebuild(dir string) (*report.Result, error) {
	store := &stage.Store{Dir: dir, FS: stage.Disk{}}
	result, err := readResult(store)
	if err != nil {
		return nil, err
	}
	_, key, err := store.ReadAny(ReportSums)
	if err != nil {
		return nil, err
	}
	return result, publishForms(store, result, key)
}

// ReadResult is the verified result of a finished run.
func ReadResult(dir string) (*report.Result, error) {
	return readResult(&stage.Store{Dir: dir, FS: stage.Disk{}})
}
