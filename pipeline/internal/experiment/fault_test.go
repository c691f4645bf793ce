package experiment

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// brokenDisk fails its n-th operation and all after it, as a disk that is full or gone does.
// It does not wait for the real disk: what is tested is the order of operations.
type brokenDisk struct {
	stage.Disk
	left *atomic.Int64
}

// newDisk is a disk that fails after n operations.
func newDisk(n int) brokenDisk {
	left := new(atomic.Int64)
	left.Store(int64(n))
	return brokenDisk{left: left}
}

func (d brokenDisk) fails() error {
	if d.left.Add(-1) < 0 {
		return syscall.ENOSPC
	}
	return nil
}

func (d brokenDisk) MkdirAll(dir string) error {
	if err := d.fails(); err != nil {
		return err
	}
	return d.Disk.MkdirAll(dir)
}

func (d brokenDisk) CreateTemp(dir, pattern string) (stage.File, error) {
	if err := d.fails(); err != nil {
		return nil, err
	}
	f, err := d.Disk.CreateTemp(dir, pattern)
	return brokenFile{f, d}, err
}

func (d brokenDisk) Rename(from, to string) error {
	if err := d.fails(); err != nil {
		return err
	}
	return d.Disk.Rename(from, to)
}

func (d brokenDisk) SyncDir(dir string) error {
	if err := d.fails(); err != nil {
		return err
	}
	return nil
}

type brokenFile struct {
	stage.File
	disk brokenDisk
}

func (f brokenFile) Write(b []byte) (int, error) {
	if err := f.disk.fails(); err != nil {
		n, _ := f.File.Write(b[:len(b)/2]) // a torn write
		return n, err
	}
	return f.File.Write(b)
}

func (f brokenFile) Sync() error {
	if err := f.disk.fails(); err != nil {
		return err
	}
	return nil
}

func (f brokenFile) Close() error {
	if err := f.disk.fails(); err != nil {
		f.File.Close()
		return err
	}
	return f.File.Close()
}

func TestP01ARunThatFailedAtAnyOperationEndsLikeAnUndisturbedOne(t *testing.T) {
	undisturbed := t.TempDir()
	newToy(t).mustRun(t, undisturbed, study.Options{Workers: 1})
	want := results(t, undisturbed)
	for n := 0; ; n++ {
		dir := t.TempDir()
		_, err := newToy(t).Run(context.Background(), dir, study.Options{Workers: 1, FS: newDisk(n)})
		if err == nil {
			if n < 50 {
				t.Fatalf("a run has only %d operations", n)
			}
			return
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("operation %d: %v", n, err)
		}
		newToy(t).mustRun(t, dir, study.Options{Workers: 1, FS: newDisk(math.MaxInt)})
		if diff := cmp.Diff(want, results(t, dir)); diff != "" {
			t.Fatalf("operation %d failed; the repaired run differs:\n%s", n, diff)
		}
	}
}

func TestP17AFullDiskStopsTheRunAndKeepsWhatIsDone(t *testing.T) {
	dir, x := t.TempDir(), newToy(t)
	_, err := x.Run(context.Background(), dir, study.Options{Workers: 1, FS: newDisk(120)})
	if err == nil || !strings.Contains(err.Error(), "publish ") || !strings.Contains(err.Error(), syscall.ENOSPC.Error()) {
		t.Fatalf("got %v", err)
	}
	first := x.scored.Load()
	again := newToy(t)
	again.mustRun(t, dir, study.Options{FS: newDisk(math.MaxInt)})
	if second := again.scored.Load(); first == 0 || second >= 23*3*2 || again.applied.Load() != 0 {
		t.Errorf("%d scored before the disk was full, %d after, %d methods applied again", first, second, again.applied.Load())
	}
}
