package report

import (
	"strings"
	"testing"

	"rewriting/metrics"
)

// tiny is a table of two columns with given verdicts against "Ours".
func tiny(rows ...Row) *Result {
	return &Result{Reference: "Ours", Rows: rows, Columns: []metrics.Column{
		{Key: "smiling", Title: "% smiling", Kind: metrics.Rate, Unit: "%", Digits: 1, Direction: metrics.Higher, Role: metrics.Efficacy},
		{Key: "lpips", Title: "LPIPS", Kind: metrics.Mean, Digits: 2, Direction: metrics.Lower, Role: metrics.Outside}}}
}

func tinyRow(title, kind string, smiling float64, v1 string, lpips float64, v2 string) Row {
	cell := func(value float64, verdict string) Cell {
		c := Cell{Value: Number(value), Low: Number(value), High: Number(value), N: 10}
		if verdict != "" {
			c.Difference = &Difference{Verdict: verdict}
		}
		return c
	}
	return Row{Title: title, Kind: kind, Cells: map[string]Cell{"smiling": cell(smiling, v1), "lpips": cell(lpips, v2)}}
}

func withPaper(row Row, smiling, lpips float64) Row {
	for key, v := range map[string]float64{"smiling": smiling, "lpips": lpips} {
		c, n := row.Cells[key], Number(v)
		c.Paper = &n
		row.Cells[key] = c
	}
	return row
}

func TestVerdictSaysWhatTheNumbersSay(t *testing.T) {
	ours := tinyRow("Ours", "insert", 90, "", .1, "")
	for _, c := range []struct {
		name string
		r    *Result
		want []string
	}{
		{"best in everything", tiny(ours, tinyRow("A", "linear", 70, "-", .3, "+"), tinyRow("Unmodified", "unmodified", 5, "-", 0, "-")),
			[]string{"from 5.0 % unmodified", "That is the highest efficacy of the table", "the least of all edits", "A changes 3.0 times as much"}},
		{"beaten at a price", tiny(ours, tinyRow("A", "unconstrained", 99, "+", .5, "+"), tinyRow("B", "linear", 80, "-", .12, "~")),
			[]string{"A is more effective", "Among the rows that change at most 1.5 times as much elsewhere (B), none is more effective", "no difference is shown to B"}},
		{"beaten outright", tiny(ours, tinyRow("A", "linear", 99, "+", .05, "-")),
			[]string{"A is more effective", "Of these, A is so with comparable change elsewhere", "A changes less"}},
		{"alone in its price class", tiny(ours, tinyRow("A", "unconstrained", 99, "+", .5, "+")),
			[]string{"every other row changes more than 1.5 times as much elsewhere"}},
		{"no effect", tiny(ours, tinyRow("Unmodified", "unmodified", 90, "~", 0, "-")), []string{"the edit shows no effect"}},
		{"harm", tiny(ours, tinyRow("Unmodified", "unmodified", 95, "+", 0, "-")), []string{"the edit works against its aim"}},
		{"a tie", tiny(ours, tinyRow("A", "linear", 91, "~", .1, "~")), []string{"No row is shown to be more effective; no difference is shown to A"}},
		{"a failed row", tiny(ours, tinyRow("A", "linear", 91, "~", .1, "~"), Row{Title: "C", Failed: "boom"}), []string{"because it failed: C"}},
	} {
		got := strings.Join(Verdict(c.r), "\n")
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q is missing in\n%s", c.name, want, got)
			}
		}
	}
}

func TestThePerceptualDistanceToTheIdealSpeaksWhereThereIsOne(t *testing.T) {
	r := tiny(tinyRow("Ours", "insert", 90, "", .1, ""), tinyRow("A", "linear", 80, "-", .2, "+"), tinyRow("Unmodified", "unmodified", 1, "-", 0, "-"))
	for _, key := range []string{"cf-own-l1-outside", "cf-own-lpips-outside"} {
		r.Columns = append(r.Columns, metrics.Column{Key: key, Title: key, Kind: metrics.Mean, Digits: 2, Direction: metrics.Lower, Role: metrics.Target})
	}
	for i, verdicts := range [][2]string{{"", ""}, {"-", "+"}, {"-", "~"}} {
		for k, key := range []string{"cf-own-l1-outside", "cf-own-lpips-outside"} {
			c := Cell{Value: 0.25}
			if verdicts[k] != "" {
				c.Difference = &Difference{Verdict: verdicts[k]}
			}
			r.Rows[i].Cells[key] = c
		}
	}
	got := strings.Join(Verdict(r), "\n")
	want := `On "cf-own-lpips-outside", the pictures of Ours are the closest of all edits to those that a perfect edit would give (0.25). No difference is shown to the unmodified images.`
	if !strings.Contains(got, want) || strings.Contains(got, "l1") {
		t.Errorf("missing: %s\nin: %s", want, got)
	}
}

func TestVerdictCountsAgreementWithThePaper(t *testing.T) {
	r := tiny(withPaper(tinyRow("Ours", "insert", 90, "", .1, ""), 84.37, .04),
		withPaper(tinyRow("A", "linear", 99, "+", .05, "-"), 87.44, .14),
		withPaper(tinyRow("B", "single-image", 60, "-", .1, "~"), 82.12, .04))
	r.Paper = "Table 1"
	got := strings.Join(Verdict(r), "\n")
	want := `Of 3 comparisons with Ours that the paper's Table 1 makes, 2 fall the same way here, and 1 contradict it: A on "LPIPS" (paper 0.14 against 0.04, here 0.05 against 0.10).`
	if !strings.Contains(got, want) {
		t.Errorf("missing: %s\nin: %s", want, got)
	}
}

func TestWithoutAReferenceThereIsNoVerdict(t *testing.T) {
	r := tiny(tinyRow("Ours", "insert", 90, "", .1, ""), tinyRow("A", "linear", 99, "", .05, ""))
	r.Rows[0].Failed = "boom"
	if v := Verdict(r); v != nil {
		t.Errorf("got %v", v)
	}
}
