package report

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jedib0t/go-pretty/v6/text"

	"rewriting/metrics"
)

func forms(t *testing.T, r *Result) map[string][]byte {
	t.Helper()
	page, err := HTML(r)
	if err != nil {
		t.Fatal(err)
	}
	j, err := JSON(r)
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"html": page, "json": j, "text": []byte(Text(r, TextOptions{Width: 100})),
		"markdown": []byte(Markdown(r)), "csv": []byte(CSV(r)), "latex": []byte(LaTeX(r))}
}

// P8: equal results give equal bytes in every form; another time shows only where times are shown.
func TestP08EqualResultsGiveEqualBytes(t *testing.T) {
	a, b := synthetic(t), synthetic(t)
	first, second := forms(t, a), forms(t, b)
	b.Times[0].Seconds = 99
	late := forms(t, b)
	for name := range first {
		if !bytes.Equal(first[name], second[name]) {
			t.Errorf("%s differs between two equal results", name)
		}
		if timed := name == "html" || name == "json"; bytes.Equal(first[name], late[name]) == timed {
			t.Errorf("%s: shows times = %v", name, !timed)
		}
	}
	page := bytes.ReplaceAll(late["html"], []byte("99.0 s"), []byte("1.4 s"))
	if !bytes.Equal(page, first["html"]) {
		t.Error("a time changes more of the page than the time")
	}
}

func TestAResultComesBackFromJSON(t *testing.T) {
	r := synthetic(t)
	r.Schema = Schema
	cell := r.Rows[0].Cells["lpips"]
	cell.Low = Number(math.NaN())
	r.Rows[0].Cells["lpips"] = cell
	b, err := JSON(r)
	if err != nil {
		t.Fatal(err)
	}
	back, err := ReadJSON(b)
	if err != nil {
		t.Fatal(err)
	}
	numbers := cmp.Comparer(func(x, y Number) bool { return x == y || x.NaN() && y.NaN() })
	pictures := cmp.Comparer(func(x, y Image) bool { return x.Caption == y.Caption && bytes.Equal(x.PNG, y.PNG) })
	if d := cmp.Diff(r, back, numbers, pictures, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	if _, err := ReadJSON([]byte(`{"schema": 99}`)); err == nil || !strings.Contains(err.Error(), "schema 99") {
		t.Errorf("a newer schema: %v", err)
	}
}

func TestCSVHoldsEveryNumberInFull(t *testing.T) {
	r := synthetic(t)
	lines, err := csv.NewReader(strings.NewReader(CSV(r))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := 1 + len(r.Rows)*len(r.shown()); len(lines) != want {
		t.Fatalf("%d lines, want %d", len(lines), want)
	}
	at := map[string]int{}
	for i, name := range lines[0] {
		at[name] = i
	}
	for _, l := range lines[1:] {
		for _, row := range r.Rows {
			cell, ok := row.Cells[l[at["column"]]]
			if row.Title != l[at["method"]] || !ok {
				continue
			}
			v, err := strconv.ParseFloat(l[at["value"]], 64)
			if err != nil || Number(v) != cell.Value || l[at["n"]] != strconv.Itoa(cell.N) {
				t.Errorf("%v does not hold %v", l, cell)
			}
		}
	}
}

func TestTextFitsTheTerminal(t *testing.T) {
	r := synthetic(t)
	for _, width := range []int{80, 100, 140} {
		for line := range strings.Lines(Text(r, TextOptions{Width: width})) {
			if n := text.StringWidth(strings.TrimRight(line, "\n")); n > width {
				t.Errorf("a line of %d columns at width %d: %q", n, width, line)
			}
		}
	}
	if strings.Contains(Text(r, TextOptions{}), "\x1b") {
		t.Error("colour that was not asked for")
	}
	if !strings.Contains(Text(r, TextOptions{Color: true}), "\x1b[32m") {
		t.Error("no colour though asked for")
	}
}

func TestHiddenColumnsAreNotShown(t *testing.T) {
	for name, b := range forms(t, synthetic(t)) {
		if name != "json" && bytes.Contains(b, []byte(">pixels<")) {
			t.Errorf("%s shows a hidden column", name)
		}
	}
}

func TestThePageStandsAlone(t *testing.T) {
	page, err := HTML(synthetic(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, outside := range []string{`src="http`, `href=`, "@import", "url(", "//cdn"} {
		if bytes.Contains(page, []byte(outside)) {
			t.Errorf("the page refers to the outside: %s", outside)
		}
	}
	if n := bytes.Count(page, []byte(`src="data:image/`)); n < 30 {
		t.Errorf("%d embedded pictures", n)
	}
	if bytes.Contains(page, []byte("ZgotmplZ")) {
		t.Error("the template refused a value")
	}
}

func TestTitlesCannotBreakTheForms(t *testing.T) {
	r := synthetic(t)
	r.Title = `<script>alert("x")</script>`
	r.Rows[0].Title, r.Reference = "50% & more_|*", "50% & more_|*"
	f := forms(t, r)
	if bytes.Contains(f["html"], []byte("<script>alert")) {
		t.Error("the page runs the title")
	}
	if !bytes.Contains(f["latex"], []byte(`\textbf{50\% \& more\_|*}`)) {
		t.Errorf("LaTeX is not escaped: %s", f["latex"])
	}
	if !bytes.Contains(f["markdown"], []byte(`50% & more\_\|\*`)) {
		t.Error("Markdown is not escaped")
	}
}

func TestAnEmptyResultRenders(t *testing.T) {
	forms(t, &Result{Title: "Nothing yet", Columns: []metrics.Column{{Key: "a", Title: "A", Kind: metrics.Mean}}})
}
