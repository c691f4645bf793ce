package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// testdata/releases holds a finished run of the toy as each format of run directories wrote it. They are never made again: with
// REWRITING_RELEASE=NAME set, the test adds one of the present format instead.
const releases = "testdata/releases"

func TestP19RunDirectoriesOfOlderReleasesStayReadable(t *testing.T) {
	if name := os.Getenv("REWRITING_RELEASE"); name != "" {
		newToy(t).mustRun(t, filepath.Join(releases, name), study.Options{})
	}
	dirs, err := os.ReadDir(releases)
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, d := range dirs {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(filepath.Join(releases, d.Name()))); err != nil {
			t.Fatal(err)
		}
		result, err := study.ReadResult(dir)
		if err != nil || len(result.Rows) != 3 || result.Rows[0].Cells["change"].N != 23 {
			t.Errorf("%s: %v", d.Name(), err)
			continue
		}
		if s, err := study.ReadStatus(dir); err != nil || !s.Finished() {
			t.Errorf("%s: status %+v, %v", d.Name(), s, err)
		}
		if v, err := study.Verify(context.Background(), dir, 0, 1, study.Options{}, nil); err != nil || !v.Sound() {
			t.Errorf("%s: %+v, %v", d.Name(), v, err)
		}
		if _, err := study.Rebuild(dir); err != nil {
			t.Errorf("%s: the report again: %v", d.Name(), err)
		}
	}
}

func TestP19ARunDirectoryOfANewerReleaseIsRefusedByItsNumber(t *testing.T) {
	dir := t.TempDir()
	newToy(t).mustRun(t, dir, study.Options{})
	sums := filepath.Join(dir, filepath.FromSlash(study.ReportSums))
	b, err := os.ReadFile(sums)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(sums, []byte(strings.Replace(string(b), `{"rewriting":1,`, `{"rewriting":99,`, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := study.ReadResult(dir); err == nil || !strings.Contains(err.Error(), "newer version (format 99, this program reads 1)") {
		t.Errorf("files: %v", err)
	}
	store := &stage.Store{Dir: dir, FS: stage.Disk{}}
	text, err := json.Marshal(map[string]any{"schema": 99})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(store.PublishPlain(study.ResultFile, text), store.Publish(study.ReportSums, "", []byte(stage.HashBytes(text)+"  ../"+study.ResultFile))); err != nil {
		t.Fatal(err)
	}
	if _, err := study.ReadResult(dir); err == nil || !strings.Contains(err.Error(), "schema 99: this program reads 1 to 1") {
		t.Errorf("result: %v", err)
	}
}
