package experiment

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/pipeline/internal/study"
)

// A file whose hash is right and whose numbers are wrong is what only computing again can find.
func TestP03ANumberThatDoesNotComeOutAgainIsSetAsideAndMadeAnew(t *testing.T) {
	dir := t.TempDir()
	x := newToy(t)
	x.mustRun(t, dir, study.Options{})
	want := wholeResults(t, dir)
	r := x.open(dir, study.Options{})
	f := r.plan.Files(r.plan.scores[1][0])[2]
	payload, err := r.Store.Read(f.Path, f.Key)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Store.Publish(f.Path, f.Key, bytes.Replace(payload, []byte("0."), []byte("0.1"), 1)); err != nil {
		t.Fatal(err)
	}
	v := &study.Verified{}
	if err := newToy(t).Recompute(context.Background(), dir, v, 3, 1, study.Options{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{f.Path}, v.Differing); diff != "" || len(v.Recomputed) != 3 {
		t.Fatalf("%v recomputed; differing:\n%s", v.Recomputed, diff)
	}
	newToy(t).mustRun(t, dir, study.Options{})
	if err := os.Remove(filepath.Join(dir, filepath.FromSlash(f.Path)+".differs")); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(want, wholeResults(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestP03NoneOfTwoHundredDamagedFilesIsAccepted(t *testing.T) {
	dir := t.TempDir()
	newToy(t, "samples.count=7", "samples.chunk=7").mustRun(t, dir, study.Options{})
	want := results(t, dir)
	names := slices.DeleteFunc(slices.Sorted(keys(want)), func(n string) bool {
		return n == study.ResolvedFile // for people; no run reads it
	})
	random := rand.New(rand.NewPCG(3, 3))
	for i := range 200 {
		name := names[i%len(names)]
		path := filepath.Join(dir, filepath.FromSlash(name))
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		whole := bytes.Clone(b)
		at := random.IntN(len(b))
		switch i % 5 {
		case 0:
			b[at] ^= 1 << random.IntN(8)
		case 1:
			b = b[:at]
		case 2:
			b = append(b[:at], b[min(len(b), at+1+random.IntN(20)):]...)
		case 3:
			b = slices.Insert(b, at, byte(random.Uint32()))
		case 4:
			for k := at; k < len(b); k++ { // the tail of a file whose last blocks were never written
				b[k] = 0
			}
		}
		if bytes.Equal(b, whole) {
			continue
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		plan, err := newToy(t, "samples.count=7", "samples.chunk=7").Plan(dir)
		if err != nil {
			t.Fatal(err)
		}
		if plan.Complete() {
			t.Fatalf("damage %d to %s was accepted", i, name)
		}
		if err := os.WriteFile(path, whole, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStatusCountsFilesAndFailures(t *testing.T) {
	dir := t.TempDir()
	if _, err := study.ReadStatus(dir); err == nil {
		t.Error("an empty directory has a status")
	}
	x := newToy(t)
	x.Rows[0].Method = toyMethod{applied: x.applied, before: func(seed uint32) error {
		if seed == 12 {
			return os.ErrInvalid
		}
		return nil
	}}
	x.mustRun(t, dir, study.Options{FS: newDisk(math.MaxInt)})
	s, err := study.ReadStatus(dir)
	if err != nil {
		t.Fatal(err)
	}
	// The report with failures is not the report of the plan.
	if s.Finished() || s.Parts != 3+3+6*3+1 || s.Done != s.Parts-1 || s.Running != nil {
		t.Errorf("%+v", s)
	}
	if len(s.Failed) != 2 || !strings.HasPrefix(s.Failed[0], "scores: Ours: change: 1 samples failed") {
		t.Errorf("failed %q", s.Failed)
	}
}
