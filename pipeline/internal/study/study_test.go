package study

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
)

// toy is a study of three levels: a file that shifts, chunks of shifted seeds, and their sum.
type toy struct {
	*Study
	calls atomic.Int64
}

func newToy(shift, count int) *toy {
	x := &toy{Study: &Study{Title: "toy", Config: "toy.toml", Resolved: []byte("title = \"toy\"\n"), ReportVersion: 1,
		Samples: Samples{Count: count, First: 3, Chunk: 4}}}
	number := func(n int) []byte { return binary.LittleEndian.AppendUint64(nil, uint64(n)) }
	read := func(b []byte) int { return int(binary.LittleEndian.Uint64(b)) }
	base := x.Add(&Stage{Name: "shift", Path: "artefacts/shift-KEY.bin", Steps: 1, Content: Content("shift", 1).Set("by", shift),
		Compute: func(_ context.Context, _ *Reader, _ stage.Range, m Meter) ([]byte, error) {
			x.calls.Add(1)
			return number(shift), nil
		}})
	shifted := x.Add(&Stage{Name: "shifted", Path: "chunks/shifted-KEY", Suffix: ".bin", Chunked: true, Content: Content("shifted", 1), Needs: []*Stage{base},
		Compute: func(_ context.Context, in *Reader, part stage.Range, m Meter) ([]byte, error) {
			x.calls.Add(1)
			b, err := in.File(base)
			if err != nil {
				return nil, err
			}
			var out []byte
			for i := range part.Count {
				out = append(out, number(int(part.First)+i+read(b))...)
				m.Add(1)
			}
			return out, nil
		},
		Check: func(b []byte, part stage.Range) error {
			if len(b) != 8*part.Count {
				return fmt.Errorf("%d bytes", len(b))
			}
			return nil
		}})
	sum := x.Add(&Stage{Name: "sum", Path: "artefacts/sum-KEY.bin", Content: Content("sum", 1), Needs: []*Stage{shifted},
		Compute: func(_ context.Context, in *Reader, _ stage.Range, _ Meter) ([]byte, error) {
			x.calls.Add(1)
			total := 0
			err := in.Chunks(shifted, func(_ stage.Range, b []byte) error {
				for ; len(b) > 0; b = b[8:] {
					total += read(b)
				}
				return nil
			})
			return number(total), err
		}})
	x.Study.Report = func(_ context.Context, in *Reader) (*report.Result, error) {
		b, err := in.File(sum)
		if err != nil {
			return nil, err
		}
		return &report.Result{Facts: []report.Fact{{Name: "sum", Value: fmt.Sprint(read(b))}}}, nil
	}
	return x
}

func (x *toy) mustRun(t *testing.T, dir string, o Options) *Outcome {
	t.Helper()
	out, err := x.Run(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// files are those of a run whose bytes must not depend on how it was computed.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasPrefix(path, "chunks") && !strings.HasPrefix(path, "artefacts") {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, path))
		out[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAStudyRunsOnceAndReportsWhatItsStagesSay(t *testing.T) {
	dir, x := t.TempDir(), newToy(10, 10)
	out := x.mustRun(t, dir, Options{})
	if got := out.Result.Facts[0].Value; got != "175" || out.Nothing {
		t.Errorf("sum %s", got)
	}
	if n := x.calls.Load(); n != 5 {
		t.Errorf("%d files computed", n)
	}
	again := newToy(10, 10)
	if out := again.mustRun(t, dir, Options{}); !out.Nothing || again.calls.Load() != 0 || out.Result.Facts[0].Value != "175" {
		t.Errorf("the second run computed %d files", again.calls.Load())
	}
	if s, err := ReadStatus(dir); err != nil || !s.Finished() || s.Parts != 6 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestP05OnlyWhatDependsOnAChangeRunsAgainAndThePlanSaysWhy(t *testing.T) {
	dir := t.TempDir()
	newToy(10, 10).mustRun(t, dir, Options{})
	for _, test := range []struct {
		name         string
		shift, count int
		calls        int64
		why          string
	}{
		{"the shift", 11, 10, 5, "by: 10 -> 11"},
		{"more samples, a full chunk more", 11, 12, 2, "1 of 3 parts are missing"},
	} {
		x := newToy(test.shift, test.count)
		p, err := x.Plan(dir)
		if err != nil {
			t.Fatal(err)
		}
		if text := fmt.Sprint(p.Stages[0].Why, p.Stages[1].Why); !strings.Contains(text, test.why) {
			t.Errorf("%s: the plan says %s", test.name, text)
		}
		x.mustRun(t, dir, Options{})
		if n := x.calls.Load(); n != test.calls {
			t.Errorf("%s: %d files computed, want %d", test.name, n, test.calls)
		}
	}
}

func TestP05AnotherBuildMakesTheReportAgainAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	newToy(10, 10).mustRun(t, dir, Options{})
	this := commit
	defer func() { commit = this }()
	commit = func() string { return "0123456" }
	x := newToy(10, 10)
	p, err := x.Plan(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Stages {
		if again := s.State != Done; again != (s.Path == ReportSums) || again && !strings.Contains(fmt.Sprint(s.Why), "commit: ") {
			t.Errorf("%s: %s, %v", s.Name, s.State, s.Why)
		}
	}
	if out := x.mustRun(t, dir, Options{}); out.Nothing || x.calls.Load() != 0 {
		t.Errorf("nothing %v, %d files computed", out.Nothing, x.calls.Load())
	}
}

func TestP01AfterEveryFailedOperationTheNextRunGivesTheSameBytes(t *testing.T) {
	undisturbed := t.TempDir()
	newToy(10, 10).mustRun(t, undisturbed, Options{})
	want := files(t, undisturbed)
	for n := 0; ; n++ {
		dir := t.TempDir()
		left := new(atomic.Int64)
		left.Store(int64(n))
		_, err := newToy(10, 10).Run(context.Background(), dir, Options{Workers: 1, FS: fullDisk{left: left}})
		newToy(10, 10).mustRun(t, dir, Options{})
		if diff := cmp.Diff(want, files(t, dir)); diff != "" {
			t.Fatalf("after %d renames:\n%s", n, diff)
		}
		if err == nil {
			if n < 6 {
				t.Errorf("a run has only %d renames", n)
			}
			return
		}
	}
}

// fullDisk fails to rename from some moment on.
type fullDisk struct {
	stage.Disk
	left *atomic.Int64
}

func (d fullDisk) Rename(from, to string) error {
	if d.left.Add(-1) < 0 {
		return syscall.ENOSPC
	}
	return d.Disk.Rename(from, to)
}

func TestP07ShardsAndWorkersGiveTheSameBytes(t *testing.T) {
	whole := t.TempDir()
	newToy(10, 23).mustRun(t, whole, Options{Workers: 1})
	want := files(t, whole)
	for _, n := range []int{1, 2, 3, 7} {
		dir := t.TempDir()
		if _, err := newToy(10, 23).Merge(context.Background(), filepath.Join(dir, "none"), Options{}); err == nil {
			t.Error("merged what is not there")
		}
		if made, failed, err := newToy(10, 23).RunEdits(context.Background(), dir, Options{}); made != 1 || failed != 0 || err != nil {
			t.Errorf("%d made, %d failed, %v", made, failed, err)
		}
		for i := n; i >= 1; i-- {
			if i == 1 {
				if _, err := newToy(10, 23).Merge(context.Background(), dir, Options{}); !errors.Is(err, ErrIncomplete) || !strings.Contains(err.Error(), "chunks/shifted-") {
					t.Errorf("a shard is missing: %v", err)
				}
			}
			if _, err := newToy(10, 23).RunShard(context.Background(), dir, stage.Shard{Index: i, Count: n}, Options{}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := newToy(10, 23).Merge(context.Background(), dir, Options{}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, files(t, dir)); diff != "" {
			t.Errorf("%d shards:\n%s", n, diff)
		}
	}
}

func TestP03DamageIsFoundAndANumberThatDoesNotComeOutAgainIsSetAside(t *testing.T) {
	dir, x := t.TempDir(), newToy(10, 10)
	x.mustRun(t, dir, Options{})
	want := files(t, dir)
	p, planned := x.plan()
	f := p.Files(planned[1])[1]
	store := &stage.Store{Dir: dir, FS: stage.Disk{}}
	payload, err := store.Read(f.Path, f.Key)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Publish(f.Path, f.Key, append([]byte{payload[0] + 1}, payload[1:]...)); err != nil {
		t.Fatal(err)
	}
	v := &Verified{}
	if err := newToy(10, 10).Recompute(context.Background(), dir, v, 5, 1, Options{}); err != nil {
		t.Fatal(err)
	}
	if len(v.Differing) != 2 { // the chunk, and the sum that no longer belongs to it
		t.Errorf("recomputed %v, differing %v", v.Recomputed, v.Differing)
	}
	newToy(10, 10).mustRun(t, dir, Options{})
	got := files(t, dir)
	for name := range got {
		if strings.HasSuffix(name, ".differs") {
			delete(got, name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// Whole by its hash, but impossible: the check of the stage refuses it.
	if err := store.Publish(f.Path, f.Key, bytes.Clone(payload[:8])); err != nil {
		t.Fatal(err)
	}
	if p, err := newToy(10, 10).Plan(dir); err != nil || p.Complete() || !strings.Contains(fmt.Sprint(p.Stages[1].Why), "damaged: 8 bytes") {
		t.Errorf("%v, %v", p.Stages[1].Why, err)
	}
}

func TestAForecastTellsWhatOtherWorkOnTheMachineAdds(t *testing.T) {
	for _, c := range []struct{ wall, processor, alone float64 }{
		{10, 10, 0}, {10, 19, 0}, {10, 9, 0}, // one or two processors at work
		{10, 2, 20}, // four fifths of the time was others'
		{10, 0, 0},  // cannot be told
	} {
		f := Forecast{Seconds: 100}
		if f.alone(c.wall, c.processor); f.Alone != c.alone {
			t.Errorf("%v seconds with %v of a processor: %v alone, want %v", c.wall, c.processor, f.Alone, c.alone)
		}
	}
}
