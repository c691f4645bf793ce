package experiment

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/metrics"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// preparingScorer is the toy's scorer with work on the clean image.
type preparingScorer struct {
	toyScorer
	prepared *atomic.Int64
	fails    func(seed uint32) bool
}

func (preparingScorer) Prepares() bool { return true }
func (s preparingScorer) Prepare(_ context.Context, x *metrics.Sample) error {
	s.prepared.Add(1)
	if s.fails != nil && s.fails(x.Seed) {
		return errors.New("no object today")
	}
	return nil
}

// newPreparingToy is the toy whose first column has such work; it counts it.
func newPreparingToy(t *testing.T, rows int, fails func(uint32) bool) (*toy, *atomic.Int64) {
	x, n := newToy(t), new(atomic.Int64)
	x.Columns[0].Scorer = preparingScorer{toyScorer{x.scored}, n, fails}
	x.Rows = x.Rows[:rows]
	return x, n
}

func TestARowThatIsAddedDoesNotDoTheWorkOnCleanImagesAgain(t *testing.T) {
	dir := t.TempDir()
	x, n := newPreparingToy(t, 2, nil)
	x.mustRun(t, dir, study.Options{})
	if n.Load() != 23 {
		t.Errorf("%d samples prepared for two rows, there are 23", n.Load())
	}
	x, n = newPreparingToy(t, 3, nil)
	plan, err := x.Plan(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range plan.Stages {
		if s.Name == "clean-side data" && s.State != study.Done {
			t.Errorf("the plan makes them again: %v", s.Why)
		}
	}
	x.mustRun(t, dir, study.Options{})
	if n.Load() != 0 || x.scored.Load() != 23*2 {
		t.Errorf("with a third row, %d samples prepared and %d scored", n.Load(), x.scored.Load())
	}
	// The same as all three rows at once.
	at := t.TempDir()
	x, _ = newPreparingToy(t, 3, nil)
	x.mustRun(t, at, study.Options{})
	one, two := results(t, at), results(t, dir)
	for name := range two {
		if _, ok := one[name]; !ok && strings.HasPrefix(name, "chunks/") {
			t.Errorf("%s is there only where a row was added", name)
		}
	}
	if diff := cmp.Diff(one, two); diff != "" {
		t.Error(diff)
	}
}

func TestP17WorkOnACleanImageThatFailsIsTriedAgain(t *testing.T) {
	dir := t.TempDir()
	x, _ := newPreparingToy(t, 2, func(seed uint32) bool { return seed == 12 })
	x.mustRun(t, dir, study.Options{})
	x, n := newPreparingToy(t, 2, nil)
	if o := x.mustRun(t, dir, study.Options{}); o.Nothing || n.Load() != 10 || x.scored.Load() != 0 {
		t.Errorf("%d samples prepared, the chunk of ten was missing; %d scored", n.Load(), x.scored.Load())
	}
}

func TestP07CleanSideDataDoNotDependOnShards(t *testing.T) {
	whole, parts := t.TempDir(), t.TempDir()
	x, _ := newPreparingToy(t, 3, nil)
	x.mustRun(t, whole, study.Options{})
	for i := range 2 {
		x, _ := newPreparingToy(t, 3, nil)
		if _, err := x.RunShard(context.Background(), parts, stage.Shard{Index: i + 1, Count: 2}, study.Options{Log: slog.New(slog.DiscardHandler)}); err != nil {
			t.Fatal(err)
		}
	}
	x, n := newPreparingToy(t, 3, nil)
	if _, err := x.Merge(context.Background(), parts, study.Options{}); err != nil || n.Load() != 0 {
		t.Fatal(n.Load(), err)
	}
	if diff := cmp.Diff(results(t, whole), results(t, parts)); diff != "" {
		t.Error(diff)
	}
}

func FuzzCleanSideDataNeverPanic(f *testing.F) {
	f.Add(encodePrepared([][]byte{{0}, nil, {1, 2, 3}}), 3)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		samples, err := decodePrepared(b, n)
		if err != nil {
			return
		}
		for _, s := range samples {
			metrics.NewPrepared().UnmarshalBinary(s)
		}
	})
}
