package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheCommittedTablesHoldThePublishedNumbers(t *testing.T) {
	for file, want := range map[string]struct {
		rows        int
		kind        string
		key         string
		value, size float64
	}{
		"table1.toml":       {8, "insert", "smiling", 84.37, 10000},
		"table2-spire.toml": {8, "finetune", "lpips", 0.36, 10000},
		"table2-tree.toml":  {7, "linear", "modified", 59.43, 10000},
		"table3.toml":       {4, "unmodified", "middle", 64, 1000},
	} {
		table, err := ReadPaper(filepath.Join("..", "..", "..", "results", "paper", file))
		if err != nil {
			t.Error(err)
			continue
		}
		if len(table.Rows) != want.rows || table.Columns[want.key].N != int(want.size) {
			t.Errorf("%s has %d rows, n = %d", file, len(table.Rows), table.Columns[want.key].N)
		}
		for _, row := range table.Rows {
			if row.Kind == want.kind && row.Values[want.key] != want.value {
				t.Errorf("%s, %s, %s = %v, want %v", file, want.kind, want.key, row.Values[want.key], want.value)
			}
		}
	}
}

func TestRowsOfOneKindAreToldApartByTheirSettings(t *testing.T) {
	table, err := ReadPaper(filepath.Join("..", "..", "..", "results", "paper", "table3.toml"))
	if err != nil {
		t.Fatal(err)
	}
	cells := func() map[string]Cell { return map[string]Cell{"bottom": {}} }
	r := &Result{Rows: []Row{
		{Kind: "zero", Params: []Fact{{"units", "60"}}, Cells: cells()},
		{Kind: "zero", Params: []Fact{{"units", "30"}}, Cells: cells()},
		{Kind: "zero", Params: []Fact{{"units", "10"}}, Cells: cells()},
		{Kind: "erase", Cells: cells()}, {Kind: "erase", Cells: cells()},
	}}
	table.Attach(r, nil)
	for i, want := range []float64{4, 6, -1, 0, -1} {
		got := r.Rows[i].Cells["bottom"].Paper
		if (got == nil) != (want < 0) || got != nil && float64(*got) != want {
			t.Errorf("row %d has %v, want %v", i, got, want)
		}
	}
}

// On a smaller network fewer units stand for the paper's thirty and sixty.
func TestARowCanBeToldWhichPublishedRowItStandsFor(t *testing.T) {
	table, err := ReadPaper(filepath.Join("..", "..", "..", "results", "paper", "table3.toml"))
	if err != nil {
		t.Fatal(err)
	}
	r := &Result{}
	for _, units := range []string{"8", "16", "30"} {
		r.Rows = append(r.Rows, Row{Title: "Zeroing " + units, Kind: "zero", Params: []Fact{{"units", units}}, Cells: map[string]Cell{"bottom": {}}})
	}
	table.Attach(r, map[string]string{"Zeroing 8": "Zeroing 30 units (GAN Dissection)", "Zeroing 16": "Zeroing 60 units (GAN Dissection)", "Zeroing 30": "Unmodified"})
	for i, want := range []Number{6, 4, 26} {
		if got := r.Rows[i].Cells["bottom"].Paper; got == nil || *got != want {
			t.Errorf("row %d has %v, want %v", i, got, want)
		}
	}
}

func TestAMistakeInPublishedNumbersIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table.toml")
	for text, want := range map[string]string{
		"title = \"T\"\ncolour = 1":                                   `no such key "colour"`,
		"about = \"x\"":                                               "title is required",
		"title = \"T\"\n[[row]]\ntitle = \"a\"":                       "row 1 has no kind",
		"title = \"T\"\n[[row]]\nkind = \"a\"\nvalues = { smile = 1}": `column "smile"`,
		"title = ": "table.toml",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadPaper(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}
