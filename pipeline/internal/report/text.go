package report

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"rewriting/metrics"
)

// TextOptions fit the table to a terminal.
type TextOptions struct {
	Width int  // columns of the terminal; 0 means unlimited
	Color bool // green and red for better and worse; leave off where NO_COLOR is set or output is no terminal
}

// Text is the table for a terminal. Where the columns do not fit side by side they follow in blocks, each
// with the names of the methods.
func Text(r *Result, o TextOptions) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", r.Title)
	for _, f := range r.Facts {
		fmt.Fprintf(&b, "  %s: %s\n", f.Name, f.Value)
	}
	for rest := r.shown(); len(rest) > 0; {
		n := len(rest)
		block := r.block(rest, o)
		for n > 1 && o.Width > 0 && text.LongestLineLen(block) > o.Width {
			n--
			block = r.block(rest[:n], o)
		}
		b.WriteString("\n" + block + "\n")
		rest = rest[n:]
	}
	b.WriteString(wrap(r.legend(), o.Width) + "\n")
	for _, row := range r.Rows {
		if row.Failed != "" {
			b.WriteString(wrap(row.Title+" failed: "+row.Failed, o.Width) + "\n")
		}
	}
	for _, w := range r.Warnings {
		b.WriteString(wrap("Warning: "+w, o.Width) + "\n")
	}
	for _, p := range Verdict(r) {
		b.WriteString("\n" + wrap(p, o.Width) + "\n")
	}
	return b.String()
}

func wrap(s string, width int) string {
	if width <= 0 {
		return s
	}
	return text.WrapSoft(s, width)
}

func (r *Result) block(cols []metrics.Column, o TextOptions) string {
	t := table.NewWriter()
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	style.Options.DrawBorder = false
	style.Options.SeparateColumns = false
	t.SetStyle(style)
	head := table.Row{"Method"}
	align := []table.ColumnConfig{{Number: 1, WidthMax: 34}}
	for _, c := range cols {
		head = append(head, narrow(c.Title+arrow(c)))
		align = append(align, table.ColumnConfig{Number: len(head), Align: text.AlignRight, AlignHeader: text.AlignRight})
		if r.hasPaper(c.Key) {
			head = append(head, "paper")
			align = append(align, table.ColumnConfig{Number: len(head), Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	t.AppendHeader(head)
	t.SetColumnConfigs(align)
	for _, row := range r.Rows {
		line := table.Row{row.Label()}
		for _, c := range cols {
			line = append(line, textCell(c, row, o.Color))
			if r.hasPaper(c.Key) {
				line = append(line, r.published(row, c.Key))
			}
		}
		t.AppendRow(line)
	}
	return t.Render()
}

// narrow breaks long headings.
func narrow(title string) string {
	if text.StringWidth(title) > 22 {
		return text.WrapSoft(title, 22)
	}
	return title
}

func textCell(col metrics.Column, row Row, color bool) string {
	if row.Failed != "" {
		return "failed"
	}
	cell, ok := row.Cells[col.Key]
	if !ok {
		return ""
	}
	s := digits(cell.Value, col.Digits)
	if in := cell.interval(col.Digits); in != "" {
		s += " " + in
	}
	mark := " "
	if cell.Difference != nil {
		mark = cell.Difference.Verdict
	}
	s += " " + mark
	if color {
		switch quality(col, cell) {
		case "better":
			s = "\x1b[32m" + s + "\x1b[0m"
		case "worse":
			s = "\x1b[31m" + s + "\x1b[0m"
		}
	}
	return s
}
