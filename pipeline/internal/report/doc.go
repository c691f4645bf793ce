// Package report renders one Result in every form a reader wants: a table for the terminal, Markdown,
// CSV, LaTeX, JSON and one self-contained HTML page with plots and pictures.
//
// All forms are made from the same Result, so they cannot disagree, and equal Results give equal bytes
// (what differs between two runs of one experiment is kept in Result.Times).
//
//	result := &report.Result{Title: "Smile", Columns: columns, Rows: report.Tabulate(columns, scores, 0)}
//	if err := report.Paper(result, "results/paper/table1.toml"); err != nil { ... }
//	fmt.Print(report.Text(result, report.TextOptions{Width: 100}))
//	page, err := report.HTML(result)
package report
