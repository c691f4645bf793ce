package report

import (
	"fmt"
	"strconv"
	"strings"

	"rewriting/metrics"
)

// shown are the columns of tables.
func (r *Result) shown() []metrics.Column {
	var cols []metrics.Column
	for _, c := range r.Columns {
		if !c.Hidden {
			cols = append(cols, c)
		}
	}
	return cols
}

// Label is the title in a table, with the number of samples where that is not what the facts say.
func (row Row) Label() string {
	if row.Samples == 0 {
		return row.Title
	}
	return fmt.Sprintf("%s (n = %s)", row.Title, Thousands(row.Samples))
}

// Text is the time in seconds, or in milliseconds where it is short.
func (t Timing) Text() string {
	if t.Seconds < 1 {
		return fmt.Sprintf("%.3g ms", 1000*t.Seconds)
	}
	return fmt.Sprintf("%.1f s", t.Seconds)
}

// hasPaper reports whether any row of the column has a published number.
func (r *Result) hasPaper(key string) bool {
	for _, row := range r.Rows {
		if c, ok := row.Cells[key]; ok && c.Paper != nil {
			return true
		}
	}
	return false
}

// digits prints a number for a table; a missing one is a dash.
func digits(x Number, places int) string {
	if x.NaN() {
		return "–"
	}
	return strconv.FormatFloat(float64(x), 'f', places, 64)
}

// paperPlaces is how many digits after the point the published numbers of a column need.
func (r *Result) paperPlaces(key string) int {
	places := 0
	for _, row := range r.Rows {
		if c := row.Cells[key]; c.Paper != nil {
			_, fraction, _ := strings.Cut(strconv.FormatFloat(float64(*c.Paper), 'f', -1, 64), ".")
			places = max(places, len(fraction))
		}
	}
	return places
}

// published prints a row's published number; nothing where there is none.
func (r *Result) published(row Row, key string) string {
	if c := row.Cells[key]; c.Paper != nil {
		return digits(*c.Paper, r.paperPlaces(key))
	}
	return ""
}

// leading is the first shown column of a role. For efficacy the one over samples that lacked the wanted
// look goes first, since it is not diluted by those that had it.
func (r *Result) leading(role metrics.Role) (metrics.Column, bool) {
	var found metrics.Column
	ok := false
	for _, c := range r.shown() {
		if c.Role != role {
			continue
		}
		if !ok || role == metrics.Efficacy && strings.HasSuffix(c.Key, "-negatives") && !strings.HasSuffix(found.Key, "-negatives") {
			found, ok = c, true
		}
	}
	return found, ok
}

// interval is "[low, high]", or nothing where it is not known.
func (c Cell) interval(places int) string {
	if c.Low.NaN() || c.High.NaN() {
		return ""
	}
	return "[" + digits(c.Low, places) + ", " + digits(c.High, places) + "]"
}

// quality reads a difference in the column's direction: "better", "worse", "same" (none shown), or ""
// where there is no comparison or no direction.
func quality(col metrics.Column, c Cell) string {
	if c.Difference == nil {
		return ""
	}
	switch {
	case c.Difference.Verdict == "~":
		return "same"
	case col.Direction == metrics.Neutral || col.Direction == "":
		return ""
	case (c.Difference.Verdict == "+") == (col.Direction == metrics.Higher):
		return "better"
	}
	return "worse"
}

// arrow shows which way a column improves.
func arrow(col metrics.Column) string {
	switch col.Direction {
	case metrics.Higher:
		return " ↑"
	case metrics.Lower:
		return " ↓"
	}
	return ""
}

// legend explains the marks of a table.
func (r *Result) legend() string {
	s := "[low, high]: 95 % interval over samples."
	if r.Reference != "" {
		s += " + higher, - lower, ~ no difference shown against " + r.Reference + ", paired by seed."
	}
	return s
}

// Thousands writes 1234567 as 1,234,567.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	var b strings.Builder
	for i, d := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
