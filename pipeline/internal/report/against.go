package report

import (
	"fmt"
	"math"
	"strings"
)

// Published is one number of the paper beside ours.
type Published struct {
	Row, Column string // titles
	Paper, Ours string // as tables print them; ours with its interval
	Difference  string // ours minus the paper's, in the digits of the paper
	Inside      bool   // the paper's number, which is rounded to its digits, lies in our interval
	NoInterval  bool   // ours has none, so that Inside says nothing
	difference  float64
}

// Against lists all published numbers that this run has a number for, column by column.
func Against(r *Result) []Published {
	var out []Published
	for _, col := range r.shown() {
		places := r.paperPlaces(col.Key)
		half := halfStep(places)
		for _, row := range r.Rows {
			c, ok := row.Cells[col.Key]
			if !ok || c.Paper == nil || c.Value.NaN() {
				continue
			}
			p := Published{Row: row.Title, Column: col.Title, Paper: digits(*c.Paper, places),
				Ours: strings.TrimSpace(digits(c.Value, max(col.Digits, places)) + " " + c.interval(max(col.Digits, places)))}
			p.difference = float64(c.Value) - float64(*c.Paper)
			p.Difference = fmt.Sprintf("%+.*f", places, p.difference)
			p.NoInterval = c.Low.NaN() || c.High.NaN()
			p.Inside = c.inside(half)
			out = append(out, p)
		}
	}
	return out
}

// halfStep is how far a number with so many digits after the point may have been rounded.
func halfStep(places int) float64 { return math.Pow(10, -float64(places)) / 2 }

// inside tells whether the published number, rounded to a whole multiple of two halves, lies in the interval.
func (c Cell) inside(half float64) bool {
	const rounding = 1e-9 // 0.30 + 0.005 is not exactly 0.305
	p := float64(*c.Paper)
	return float64(c.Low) <= p+half+rounding && p-half-rounding <= float64(c.High)
}

// Verdict says in a word where the published number lies.
func (p Published) Verdict() string {
	switch {
	case p.NoInterval:
		return "no interval"
	case p.Inside:
		return "inside"
	case p.difference > 0:
		return "below ours"
	}
	return "above ours"
}

// summary counts.
func summary(all []Published) string {
	inside := 0
	for _, p := range all {
		if p.Inside {
			inside++
		}
	}
	return fmt.Sprintf("%d of %d published numbers lie in our 95 %% intervals.", inside, len(all))
}

// against is the Markdown form.
func against(r *Result) string {
	all := Against(r)
	if len(all) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s, number by number\n\n%s\n\n", escapeMarkdown(r.Paper), summary(all))
	b.WriteString("| Column | Method | paper | ours | difference | the paper's number is |\n| --- | --- | ---: | ---: | ---: | --- |\n")
	for _, p := range all {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", escapeMarkdown(p.Column), escapeMarkdown(p.Row), p.Paper, p.Ours, p.Difference, p.Verdict())
	}
	return b.String()
}
