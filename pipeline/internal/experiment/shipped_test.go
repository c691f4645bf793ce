package experiment

import (
	"testing"

	"rewriting/pipeline/internal/config"
	_ "rewriting/worlds/churches"
)

// Every name in the configs of the paper's tables exists, and every row of a table that the paper has is compared with it.
func TestTheTablesOfTheWorldsCanBeRun(t *testing.T) {
	for name, compared := range map[string]int{"smile": 8, "spire": 8, "tree": 7, "watermark": 4} {
		cfg, err := config.Load("../../../configs/"+name+".toml", nil)
		if err != nil {
			t.Fatal(err)
		}
		e, err := Build(t.Context(), cfg)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		found := 0
		for _, row := range e.paper.Rows {
			for i := range e.Rows {
				title, given := cfg.Compare.Rows[e.Rows[i].Name]
				if given && title == row.Title || !given && e.Rows[i].Kind == row.Kind && len(row.Settings) == 0 {
					found++
					break
				}
			}
		}
		if found != compared {
			t.Errorf("%s: %d of the paper's rows are there, want %d", name, found, compared)
		}
	}
}
