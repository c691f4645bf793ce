package report

import (
	"rewriting/metrics"
	"rewriting/metrics/stats"
)

// Scored is one method with its raw numbers. Scores are aligned: the same index is the same seed in every
// row that has not failed. A row may have fewer samples than others: the first of them.
type Scored struct {
	Title   string
	Kind    string
	Base    string // as in Row
	Swept   []Fact
	Params  []Fact
	Notes   []string
	Samples int            // as in Row
	Failed  string         // why there are no scores
	Scores  metrics.Scores // [column][sample]; nil when Failed
}

// Tabulate makes the rows of a Result: estimates with intervals, and the paired difference of every row
// to the row titled reference ("" for none).
func Tabulate(columns []metrics.Column, scored []Scored, reference string) []Row {
	var base metrics.Scores
	for _, s := range scored {
		if s.Title == reference && s.Failed == "" {
			base = s.Scores
		}
	}
	rows := make([]Row, len(scored))
	for i, s := range scored {
		rows[i] = Row{Title: s.Title, Kind: s.Kind, Base: s.Base, Swept: s.Swept, Params: s.Params, Notes: s.Notes, Samples: s.Samples, Failed: s.Failed}
		if s.Failed != "" || s.Scores == nil {
			continue
		}
		rows[i].Cells = map[string]Cell{}
		for k, col := range columns {
			if col.Hidden {
				continue
			}
			cell := cellOf(metrics.Summarise(columns, s.Scores, k))
			if base != nil && s.Title != reference {
				a, b := common(s.Scores, base)
				cell.Difference = differenceOf(metrics.Compare(columns, a, b, k))
			}
			rows[i].Cells[col.Key] = cell
		}
	}
	return rows
}

// common cuts two rows to the samples that both have.
func common(a, b metrics.Scores) (metrics.Scores, metrics.Scores) {
	cut := func(s metrics.Scores) metrics.Scores {
		out := make(metrics.Scores, len(s))
		for i := range s {
			out[i] = s[i][:min(len(a[i]), len(b[i]))]
		}
		return out
	}
	return cut(a), cut(b)
}

func cellOf(e stats.Estimate) Cell {
	return Cell{Value: Number(e.Value), Low: Number(e.Low), High: Number(e.High), Error: Number(e.Error),
		Interval: e.Kind, N: e.N, Excluded: e.Excluded}
}

func differenceOf(e stats.Estimate) *Difference {
	return &Difference{Value: Number(e.Value), Low: Number(e.Low), High: Number(e.High), Interval: e.Kind, N: e.N, Verdict: e.Verdict()}
}
