package report

import (
	"fmt"
	"strings"

	"rewriting/metrics"
)

// Shape is one column of the table beside the same column of the published one: who wins it there and here, and
// how many pairs of rows stand in the same order. Values are not compared: the generators differ.
type Shape struct {
	Column metrics.Column
	Paper  []*Row // the rows of the best published number
	Here   []*Row // the row of the best number, and those whose interval overlaps its
	Pairs  Pairs
}

// Pairs counts the pairs of rows whose published numbers differ.
type Pairs struct {
	Same     int // in the same order here
	Level    int // not told apart here: their intervals overlap
	Reversed []Reversal
}

// Total is the number of all pairs.
func (p Pairs) Total() int { return p.Same + p.Level + len(p.Reversed) }

// Reversal is a pair that stands in the opposite order here.
type Reversal struct {
	Better, Worse *Row // as published
	Text          string
}

// Shapes compares every column with at least two rows that have a published number and one here. Columns
// without a direction have no winner and are left out.
func Shapes(r *Result) []Shape {
	var out []Shape
	for _, col := range r.shown() {
		if col.Direction != metrics.Higher && col.Direction != metrics.Lower {
			continue
		}
		var rows []*Row
		for i := range r.Rows {
			if c := r.Rows[i].Cells[col.Key]; c.Paper != nil && !c.Value.NaN() {
				rows = append(rows, &r.Rows[i])
			}
		}
		if len(rows) > 1 {
			out = append(out, r.shape(col, rows))
		}
	}
	return out
}

func (r *Result) shape(col metrics.Column, rows []*Row) Shape {
	s := Shape{Column: col}
	best, winner := rows[0], rows[0]
	for _, row := range rows[1:] {
		if ahead(col, *row.Cells[col.Key].Paper, *best.Cells[col.Key].Paper) {
			best = row
		}
		if ahead(col, row.Cells[col.Key].Value, winner.Cells[col.Key].Value) {
			winner = row
		}
	}
	s.Here = []*Row{winner}
	for i, row := range rows {
		cell := row.Cells[col.Key]
		if *cell.Paper == *best.Cells[col.Key].Paper {
			s.Paper = append(s.Paper, row)
		}
		if row != winner && overlap(cell, winner.Cells[col.Key]) {
			s.Here = append(s.Here, row)
		}
		for _, other := range rows[:i] {
			r.pair(&s, row, other)
		}
	}
	return s
}

// pair counts two rows.
func (r *Result) pair(s *Shape, a, b *Row) {
	col := s.Column
	if ahead(col, *b.Cells[col.Key].Paper, *a.Cells[col.Key].Paper) {
		a, b = b, a
	}
	ca, cb := a.Cells[col.Key], b.Cells[col.Key]
	switch {
	case *ca.Paper == *cb.Paper:
	case overlap(ca, cb):
		s.Pairs.Level++
	case ahead(col, ca.Value, cb.Value):
		s.Pairs.Same++
	default:
		places := r.paperPlaces(col.Key)
		s.Pairs.Reversed = append(s.Pairs.Reversed, Reversal{a, b, fmt.Sprintf("%s before %s (paper %s and %s, here %s and %s)",
			a.name(), b.name(), digits(*ca.Paper, places), digits(*cb.Paper, places), digits(ca.Value, col.Digits), digits(cb.Value, col.Digits))})
	}
}

// ahead reports whether a is the better number of a column.
func ahead(col metrics.Column, a, b Number) bool {
	if col.Direction == metrics.Lower {
		return a < b
	}
	return a > b
}

// overlap reports whether the intervals of two numbers meet; a number without an interval is one point.
func overlap(a, b Cell) bool {
	span := func(c Cell) (low, high Number) {
		if c.Low.NaN() || c.High.NaN() {
			return c.Value, c.Value
		}
		return c.Low, c.High
	}
	al, ah := span(a)
	bl, bh := span(b)
	return al <= bh && bl <= ah
}

// Agree reports whether a row that wins the column in the paper is among those that win it here.
func (s Shape) Agree() bool {
	for _, there := range s.Paper {
		for _, here := range s.Here {
			if there == here {
				return true
			}
		}
	}
	return false
}

// Winners names the best rows of the paper and of this table.
func (s Shape) Winners() (paper, here string) {
	paper, here = names(s.Paper), s.Here[0].name()
	if len(s.Here) > 1 {
		here += ", level with " + names(s.Here[1:])
	}
	return paper, here
}

// Order tells how many pairs keep their order, in a few words.
func (s Shape) Order() string {
	text := fmt.Sprintf("%d of %d pairs in the same order", s.Pairs.Same, s.Pairs.Total())
	if s.Pairs.Level > 0 {
		text += fmt.Sprintf(", %d not told apart", s.Pairs.Level)
	}
	if n := len(s.Pairs.Reversed); n > 0 {
		text += fmt.Sprintf(", %d reversed", n)
	}
	return text
}

// told is how many pairs a sentence names; the page lists all.
const told = 3

// Reversals names the first pairs that stand the other way round, and says how many more there are.
func (s Shape) Reversals() string {
	var texts []string
	for _, p := range s.Pairs.Reversed[:min(told, len(s.Pairs.Reversed))] {
		texts = append(texts, p.Text)
	}
	if more := len(s.Pairs.Reversed) - told; more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, "; ")
}

// sentence tells the column's shape.
func (s Shape) sentence() string {
	paper, here := s.Winners()
	text := fmt.Sprintf("On %q the paper's best is %s", s.Column.Title, paper)
	if s.Agree() && len(s.Here) == 1 && len(s.Paper) == 1 {
		text += ", and so it is here"
	} else {
		text += "; here it is " + here
	}
	text += " (" + s.Order() + ")."
	if len(s.Pairs.Reversed) > 0 {
		text += " The other way round here: " + s.Reversals() + "."
	}
	return text
}

// shape tells where the table's order is the paper's and where not.
func (v *verdict) shape() string {
	var texts []string
	for _, s := range Shapes(v.r) {
		texts = append(texts, s.sentence())
	}
	return strings.Join(texts, " ")
}
