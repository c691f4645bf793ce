package study

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rewriting/pipeline/internal/stage"
)

// Status is what a run directory shows from outside, with no config and no networks.
type Status struct {
	Stages  []*Planned   `json:"stages"`
	Done    int          `json:"done"`  // files that exist
	Parts   int          `json:"parts"` // files of the plan
	Running *stage.Owner `json:"running,omitempty"`
	Failed  []string     `json:"failed,omitempty"`       // samples and methods without numbers
	Left    float64      `json:"seconds_left,omitempty"` // by the pace of the last files; 0 where nothing tells
}

// Finished reports whether nothing is left to do.
func (s *Status) Finished() bool { return s.Done == s.Parts }

// ReadStatus looks at a run directory. It believes file names and opens only scores, for failures; Verify believes nothing.
func ReadStatus(dir string) (*Status, error) {
	store := &stage.Store{Dir: dir, FS: stage.Disk{}}
	p, err := ReadPlan(store)
	if err != nil {
		return nil, err
	}
	s := &Status{Stages: p.Stages, Running: stage.Holder(dir)}
	var ends []time.Time
	for _, st := range p.Stages {
		st.Done, st.Why = 0, nil
		bad, first := 0, ""
		for _, f := range p.Files(st) {
			info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(f.Path)))
			if err != nil {
				continue
			}
			if st.Path == ReportSums {
				if _, err := store.Read(f.Path, f.Key); err != nil {
					continue // the report of a run before, or of one with failures
				}
			}
			st.Done++
			ends = append(ends, info.ModTime())
			if strings.HasSuffix(f.Path, ".csv") {
				if n := failedSamples(store, f); n > 0 {
					if bad += n; first == "" {
						first = f.Path
					}
				}
			}
		}
		st.State = stateOf(st)
		s.Done, s.Parts = s.Done+st.Done, s.Parts+st.Parts
		if bad > 0 {
			s.Failed = append(s.Failed, fmt.Sprintf("%s: %d samples failed, the first in %s", st.Name, bad, first))
		}
	}
	if result, err := readResult(store); err == nil {
		for _, row := range result.Rows {
			if row.Failed != "" {
				s.Failed = append(s.Failed, row.Title+": "+row.Failed)
			}
		}
	}
	s.Left = left(ends, s.Parts-s.Done)
	return s, nil
}

func failedSamples(store *stage.Store, f File) int {
	b, err := store.Read(f.Path, f.Key)
	if err != nil {
		return 0
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		return 0
	}
	n := 0
	for _, row := range rows[1:] {
		if row[len(row)-1] != "" {
			n++
		}
	}
	return n
}

// left estimates the seconds that the missing files take, at the pace of the last hundred.
func left(ends []time.Time, missing int) float64 {
	const window = 100
	slices.SortFunc(ends, time.Time.Compare)
	ends = ends[max(0, len(ends)-window):]
	if missing == 0 || len(ends) < 2 {
		return 0
	}
	pace := ends[len(ends)-1].Sub(ends[0]).Seconds() / float64(len(ends)-1)
	return pace * float64(missing)
}
