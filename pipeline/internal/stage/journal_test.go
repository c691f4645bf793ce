package stage

import (
	"os"
	"sync"
	"testing"
)

func TestTheJournalSumsEntriesAndPassesOverTornLines(t *testing.T) {
	dir := t.TempDir()
	j := OpenJournal(dir)
	if len(j.Seconds()) != 0 {
		t.Error("an empty journal has entries")
	}
	add := func(e Entry) {
		if err := j.Add(e); err != nil {
			t.Error(err)
		}
	}
	add(Entry{Stage: "edit", Key: "k", Seconds: 2})
	// A process was killed while it wrote.
	f, err := os.OpenFile(j.name, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"stage":"edit","key":"k","sec` + "\n"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for range 50 {
		writers.Go(func() { add(Entry{Stage: "drawing", Key: "d", Seconds: 0.5, Samples: 2}) })
	}
	writers.Wait()
	if got := j.Seconds(); got["k"] != 2 || got["d"] != 25 || len(got) != 2 {
		t.Errorf("sums %v", got)
	}
	if got := j.PerSample(); got["d"] != 0.25 || len(got) != 1 {
		t.Errorf("per sample %v", got)
	}
}
