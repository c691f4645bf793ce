package experiment

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

const (
	resultFile   = "result.json"
	resolvedFile = "config.resolved.toml"
	reportSums   = "report/SHA256SUMS"
)

// summaryContent is what the report depends on. The program's version is part of it, for reports change with it.
func (e *Experiment) summaryContent(p *Plan) *stage.Content {
	c := stage.NewContent("report", summaryVersion).
		Set("config", string(e.resolved())).
		Set("commit", commit()).
		Set("published numbers", e.hashOf("paper"))
	for i := range e.Rows {
		for j := range e.Columns {
			c.Set(fmt.Sprintf("scores %s / %s", e.Rows[i].Name, e.Columns[j].Name), p.scores[i][j].Key)
		}
	}
	return c
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

// publishReport writes the result and all its forms, and their hashes last: where those verify, the rest is there.
func (r *run) publishReport(result *report.Result, failed int) error {
	key := r.plan.report.Key
	if failed > 0 {
		key = "" // a report with failures is not what the next run is satisfied with
	}
	return publishForms(r.store, result, key)
}

func publishForms(store *stage.Store, result *report.Result, key string) error {
	files, err := Forms(result)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if files[resultFile], err = report.JSON(result); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	var sums []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := store.PublishPlain(name, files[name]); err != nil {
			return err
		}
		sums = append(sums, stage.HashBytes(files[name])+"  ../"+name)
	}
	return store.Publish(reportSums, key, []byte(strings.Join(sums, "\n")))
}

// checkForms verifies the files of a report against their hashes.
func checkForms(store *stage.Store, sums []byte) error {
	for line := range strings.Lines(string(sums)) {
		hash, name, ok := strings.Cut(strings.TrimSpace(line), "  ../")
		if !ok {
			return fmt.Errorf("%s: %w: a line is broken", reportSums, stage.ErrDamaged)
		}
		b, err := store.FS.ReadFile(filepath.Join(store.Dir, filepath.FromSlash(name)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%s: %w", name, stage.ErrAbsent)
		case err != nil:
			return err
		case stage.HashBytes(b) != hash:
			return fmt.Errorf("%s: %w: its SHA-256 does not match %s", name, stage.ErrDamaged, reportSums)
		}
	}
	return nil
}

func (r *run) examineReport() error {
	s := r.plan.report
	return r.examine(s, s.Path, s.Key, func(sums []byte) error { return checkForms(r.store, sums) })
}

// ReadResult is the verified result of a run directory.
func ReadResult(store *stage.Store) (*report.Result, error) {
	sums, _, err := store.ReadAny(reportSums)
	if err != nil {
		return nil, fmt.Errorf("no finished report: %w", err)
	}
	b, err := store.FS.ReadFile(filepath.Join(store.Dir, resultFile))
	if err != nil {
		return nil, fmt.Errorf("no finished report: %w", err)
	}
	if !bytes.Contains(sums, []byte(stage.HashBytes(b)+"  ../"+resultFile)) {
		return nil, fmt.Errorf("%s: %w: its SHA-256 does not match %s", resultFile, stage.ErrDamaged, reportSums)
	}
	result, err := report.ReadJSON(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", resultFile, err)
	}
	return result, nil
}

// Rebuild renders the report of a finished run again from its result alone.
func Rebuild(dir string) (*report.Result, error) {
	store := &stage.Store{Dir: dir, FS: stage.Disk{}}
	result, err := ReadResult(store)
	if err != nil {
		return nil, err
	}
	_, key, err := store.ReadAny(reportSums)
	if err != nil {
		return nil, err
	}
	return result, publishForms(store, result, key)
}

// Open is the verified result of a finished run.
func Open(dir string) (*report.Result, error) {
	return ReadResult(&stage.Store{Dir: dir, FS: stage.Disk{}})
}
