package experiment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// wholeResults are all files of a run, the result with its times left out.
func wholeResults(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := results(t, dir)
	result, err := study.ReadResult(dir)
	if err != nil {
		t.Fatal(err)
	}
	result.Times = nil
	text, err := report.JSON(result)
	if err != nil {
		t.Fatal(err)
	}
	files[study.ResultFile] = string(text)
	return files
}

func TestP07ShardsInAnyOrderKilledAndRepeatedGiveTheSameBytes(t *testing.T) {
	sets := []string{"samples.count=47", "samples.chunk=5"}
	undisturbed := t.TempDir()
	newToy(t, sets...).mustRun(t, undisturbed, study.Options{})
	want := wholeResults(t, undisturbed)
	random := rand.New(rand.NewPCG(7, 7))
	for _, n := range []int{1, 2, 3, 7} {
		t.Run(fmt.Sprintf("%d shards", n), func(t *testing.T) {
			dir := t.TempDir()
			order := append(random.Perm(n), random.IntN(n)) // one of them twice
			for _, i := range order {
				shard := stage.Shard{Index: i + 1, Count: n}
				// Every shard fails somewhere first, with half a file written, as a killed one leaves it.
				_, err := newToy(t, sets...).RunShard(context.Background(), dir, shard, study.Options{FS: newDisk(random.IntN(60))})
				if err != nil && !errors.Is(err, syscall.ENOSPC) {
					t.Fatal(err)
				}
				if _, err := newToy(t, sets...).RunShard(context.Background(), dir, shard, study.Options{FS: newDisk(math.MaxInt)}); err != nil {
					t.Fatal(err)
				}
			}
			x := newToy(t, sets...)
			if _, err := x.Merge(context.Background(), dir, study.Options{FS: newDisk(math.MaxInt)}); err != nil {
				t.Fatal(err)
			}
			if x.scored.Load() != 0 {
				t.Error("the merge scored samples")
			}
			if diff := cmp.Diff(want, wholeResults(t, dir)); diff != "" {
				t.Errorf("the merged run differs:\n%s", diff)
			}
			if o, err := newToy(t, sets...).Merge(context.Background(), dir, study.Options{}); err != nil || !o.Nothing {
				t.Errorf("a second merge: %v", err)
			}
		})
	}
}

func TestP06AMergeRefusesWhileAChunkIsMissing(t *testing.T) {
	dir := t.TempDir()
	merge := func() error {
		_, err := newToy(t).Merge(context.Background(), dir, study.Options{FS: newDisk(math.MaxInt)})
		return err
	}
	if err := merge(); !errors.Is(err, study.ErrIncomplete) {
		t.Fatalf("nothing run: %v", err)
	}
	shard := func(i int) {
		if _, err := newToy(t).RunShard(context.Background(), dir, stage.Shard{Index: i, Count: 2}, study.Options{FS: newDisk(math.MaxInt)}); err != nil {
			t.Fatal(err)
		}
	}
	shard(1)
	if err := merge(); !errors.Is(err, study.ErrIncomplete) || !strings.Contains(err.Error(), "000010-000019.csv") {
		t.Fatalf("one of two shards: %v", err)
	}
	shard(2)
	// A truncated chunk is as good as none.
	files, err := filepath.Glob(filepath.Join(dir, "chunks", "toy-*", "*", "000010-000019.csv"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	if err := os.Truncate(files[0], 40); err != nil {
		t.Fatal(err)
	}
	if err := merge(); !errors.Is(err, study.ErrIncomplete) {
		t.Fatalf("a truncated chunk: %v", err)
	}
	shard(2)
	if err := merge(); err != nil {
		t.Fatal(err)
	}
}

func TestP17AShardsFailedSamplesAreNamedByTheMerge(t *testing.T) {
	dir := t.TempDir()
	x := newToy(t)
	x.Rows[0].Method = toyMethod{applied: x.applied, before: func(seed uint32) error {
		if seed == 12 {
			return errors.New("no picture today")
		}
		return nil
	}}
	share, err := x.RunShard(context.Background(), dir, stage.Shard{Index: 1, Count: 1}, study.Options{FS: newDisk(math.MaxInt), Log: slog.New(slog.DiscardHandler)})
	if err != nil || share.Failed != 2 {
		t.Fatalf("%+v, %v", share, err)
	}
	o, err := newToy(t).Merge(context.Background(), dir, study.Options{FS: newDisk(math.MaxInt)})
	if err != nil || o.Failed != 2 || !strings.Contains(strings.Join(o.Result.Warnings, "\n"), "seed 12: no picture today") {
		t.Fatalf("%+v, %v", o, err)
	}
}
