package report

import (
	"fmt"
	"os"

	"github.com/BurntSushi/toml"
)

// PaperTable is a published table, as committed under results/paper.
type PaperTable struct {
	Title   string                 `toml:"title"`
	About   string                 `toml:"about"`
	Columns map[string]PaperColumn `toml:"column"`
	Rows    []PaperRow             `toml:"row"`
}

// PaperColumn is the heading of a published column and its sample size.
type PaperColumn struct {
	Title string `toml:"title"`
	N     int    `toml:"n"`
}

// PaperRow is one published row. Settings tell rows of one kind apart: all must be among a Row's Params.
type PaperRow struct {
	Kind     string             `toml:"kind"`
	Title    string             `toml:"title"`
	Settings map[string]string  `toml:"settings"`
	Values   map[string]float64 `toml:"values"`
}

// ReadPaper reads a published table. A key that does not exist, a value of an undeclared column and a
// row without kind are errors.
func ReadPaper(path string) (*PaperTable, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("published numbers: %w", err)
	}
	var t PaperTable
	md, err := toml.Decode(string(b), &t)
	if err != nil {
		return nil, fmt.Errorf("published numbers %s: %w", path, err)
	}
	if unknown := md.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("published numbers %s: no such key %q", path, unknown[0])
	}
	if t.Title == "" {
		return nil, fmt.Errorf("published numbers %s: title is required", path)
	}
	for i, row := range t.Rows {
		if row.Kind == "" {
			return nil, fmt.Errorf("published numbers %s: row %d has no kind", path, i+1)
		}
		for key := range row.Values {
			if _, ok := t.Columns[key]; !ok {
				return nil, fmt.Errorf("published numbers %s: row %q has a value for column %q, which is not declared", path, row.Title, key)
			}
		}
	}
	return &t, nil
}

// Attach puts the published numbers beside ours wherever kind (and settings) of the row and key of the
// column agree. The first row of a kind takes them; later rows of that kind are variants that the paper
// does not have. named says, for some of our rows, which published row they stand for, by titles: where settings
// differ because the generator does.
func (t *PaperTable) Attach(r *Result, named map[string]string) {
	r.Paper = t.Title
	for _, published := range t.Rows {
		for i := range r.Rows {
			title, given := named[r.Rows[i].Title]
			if given && title != published.Title || !given && !published.describes(r.Rows[i]) {
				continue
			}
			for key, cell := range r.Rows[i].Cells {
				if v, ok := published.Values[key]; ok {
					number := Number(v)
					cell.Paper, cell.PaperN = &number, t.Columns[key].N
					r.Rows[i].Cells[key] = cell
				}
			}
			break
		}
	}
}

// Titles lists the published rows.
func (t *PaperTable) Titles() []string {
	var all []string
	for _, row := range t.Rows {
		all = append(all, row.Title)
	}
	return all
}

func (p PaperRow) describes(row Row) bool {
	if row.Kind != p.Kind {
		return false
	}
	for name, value := range p.Settings {
		found := false
		for _, f := range row.Params {
			found = found || f.Name == name && f.Value == value
		}
		if !found {
			return false
		}
	}
	return true
}
