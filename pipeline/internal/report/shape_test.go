package report

import (
	"strings"
	"testing"
)

func interval(row Row, key string, low, high float64) Row {
	c := row.Cells[key]
	c.Low, c.High = Number(low), Number(high)
	row.Cells[key] = c
	return row
}

func TestShapeNamesTheWinnersAndTheOrderOfThePairs(t *testing.T) {
	r := tiny(withPaper(tinyRow("Ours", "insert", 90, "", .1, ""), 92, .02),
		withPaper(tinyRow("A", "linear", 95, "+", .2, "+"), 80, .10),
		withPaper(interval(tinyRow("B", "single-image", 89.8, "~", .3, "+"), "smiling", 89, 91), 90, .04),
		tinyRow("not in the paper", "svd", 99, "+", .01, "-"))
	r.Paper = "Table 2"
	shapes := Shapes(r)
	if len(shapes) != 2 {
		t.Fatalf("%d columns", len(shapes))
	}
	for i, want := range []string{
		`On "% smiling" the paper's best is Ours; here it is A (0 of 3 pairs in the same order, 1 not told apart, 2 reversed). ` +
			`The other way round here: Ours before A (paper 92 and 80, here 90.0 and 95.0); B before A (paper 90 and 80, here 89.8 and 95.0).`,
		`On "LPIPS" the paper's best is Ours, and so it is here (2 of 3 pairs in the same order, 1 reversed). ` +
			`The other way round here: B before A (paper 0.04 and 0.10, here 0.30 and 0.20).`,
	} {
		if got := shapes[i].sentence(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if text := strings.Join(Verdict(r), "\n"); !strings.Contains(text, shapes[0].sentence()) {
		t.Errorf("the verdict says nothing of the shape:\n%s", text)
	}
}

func TestRowsThatCannotBeToldApartWinTogether(t *testing.T) {
	r := tiny(interval(withPaper(tinyRow("Ours", "insert", 90, "", .1, ""), 92, .02), "smiling", 88, 92),
		interval(withPaper(tinyRow("A", "linear", 91, "~", .2, "+"), 80, .02), "smiling", 89, 93))
	s := Shapes(r)
	if paper, here := s[0].Winners(); paper != "Ours" || here != "A, level with Ours" || !s[0].Agree() {
		t.Errorf("won by %s in the paper and %s here; agree: %v", paper, here, s[0].Agree())
	}
	if paper, here := s[1].Winners(); paper != "Ours and A" || here != "Ours" || s[1].Pairs.Total() != 0 {
		t.Errorf("won by %s in the paper and %s here; %d pairs", paper, here, s[1].Pairs.Total())
	}
}

func TestASentenceNamesAFewReversedPairsAndCountsTheRest(t *testing.T) {
	s := Shape{}
	for _, text := range []string{"a", "b", "c"} {
		s.Pairs.Reversed = append(s.Pairs.Reversed, Reversal{Text: text})
	}
	if got := s.Reversals(); got != "a; b; c" {
		t.Error(got)
	}
	s.Pairs.Reversed = append(s.Pairs.Reversed, Reversal{Text: "d"}, Reversal{Text: "e"})
	if got := s.Reversals(); got != "a; b; c; and 2 more" {
		t.Error(got)
	}
}
