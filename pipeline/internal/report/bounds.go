package report

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/BurntSushi/toml"

	"rewriting/metrics"
)

// Bounds say within which limits the numbers of a run must lie: a regression test for a whole experiment.
type Bounds struct {
	Title string  `toml:"title"`
	Bound []Bound `toml:"bound"`
}

// Bound limits one cell of the table, in the column's shown unit.
type Bound struct {
	Row    string  `toml:"row"`
	Column string  `toml:"column"` // key
	Low    float64 `toml:"low"`
	High   float64 `toml:"high"`
	N      int     `toml:"n,omitzero"` // samples that must count; 0 means any number
}

// Moved is a cell that is not within its bound.
type Moved struct {
	Bound
	Value Number `json:"value"` // NaN where there is none
	Found int    `json:"found"` // samples that counted
	Why   string `json:"why"`
}

// ReadBounds reads a file of thresholds. An unknown key, a limit that is missing or a file without limits is an error: a check that checks
// nothing must not pass.
func ReadBounds(path string) (*Bounds, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var b Bounds
	meta, err := toml.Decode(string(text), &b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return nil, fmt.Errorf("%s: no such key %s (title, bound.row, bound.column, bound.low, bound.high, bound.n)", path, extra[0])
	}
	if len(b.Bound) == 0 {
		return nil, fmt.Errorf("%s: there is no [[bound]]", path)
	}
	for i, x := range b.Bound {
		if x.Row == "" || x.Column == "" || !(x.Low <= x.High) {
			return nil, fmt.Errorf("%s: bound %d needs a row, a column and low <= high", path, i+1)
		}
	}
	return &b, nil
}

// Check lists what lies outside its bound, in the order of the file. A row or column that is missing, a row that failed and another
// number of samples count as outside.
func (b *Bounds) Check(r *Result) []Moved {
	var out []Moved
	for _, x := range b.Bound {
		if m := x.check(r); m.Why != "" {
			out = append(out, m)
		}
	}
	return out
}

func (x Bound) check(r *Result) Moved {
	m := Moved{Bound: x, Value: Number(math.NaN())}
	var row *Row
	for i := range r.Rows {
		if r.Rows[i].Title == x.Row {
			row = &r.Rows[i]
		}
	}
	if row == nil {
		m.Why = "no such row"
		return m
	}
	if row.Failed != "" {
		m.Why = "failed: " + row.Failed
		return m
	}
	cell, ok := row.Cells[x.Column]
	if !ok {
		m.Why = "no such column"
		return m
	}
	m.Value, m.Found = cell.Value, cell.N
	switch {
	case cell.Value.NaN():
		m.Why = "no number"
	case float64(cell.Value) < x.Low:
		m.Why = "below"
	case float64(cell.Value) > x.High:
		m.Why = "above"
	case x.N != 0 && cell.N != x.N:
		m.Why = "another number of samples"
	}
	return m
}

// leastSlack is the share of its value by which a number may move at least. The interval covers the choice of samples only; another order
// of float32 sums sends a long optimisation (finetuning above all) to another, equally good end, and moves the mean of all samples.
const leastSlack = 0.03

// BoundsOf allows every number of a result twice its own 95 % interval, and leastSlack at least: what moves further is more than other
// samples or other kernels would do. The number of samples is bound where the column applies to all of them; elsewhere it is a
// measurement too.
func BoundsOf(r *Result) *Bounds {
	b := &Bounds{Title: r.Title}
	for _, row := range r.Rows {
		for _, col := range r.shown() {
			cell, ok := row.Cells[col.Key]
			if !ok || cell.Value.NaN() {
				continue
			}
			value := float64(cell.Value)
			low, high := value, value
			if !cell.Low.NaN() && !cell.High.NaN() {
				low, high = 2*float64(cell.Low)-value, 2*float64(cell.High)-value
			}
			slack := leastSlack * math.Abs(value)
			low, high = min(low, value-slack), max(high, value+slack)
			if col.Unit == "%" {
				high = min(high, max(100, value))
			}
			n := cell.N
			if cell.Excluded > 0 {
				n = 0
			}
			// Rounding outwards keeps a number that touches its limit inside.
			low, high = outward(low, col, math.Floor), outward(high, col, math.Ceil)
			b.Bound = append(b.Bound, Bound{Row: row.Title, Column: col.Key, Low: low, High: high, N: n})
		}
	}
	return b
}

// outward rounds to one digit more than the column shows.
func outward(v float64, c metrics.Column, to func(float64) float64) float64 {
	unit := math.Pow(10, float64(c.Digits+1))
	return to(v*unit) / unit
}

// TOML is the file that ReadBounds reads.
func (b *Bounds) TOML() ([]byte, error) {
	var out bytes.Buffer
	e := toml.NewEncoder(&out)
	e.Indent = ""
	if err := e.Encode(b); err != nil {
		return nil, fmt.Errorf("thresholds of %q: %w", b.Title, err)
	}
	return out.Bytes(), nil
}

// MovedText is a table of what moved, for a terminal.
func MovedText(moved []Moved) string {
	var b strings.Builder
	for _, m := range moved {
		fmt.Fprintf(&b, "%s, %s: ", m.Row, m.Column)
		if m.Value.NaN() {
			fmt.Fprintf(&b, "%s", m.Why)
		} else {
			fmt.Fprintf(&b, "%.6g (n = %d) is %s", float64(m.Value), m.Found, m.Why)
		}
		fmt.Fprintf(&b, "; allowed %.6g to %.6g", m.Low, m.High)
		if m.N != 0 {
			fmt.Fprintf(&b, " (n = %d)", m.N)
		}
		b.WriteString("\n")
	}
	return b.String()
}
