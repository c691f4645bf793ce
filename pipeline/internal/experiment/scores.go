package experiment

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"

	"rewriting/metrics"
	"rewriting/pipeline/internal/stage"
)

// scores are the numbers of a run of samples by one metric under one method.
type scores struct {
	values [][]float64 // per sample, per column; nil where the sample failed
	failed []string    // per sample: why it has no numbers, or empty
}

func newScores(n int) *scores {
	return &scores{values: make([][]float64, n), failed: make([]string, n)}
}

func (s *scores) failures() int {
	n := 0
	for _, f := range s.failed {
		if f != "" {
			n++
		}
	}
	return n
}

// encode writes CSV: seed, the columns, and the error of samples that failed. Numbers are exact: the shortest text that
// reads back to the same float64.
func (s *scores) encode(r stage.Range, columns []metrics.Column) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	record := make([]string, 0, len(columns)+2)
	for _, c := range columns {
		record = append(record, c.Key)
	}
	if err := w.Write(append(append([]string{"seed"}, record...), "error")); err != nil {
		return nil, err
	}
	for i := range r.Count {
		record = append(record[:0], strconv.FormatUint(uint64(r.First)+uint64(i), 10))
		for c := range columns {
			v := "NaN"
			if s.failed[i] == "" {
				v = strconv.FormatFloat(s.values[i][c], 'g', -1, 64)
			}
			record = append(record, v)
		}
		if err := w.Write(append(record, s.failed[i])); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// decodeScores reads what encode wrote and insists on exactly the samples of the range, in order.
func decodeScores(text []byte, r stage.Range, columns int) (*scores, error) {
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) != r.Count+1 {
		return nil, fmt.Errorf("%d samples, %d expected", len(rows)-1, r.Count)
	}
	s := newScores(r.Count)
	for i, row := range rows[1:] {
		if len(row) != columns+2 {
			return nil, fmt.Errorf("sample %d has %d fields, %d expected", i, len(row), columns+2)
		}
		if want := strconv.FormatUint(uint64(r.First)+uint64(i), 10); row[0] != want {
			return nil, fmt.Errorf("sample of seed %s where %s is expected", row[0], want)
		}
		s.failed[i] = row[columns+1]
		if s.failed[i] != "" {
			continue
		}
		s.values[i] = make([]float64, columns)
		for c := range columns {
			if s.values[i][c], err = strconv.ParseFloat(row[c+1], 64); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}
