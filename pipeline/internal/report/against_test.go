package report

import (
	"strings"
	"testing"
)

func TestPublishedNumbersAreComparedWithOurIntervals(t *testing.T) {
	r := synthetic(t)
	number := func(x float64) *Number { n := Number(x); return &n }
	row := &r.Rows[0]
	for _, c := range []struct {
		paper           float64
		low, value, top Number
		want            string
	}{
		{0.04, 0.046, 0.050, 0.054, "below ours"},
		{0.04, 0.0449, 0.047, 0.05, "inside"}, // published as 0.04, so up to 0.045
		{0.04, 0.02, 0.03, 0.0351, "inside"},
		{0.04, 0.02, 0.03, 0.0349, "above ours"},
		{0.30, 0.305, 0.31, 0.32, "inside"},
	} {
		for i := range r.Rows {
			if cell, ok := r.Rows[i].Cells["lpips"]; ok {
				cell.Paper = nil
				r.Rows[i].Cells["lpips"] = cell
			}
		}
		row.Cells["lpips"] = Cell{Value: c.value, Low: c.low, High: c.top, Paper: number(c.paper)}
		r.Rows[1].Cells["lpips"] = Cell{Value: 0.1, Low: 0.1, High: 0.1, Paper: number(0.07)}
		var found *Published
		for _, p := range Against(r) {
			if p.Row == row.Title && strings.Contains(p.Column, "LPIPS") && found == nil {
				found = &p
			}
		}
		if found == nil || found.Verdict() != c.want {
			t.Errorf("%v in [%v, %v]: %+v, want %s", c.paper, c.low, c.top, found, c.want)
		}
	}
	for name, text := range forms(t, r) {
		if want := "number by number"; (name == "html" || name == "markdown") != strings.Contains(string(text), want) {
			t.Errorf("%s: says %q: %v", name, want, strings.Contains(string(text), want))
		}
	}
}
