package stage

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestP04ALockIsHeldOnceAndFreeAfterRelease(t *testing.T) {
	dir := t.TempDir()
	first, err := Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Acquire(dir); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "process") {
		t.Errorf("second: %v", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Release(); err != nil {
		t.Error(err)
	}
}

func TestP04TheLockOfADeadProcessIsTakenOver(t *testing.T) {
	dir := t.TempDir()
	host, err := os.Hostname()
	if err != nil {
		t.Skip("this machine has no name")
	}
	left := `{"host":"` + host + `","pid":1,"started":"2020-07-29T00:00:00Z"}`
	if err := os.WriteFile(filepath.Join(dir, "lock"), []byte(left), 0o644); err != nil {
		t.Fatal(err)
	}
	l, err := Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
}

func TestP04TheLockOfAnotherMachineIsRespected(t *testing.T) {
	dir := t.TempDir()
	left := `{"host":"no-such-host-here","pid":1,"started":"2020-07-29T00:00:00Z"}`
	if err := os.WriteFile(filepath.Join(dir, "lock"), []byte(left), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Acquire(dir); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "delete "+filepath.Join(dir, "lock")) {
		t.Errorf("got %v", err)
	}
}

func TestTheJournalSumsPartsAndSkipsATornLine(t *testing.T) {
	j := OpenJournal(t.TempDir())
	for _, s := range []float64{1, 2.5} {
		if err := j.Add(Entry{Stage: "samples", Key: "k", Seconds: s}); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 3 { // 0 samples: a stage that has none
		if err := j.Add(Entry{Stage: "drawing", Key: "d", Seconds: float64(n * n), Samples: n}); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.OpenFile(j.name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString(`{"stage":"samples","key":"k","sec`)
	f.Close()
	if got := j.Seconds()["k"]; got != 3.5 {
		t.Errorf("%v seconds", got)
	}
	if got := j.PerSample(); len(got) != 1 || got["d"] != 5./3 {
		t.Errorf("%v seconds a sample", got)
	}
}
