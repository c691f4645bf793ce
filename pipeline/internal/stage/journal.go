package stage

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// Entry is one line of the journal: how long a stage took when it was computed.
type Entry struct {
	Stage   string  `json:"stage"`
	Key     string  `json:"key"`
	Seconds float64 `json:"seconds"`
	Samples int     `json:"samples,omitempty"` // that the time was for, where it is one of samples
}

// Journal remembers times. They are kept apart from results because results are the same in every run and times are not.
// It is a plain file to which lines are added; a line that a kill has cut short is skipped.
type Journal struct {
	mu   sync.Mutex
	name string
}

// OpenJournal is the journal of a run directory.
func OpenJournal(dir string) *Journal { return &Journal{name: filepath.Join(dir, "journal.jsonl")} }

// Add appends one entry.
func (j *Journal) Add(e Entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("journal of %s: %w", e.Stage, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	f, err := os.OpenFile(j.name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("journal of %s: %w", e.Stage, err)
	}
	if _, err := f.Write(append(line, '\n')); err != nil {
		f.Close()
		return fmt.Errorf("journal of %s: %w", e.Stage, err)
	}
	return f.Close()
}

// Seconds sums the entries of each key: a stage that was interrupted has one entry per part.
func (j *Journal) Seconds() map[string]float64 {
	sum := make(map[string]float64)
	j.each(func(e Entry) { sum[e.Key] += e.Seconds })
	return sum
}

// PerSample are the mean seconds that a sample took, of each key with entries for samples.
func (j *Journal) PerSample() map[string]float64 {
	seconds, samples := make(map[string]float64), make(map[string]int)
	j.each(func(e Entry) {
		if e.Samples > 0 {
			seconds[e.Key] += e.Seconds
			samples[e.Key] += e.Samples
		}
	})
	for key, n := range samples {
		seconds[key] /= float64(n)
	}
	return seconds
}

// each reads the entries. Without a journal there are none.
func (j *Journal) each(f func(Entry)) {
	b, err := os.ReadFile(j.name)
	if err != nil {
		return
	}
	lines := bufio.NewScanner(bytes.NewReader(b))
	for lines.Scan() {
		var e Entry
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			f(e)
		}
	}
}
