package report

import (
	"encoding/csv"
	"strconv"
	"strings"
)

// CSV is the long form: one line per row and column of the table, every number in full precision. An
// empty field is a number that does not exist.
func CSV(r *Result) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	// Writing to a strings.Builder cannot fail.
	_ = w.Write([]string{"method", "kind", "column", "unit", "value", "low", "high", "standard_error", "interval", "n", "excluded",
		"difference", "difference_low", "difference_high", "difference_interval", "difference_n", "verdict", "paper", "paper_n", "paper_inside", "failed"})
	for _, row := range r.Rows {
		for _, col := range r.shown() {
			cell, ok := row.Cells[col.Key]
			line := []string{row.Title, row.Kind, col.Key, col.Unit}
			if !ok {
				line = append(line, make([]string, 16)...)
				_ = w.Write(append(line, row.Failed))
				continue
			}
			line = append(line, full(cell.Value), full(cell.Low), full(cell.High), full(cell.Error), cell.Interval,
				strconv.Itoa(cell.N), strconv.Itoa(cell.Excluded))
			if d := cell.Difference; d != nil {
				line = append(line, full(d.Value), full(d.Low), full(d.High), d.Interval, strconv.Itoa(d.N), d.Verdict)
			} else {
				line = append(line, make([]string, 6)...)
			}
			if cell.Paper != nil {
				line = append(line, full(*cell.Paper), strconv.Itoa(cell.PaperN), insideText(r, col.Key, cell))
			} else {
				line = append(line, "", "", "")
			}
			_ = w.Write(append(line, row.Failed))
		}
	}
	w.Flush()
	return b.String()
}

// insideText says whether the published number lies in the interval, where there is one.
func insideText(r *Result, key string, c Cell) string {
	if c.Low.NaN() || c.High.NaN() {
		return ""
	}
	return strconv.FormatBool(c.inside(halfStep(r.paperPlaces(key))))
}

// full prints the shortest text that reads back as the same number.
func full(x Number) string {
	if x.NaN() {
		return ""
	}
	return strconv.FormatFloat(float64(x), 'g', -1, 64)
}
