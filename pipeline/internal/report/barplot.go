package report

import (
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"rewriting/metrics"
)

// BarPlot shows one column of one run: a bar per row with its 95 % interval, and the published number as a ring.
func BarPlot(r *Result, col metrics.Column) (*Drawing, error) {
	return RowPlot([]Named{{Result: r}}, col)
}

// RowPlot shows one column: a bar per row with its 95 % interval, beside each other where there are several runs, and the published
// number as a ring.
func RowPlot(runs []Named, col metrics.Column) (*Drawing, error) {
	rows := titles(runs, col.Key)
	if len(rows) == 0 {
		return nil, fmt.Errorf("plot of %s: no row has a number", col.Title)
	}
	p := newPlot()
	p.X.Label.Text = col.Title
	legend := plot.NewLegend()
	legend.TextStyle, legend.Top, legend.Left = p.Legend.TextStyle, true, true
	d := &Drawing{plot: p, w: 15 * vg.Centimeter, h: vg.Length(len(rows)*len(runs))*14 + vg.Length(len(rows))*6 + 56}
	var published plotter.XYs
	for n, run := range runs {
		var first *plotter.BarChart
		for _, row := range run.usable(col.Key) {
			// The first row is at the top, and in it the first run.
			at := float64(len(rows)-1-slices.Index(rows, row.Title)) + (float64(len(runs)-1)/2-float64(n))*0.8/float64(len(runs))
			cell := row.Cells[col.Key]
			colour := run.colour(row)
			if len(runs) > 1 {
				colour = lineColours[n%len(lineColours)]
			}
			bar, err := addBar(p, cell, at, colour)
			if err != nil {
				return nil, fmt.Errorf("plot of %s: %w", col.Title, err)
			}
			if first == nil {
				first = bar
			}
			if cell.Paper != nil && n == 0 {
				published = append(published, plotter.XY{X: float64(*cell.Paper), Y: at})
			}
		}
		if len(runs) > 1 && first != nil {
			legend.Add(run.Name, first)
			d.lines++
		}
	}
	if len(published) > 0 {
		rings, err := plotter.NewScatter(published)
		if err != nil {
			return nil, fmt.Errorf("plot of %s: %w", col.Title, err)
		}
		rings.GlyphStyle = draw.GlyphStyle{Color: ink, Radius: 4, Shape: draw.RingGlyph{}}
		p.Add(rings)
		legend.Add("paper", rings)
		d.lines++
	}
	if d.lines > 0 {
		d.legend = &legend
	}
	slices.Reverse(rows)
	p.NominalY(rows...)
	p.Y.LineStyle.Width, p.Y.Tick.Length = 0, 0
	p.X.Min = min(0, p.X.Min)
	p.X.Max += 0.03 * (p.X.Max - p.X.Min)
	grid := plotter.NewGrid()
	grid.Horizontal.Width = 0
	grid.Vertical.Color = lattice
	p.Add(grid)
	return d, nil
}

// titles are the rows that have a number in the column in any run, in the order of the runs.
func titles(runs []Named, key string) []string {
	var out []string
	for _, run := range runs {
		for _, row := range run.usable(key) {
			if !slices.Contains(out, row.Title) {
				out = append(out, row.Title)
			}
		}
	}
	return out
}

func addBar(p *plot.Plot, cell Cell, at float64, colour color.Color) (*plotter.BarChart, error) {
	bar, err := plotter.NewBarChart(plotter.Values{float64(cell.Value)}, vg.Points(12))
	if err != nil {
		return nil, err
	}
	bar.Horizontal, bar.XMin, bar.Color, bar.LineStyle.Width = true, at, colour, 0
	p.Add(bar)
	return bar, addInterval(p, cell, at)
}

func addInterval(p *plot.Plot, cell Cell, at float64) error {
	if cell.Low.NaN() || cell.High.NaN() {
		return nil
	}
	bars, err := plotter.NewXErrorBars(struct {
		plotter.XYs
		plotter.XErrors
	}{plotter.XYs{{X: float64(cell.Value), Y: at}},
		plotter.XErrors{{Low: float64(cell.Value - cell.Low), High: float64(cell.High - cell.Value)}}})
	if err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	bars.LineStyle = draw.LineStyle{Color: ink, Width: 1}
	bars.CapWidth = 5
	p.Add(bars)
	return nil
}
