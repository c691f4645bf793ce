package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"rewriting/metrics"
)

// comparable is how much more change elsewhere than the reference a row may make and still be compared with
// it on efficacy alone.
const comparable = 1.5

// Verdict says in plain sentences what the table shows: how effective the reference row is, who beats it
// and at what price elsewhere, who comes closest to the known ideal, and whether the shape of the paper's
// table is there: the same winners, the same order. Every sentence is computed from the intervals; where the numbers contradict the paper
// it says so. Findings of the experiment itself come first.
func Verdict(r *Result) []string {
	v := verdict{r: r}
	for i := range r.Rows {
		row := &r.Rows[i]
		if row.Failed != "" || len(row.Cells) == 0 {
			continue
		}
		v.rows = append(v.rows, row)
		if row.Title == r.Reference {
			v.ours = row
		}
		if row.Kind == "unmodified" && v.clean == nil {
			v.clean = row
		}
	}
	all := slices.Clone(r.Findings)
	if v.ours == nil || len(v.rows) < 2 {
		return all
	}
	for _, p := range []string{v.efficacy(), v.outside(), v.target(), v.paper(), v.shape(), v.failures()} {
		if p != "" {
			all = append(all, p)
		}
	}
	return all
}

type verdict struct {
	r           *Result
	rows        []*Row
	ours, clean *Row
}

// column is the leading column of a role, if ours has a number there.
func (v *verdict) column(role metrics.Role) (metrics.Column, bool) {
	col, ok := v.r.leading(role)
	if ok {
		_, ok = v.ours.Cells[col.Key]
	}
	return col, ok
}

// others are the edited rows besides ours.
func (v *verdict) others() []*Row {
	var rows []*Row
	for _, row := range v.rows {
		if row != v.ours && row.Kind != "unmodified" {
			rows = append(rows, row)
		}
	}
	return rows
}

// split sorts the other rows by their difference to ours in a column.
func (v *verdict) split(col metrics.Column, rows []*Row) (better, same, worse []*Row) {
	for _, row := range rows {
		switch quality(col, row.Cells[col.Key]) {
		case "better":
			better = append(better, row)
		case "same":
			same = append(same, row)
		case "worse":
			worse = append(worse, row)
		}
	}
	return better, same, worse
}

func (v *verdict) efficacy() string {
	col, ok := v.column(metrics.Efficacy)
	if !ok {
		return ""
	}
	cell := v.ours.Cells[col.Key]
	s := fmt.Sprintf("%s reaches %s on %q (95 %% interval %s, n = %d)", v.ours.name(), withUnit(col, cell.Value), col.Title, cell.interval(col.Digits), cell.N)
	if v.clean != nil {
		s += fmt.Sprintf(", from %s unmodified", withUnit(col, v.clean.Cells[col.Key].Value))
		if q := quality(col, v.clean.Cells[col.Key]); q == "same" {
			s += "; the edit shows no effect"
		} else if q == "better" {
			s += "; the edit works against its aim"
		}
	}
	s += "."
	better, same, worse := v.split(col, v.others())
	switch {
	case len(better)+len(same)+len(worse) == 0:
		return s
	case len(better) == 0 && len(same) == 0:
		return s + " That is the highest efficacy of the table."
	case len(better) == 0:
		return s + fmt.Sprintf(" No row is shown to be more effective; no difference is shown to %s.", names(same))
	}
	s += fmt.Sprintf(" %s %s more effective", names(better), isAre(better))
	if len(same) > 0 {
		s += fmt.Sprintf("; no difference is shown to %s", names(same))
	}
	return s + "." + v.price(col)
}

// price compares efficacy among the rows whose change elsewhere is comparable with ours.
func (v *verdict) price(efficacy metrics.Column) string {
	out, ok := v.column(metrics.Outside)
	if !ok {
		return ""
	}
	limit := comparable * float64(v.ours.Cells[out.Key].Value)
	var similar []*Row
	for _, row := range v.others() {
		if c := row.Cells[out.Key]; float64(c.Value) <= limit || quality(out, c) == "same" {
			similar = append(similar, row)
		}
	}
	if len(similar) == 0 {
		return fmt.Sprintf(" But every other row changes more than %g times as much elsewhere (%q).", comparable, out.Title)
	}
	better, _, _ := v.split(efficacy, similar)
	if len(better) == 0 {
		return fmt.Sprintf(" Among the rows that change at most %g times as much elsewhere (%s), none is more effective.", comparable, names(similar))
	}
	return fmt.Sprintf(" Of these, %s %s so with comparable change elsewhere (at most %g times ours).", names(better), isAre(better), comparable)
}

func (v *verdict) outside() string {
	col, ok := v.column(metrics.Outside)
	if !ok {
		return ""
	}
	ours := v.ours.Cells[col.Key]
	s := fmt.Sprintf("Elsewhere %s changes %s (%q)", v.ours.name(), withUnit(col, ours.Value), col.Title)
	better, same, worse := v.split(col, v.others())
	if len(better)+len(same)+len(worse) == 0 {
		return s + "."
	}
	switch {
	case len(better) == 0 && len(same) == 0:
		s += ", the least of all edits"
	case len(better) == 0:
		s += fmt.Sprintf(", and no edit is shown to change less; no difference is shown to %s", names(same))
	default:
		s += fmt.Sprintf("; %s %s less", names(better), changes(better))
	}
	most := 0.0
	var who *Row
	for _, row := range worse {
		if times := float64(row.Cells[col.Key].Value) / float64(ours.Value); times > most && !math.IsInf(times, 0) {
			most, who = times, row
		}
	}
	if who != nil && most >= 2 {
		s += fmt.Sprintf("; %s changes %.1f times as much", who.name(), most)
	}
	return s + "."
}

// target compares with the known ideal, where there is one. The perceptual form is the better witness
// (pixels inside the window are ruled by small shifts), so it speaks alone where it was measured.
func (v *verdict) target() string {
	var all, perceptual []string
	for _, col := range v.r.shown() {
		if _, ok := v.ours.Cells[col.Key]; !ok || col.Role != metrics.Target {
			continue
		}
		s := v.nearness(col)
		if s == "" {
			continue
		}
		all = append(all, s)
		if strings.Contains(col.Key, "-lpips-") {
			perceptual = append(perceptual, s)
		}
	}
	if len(perceptual) > 0 {
		all = perceptual
	}
	return strings.Join(all, " ")
}

func (v *verdict) nearness(col metrics.Column) string {
	better, same, worse := v.split(col, v.others())
	s := ""
	switch {
	case len(better)+len(same)+len(worse) == 0:
		return ""
	case len(better) == 0 && len(same) == 0:
		s = fmt.Sprintf("On %q, the pictures of %s are the closest of all edits to those that a perfect edit would give (%s).", col.Title, v.ours.name(), digits(v.ours.Cells[col.Key].Value, col.Digits))
	case len(better) == 0:
		s = fmt.Sprintf("On %q, no edit is shown to come closer to what a perfect edit would give; no difference is shown to %s.", col.Title, names(same))
	default:
		s = fmt.Sprintf("On %q, %s %s closer to what a perfect edit would give.", col.Title, names(better), come(better))
	}
	if v.clean != nil {
		switch quality(col, v.clean.Cells[col.Key]) {
		case "better":
			s += " The unmodified images are closer still."
		case "same":
			s += " No difference is shown to the unmodified images."
		}
	}
	return s
}

// paper counts, over rows and columns with published numbers, whether a row stands to ours as it does in
// the paper: on the same side. Published numbers that are equal say nothing.
func (v *verdict) paper() string {
	if v.r.Paper == "" {
		return ""
	}
	var agree, open int
	var contradict []string
	for _, col := range v.r.shown() {
		ours := v.ours.Cells[col.Key].Paper
		if ours == nil {
			continue
		}
		places := v.r.paperPlaces(col.Key)
		for _, row := range v.rows {
			cell := row.Cells[col.Key]
			if row == v.ours || cell.Paper == nil || cell.Difference == nil || *cell.Paper == *ours {
				continue
			}
			published := "+"
			if *cell.Paper < *ours {
				published = "-"
			}
			switch cell.Difference.Verdict {
			case published:
				agree++
			case "~":
				open++
			default:
				contradict = append(contradict, fmt.Sprintf("%s on %q (paper %s against %s, here %s against %s)", row.name(), col.Title,
					digits(*cell.Paper, places), digits(*ours, places), digits(cell.Value, col.Digits), digits(v.ours.Cells[col.Key].Value, col.Digits)))
			}
		}
	}
	total := agree + open + len(contradict)
	if total == 0 {
		return ""
	}
	s := fmt.Sprintf("Of %d comparisons with %s that the paper's %s makes, %d fall the same way here", total, v.ours.name(), v.r.Paper, agree)
	if open > 0 {
		s += fmt.Sprintf(", %d show no difference", open)
	}
	if len(contradict) > 0 {
		return s + fmt.Sprintf(", and %d contradict it: %s.", len(contradict), strings.Join(contradict, "; "))
	}
	return s + ", and none contradicts it."
}

func (v *verdict) failures() string {
	var failed []string
	for _, row := range v.r.Rows {
		if row.Failed != "" {
			failed = append(failed, row.name())
		}
	}
	if len(failed) == 0 {
		return ""
	}
	return fmt.Sprintf("Not in this comparison, because it failed: %s.", strings.Join(failed, ", "))
}

func withUnit(c metrics.Column, x Number) string {
	s := digits(x, c.Digits)
	if c.Unit != "" && !x.NaN() {
		s += " " + c.Unit
	}
	return s
}

func names(rows []*Row) string {
	titles := make([]string, len(rows))
	for i, row := range rows {
		titles[i] = row.name()
	}
	if len(titles) < 2 {
		return strings.Join(titles, "")
	}
	return strings.Join(titles[:len(titles)-1], ", ") + " and " + titles[len(titles)-1]
}

// name is the title in a sentence: in quotes where its own commas would tear the sentence apart.
func (row *Row) name() string {
	if strings.ContainsAny(row.Title, ",;") {
		return strconv.Quote(row.Title)
	}
	return row.Title
}

func isAre(rows []*Row) string   { return plural(rows, "is", "are") }
func changes(rows []*Row) string { return plural(rows, "changes", "change") }
func come(rows []*Row) string    { return plural(rows, "comes", "come") }

func plural(rows []*Row, one, many string) string {
	if len(rows) == 1 {
		return one
	}
	return many
}
