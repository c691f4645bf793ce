package report

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/metrics"
)

func TestARunIsWithinItsOwnBoundsAfterWritingAndReading(t *testing.T) {
	r := synthetic(t)
	text, err := BoundsOf(r).TOML()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bounds.toml")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	b, err := ReadBounds(path)
	if err != nil {
		t.Fatal(err)
	}
	if moved := b.Check(r); len(moved) != 0 {
		t.Errorf("%s", MovedText(moved))
	}
}

func TestBoundsLeaveRoomForAnotherOrderOfSums(t *testing.T) {
	r := &Result{Columns: []metrics.Column{{Key: "error", Digits: 4}, {Key: "share", Digits: 1, Unit: "%"}}, Rows: []Row{{Title: "Ours", Cells: map[string]Cell{
		"error": {Value: 2, Low: 1.99, High: 2.01, N: 10},
		"share": {Value: 99, Low: 90, High: 99.5, N: 10},
	}}}}
	want := []Bound{{"Ours", "error", 1.94, 2.06, 10}, {"Ours", "share", 81, 100, 10}}
	if diff := cmp.Diff(want, BoundsOf(r).Bound); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsOutsideItsBoundIsNamed(t *testing.T) {
	r := &Result{Rows: []Row{
		{Title: "Ours", Cells: map[string]Cell{"a": {Value: 5, N: 10}}},
		{Title: "Broken", Failed: "diverged"},
	}}
	tests := []struct {
		bound Bound
		why   string
	}{
		{Bound{"Ours", "a", 5, 5, 10}, ""},
		{Bound{"Ours", "a", 5, 5, 0}, ""},
		{Bound{"Ours", "a", 5.1, 6, 10}, "below"},
		{Bound{"Ours", "a", 4, 4.9, 10}, "above"},
		{Bound{"Ours", "a", 4, 6, 11}, "another number of samples"},
		{Bound{"Ours", "b", 4, 6, 10}, "no such column"},
		{Bound{"Theirs", "a", 4, 6, 10}, "no such row"},
		{Bound{"Broken", "a", 4, 6, 10}, "failed: diverged"},
	}
	for _, test := range tests {
		moved := (&Bounds{Bound: []Bound{test.bound}}).Check(r)
		why := ""
		if len(moved) > 0 {
			why = moved[0].Why
		}
		if why != test.why {
			t.Errorf("%+v: %q, want %q", test.bound, why, test.why)
		}
	}
}

func TestAThresholdFileThatChecksNothingIsRefused(t *testing.T) {
	for _, text := range []string{"", "title = 1", "[[bound]]\nrow = \"a\"", "[[bound]]\nrow=\"a\"\ncolumn=\"b\"\nlow=2.0\nhigh=1.0",
		"[[bound]]\nrow=\"a\"\ncolumn=\"b\"\nlow=1.0\nhigh=2.0\nhihg=3.0", "[[bound"} {
		path := filepath.Join(t.TempDir(), "bounds.toml")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadBounds(path); err == nil {
			t.Errorf("accepted %q", text)
		}
	}
}
