package report

import (
	"bytes"
	"encoding/xml"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rewriting/metrics"
)

var change = metrics.Column{Key: "change", Title: "change", Kind: metrics.Mean, Digits: 3, Version: 1}

// sweep is a result whose rows are one method at several ranks and another without.
func sweep(ranks ...string) *Result {
	r := &Result{Columns: []metrics.Column{change}, Reference: "Ours"}
	for i, rank := range ranks {
		v := Number(1 + i)
		r.Rows = append(r.Rows, Row{Title: "Ours, rank " + rank, Kind: "insert", Base: "Ours", Swept: []Fact{{"rank", rank}},
			Cells: map[string]Cell{"change": {Value: v, Low: v - .5, High: v + .25}}})
		r.Curves = append(r.Curves, Curve{Row: "Ours, rank " + rank, Every: 1, Loss: []float64{100, float64(10 * (i + 1)), 1}})
	}
	r.Rows = append(r.Rows, Row{Title: "Unmodified", Kind: "unmodified", Cells: map[string]Cell{"change": {Value: 0}}})
	return r
}

// words are what a plot says.
func words(t *testing.T, d *Drawing, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.SVG()
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("REWRITING_LOOK"); dir != "" { // to look at them
		p, err := d.PNG()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "-")+".png"), p, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var all []string
	for dec := xml.NewDecoder(bytes.NewReader(b)); ; {
		tok, err := dec.Token()
		if err != nil {
			break
		}
		if c, ok := tok.(xml.CharData); ok && strings.TrimSpace(string(c)) != "" {
			all = append(all, strings.TrimSpace(string(c)))
		}
	}
	return strings.Join(all, "|")
}

func TestASweepIsOneLineWithATickPerValue(t *testing.T) {
	d, err := SweepPlot([]Named{{"run", sweep("1", "3", "10", "30")}}, "rank", change)
	got := words(t, d, err)
	for _, want := range []string{"|1|", "|3|", "|10|", "|30|", "|Ours", "|Unmodified", "rank"} {
		if !strings.Contains("|"+got+"|", want) {
			t.Errorf("the plot lacks %q: %s", want, got)
		}
	}
	if strings.Contains(got, "rank 3") {
		t.Errorf("a value has a line of its own: %s", got)
	}
}

func TestRunsOfOneValueEachAreOneLineAndRunsOfManyAreOneEach(t *testing.T) {
	d, err := SweepPlot([]Named{{"a", sweep("1")}, {"b", sweep("3")}}, "rank", change)
	if got := words(t, d, err); strings.Contains(got, "a: Ours") || !strings.Contains(got, "a: Unmodified") {
		t.Errorf("one value each: %s", got)
	}
	d, err = SweepPlot([]Named{{"a", sweep("1", "3")}, {"b", sweep("1", "3")}}, "rank", change)
	if got := words(t, d, err); !strings.Contains(got, "a: Ours") || !strings.Contains(got, "b: Ours") {
		t.Errorf("two values each: %s", got)
	}
}

func TestValuesThatAreNoNumbersStandBesideEachOther(t *testing.T) {
	d, err := SweepPlot([]Named{{"run", sweep("mean", "first")}}, "rank", change)
	if got := words(t, d, err); !strings.Contains(got, "mean|first") {
		t.Errorf("got %s", got)
	}
}

func TestASettingThatNoRowHasIsAnErrorThatListsWhatThereIs(t *testing.T) {
	_, err := SweepPlot([]Named{{"run", sweep("1")}}, "rnak", change)
	if err == nil || !strings.Contains(err.Error(), `"rnak"; there is row, iteration, rank`) {
		t.Errorf("got %v", err)
	}
}

func TestRowsOfSeveralRunsStandBesideEachOther(t *testing.T) {
	d, err := RowPlot([]Named{{"a", sweep("1", "3")}, {"b", sweep("3")}}, change)
	got := words(t, d, err)
	for _, want := range []string{"Ours, rank 1", "Ours, rank 3", "Unmodified", "a", "b"} {
		if strings.Count("|"+got+"|", "|"+want+"|") != 1 {
			t.Errorf("%q is not there once: %s", want, got)
		}
	}
}

func TestLossesOfAllRowsAreLines(t *testing.T) {
	d, err := LossPlot([]Named{{"run", sweep("1", "3")}})
	if got := words(t, d, err); !strings.Contains(got, "iteration") || !strings.Contains(got, "Ours, rank 1|Ours, rank 3") {
		t.Errorf("got %s", got)
	}
}

func TestP08EqualPlotsAreEqualBytesInEveryFormat(t *testing.T) {
	draw := func() (svg, dots []byte) {
		d, err := SweepPlot([]Named{{"run", sweep("1", "3", "10")}}, "rank", change)
		if err != nil {
			t.Fatal(err)
		}
		if svg, err = d.SVG(); err != nil {
			t.Fatal(err)
		}
		if dots, err = d.PNG(); err != nil {
			t.Fatal(err)
		}
		return svg, dots
	}
	a, b := draw()
	c, d := draw()
	if !bytes.Equal(a, c) || !bytes.Equal(b, d) {
		t.Error("two drawings of one plot differ")
	}
	if img, err := png.Decode(bytes.NewReader(b)); err != nil || img.Bounds().Dx() < 1000 {
		t.Errorf("%v, %v", img, err)
	}
}
