package report

import (
	"fmt"
	"strings"
)

// Markdown is the table with its protocol, for a README or an issue.
func Markdown(r *Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", escapeMarkdown(r.Title))
	for _, f := range r.Facts {
		fmt.Fprintf(&b, "- %s: %s\n", escapeMarkdown(f.Name), escapeMarkdown(f.Value))
	}
	cols := r.shown()
	b.WriteString("\n| Method |")
	rule := "\n| --- |"
	for _, c := range cols {
		b.WriteString(" " + escapeMarkdown(c.Title+arrow(c)) + " |")
		rule += " ---: |"
		if r.hasPaper(c.Key) {
			b.WriteString(" paper |")
			rule += " ---: |"
		}
	}
	b.WriteString(rule + "\n")
	for _, row := range r.Rows {
		title := escapeMarkdown(row.Label())
		if row.Title == r.Reference {
			title = "**" + title + "**"
		}
		b.WriteString("| " + title + " |")
		for _, c := range cols {
			b.WriteString(" " + strings.TrimSpace(strings.ReplaceAll(textCell(c, row, false), "~", `\~`)) + " |")
			if r.hasPaper(c.Key) {
				b.WriteString(" " + r.published(row, c.Key) + " |")
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("\n" + escapeMarkdown(r.legend()) + "\n")
	for _, row := range r.Rows {
		if row.Failed != "" {
			fmt.Fprintf(&b, "\n%s failed: %s\n", escapeMarkdown(row.Title), escapeMarkdown(row.Failed))
		}
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "\nWarning: %s\n", escapeMarkdown(w))
	}
	for _, p := range Verdict(r) {
		fmt.Fprintf(&b, "\n%s\n", escapeMarkdown(p))
	}
	b.WriteString(against(r))
	b.WriteString("\n## What the columns measure\n\n")
	for _, c := range cols {
		fmt.Fprintf(&b, "- **%s** (`%s`, %s): %s. %s.\n", escapeMarkdown(c.Title), c.Key, c.Kind, escapeMarkdown(c.Meaning), escapeMarkdown(c.Protocol))
	}
	for _, s := range r.Provenance {
		fmt.Fprintf(&b, "\n## %s\n\n", escapeMarkdown(s.Title))
		for _, f := range s.Facts {
			fmt.Fprintf(&b, "- %s: %s\n", escapeMarkdown(f.Name), escapeMarkdown(f.Value))
		}
	}
	return b.String()
}

var markdown = strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", "&lt;", "\n", " ", "~", `\~`)

func escapeMarkdown(s string) string { return markdown.Replace(s) }
