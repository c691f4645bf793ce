package report

import (
	"fmt"
	"strings"

	"rewriting/metrics"
)

// LaTeX is a booktabs table for a paper: value and interval, the published number beside where there is
// one, the reference row in bold. It needs \usepackage{booktabs}.
func LaTeX(r *Result) string {
	cols := r.shown()
	var b strings.Builder
	spec, head := "l", "Method"
	for _, c := range cols {
		spec += "r"
		head += " & " + escapeLaTeX(c.Title) + latexArrow(c)
		if r.hasPaper(c.Key) {
			spec += "r"
			head += " & paper"
		}
	}
	fmt.Fprintf(&b, "\\begin{tabular}{%s}\n\\toprule\n%s \\\\\n\\midrule\n", spec, head)
	for _, row := range r.Rows {
		title := escapeLaTeX(row.Label())
		if row.Title == r.Reference {
			title = "\\textbf{" + title + "}"
		}
		b.WriteString(title)
		for _, c := range cols {
			b.WriteString(" & " + latexCell(c, row))
			if r.hasPaper(c.Key) {
				b.WriteString(" & " + r.published(row, c.Key))
			}
		}
		b.WriteString(" \\\\\n")
	}
	b.WriteString("\\bottomrule\n\\end{tabular}\n% " + strings.ReplaceAll(r.legend(), "%", "percent") + "\n")
	return b.String()
}

func latexCell(col metrics.Column, row Row) string {
	if row.Failed != "" {
		return "failed"
	}
	cell, ok := row.Cells[col.Key]
	if !ok || cell.Value.NaN() {
		return "--"
	}
	s := "$" + digits(cell.Value, col.Digits) + "$"
	if in := cell.interval(col.Digits); in != "" {
		s += " {\\scriptsize $" + in + "$}"
	}
	if cell.Difference != nil {
		s += map[string]string{"~": " $\\sim$", "+": " $+$", "-": " $-$"}[cell.Difference.Verdict]
	}
	return s
}

func latexArrow(c metrics.Column) string {
	switch c.Direction {
	case metrics.Higher:
		return " $\\uparrow$"
	case metrics.Lower:
		return " $\\downarrow$"
	}
	return ""
}

var latex = strings.NewReplacer(`\`, `\textbackslash{}`, "%", `\%`, "&", `\&`, "_", `\_`, "#", `\#`, "$", `\$`, "{", `\{`, "}", `\}`,
	"~", `\textasciitilde{}`, "^", `\textasciicircum{}`, "Λ", `$\Lambda$`, "→", `$\rightarrow$`)

func escapeLaTeX(s string) string { return latex.Replace(s) }
