package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"rewriting/metrics"
)

// Named is a result with the name that plots of several runs call it.
type Named struct {
	Name string
	*Result
}

// ByRow and ByIteration are what a plot may go over besides the settings of the methods.
const (
	ByRow       = "row"
	ByIteration = "iteration"
)

// value is what a row has for a setting.
func (row Row) value(setting string) (string, bool) {
	for _, facts := range [][]Fact{row.Swept, row.Params} {
		for _, f := range facts {
			if f.Name == setting {
				return f.Value, true
			}
		}
	}
	return "", false
}

// family names the rows that differ in the swept setting alone.
func (row Row) family(setting string) string {
	name := row.Base
	if name == "" {
		return row.Title
	}
	for _, f := range row.Swept {
		if f.Name != setting {
			name += ", " + f.Name + " " + f.Value
		}
	}
	return name
}

// Swept is the first setting that a config lists values of; "" where none does.
func Swept(runs []Named) string {
	for _, run := range runs {
		for _, row := range run.Rows {
			if len(row.Swept) > 0 {
				return row.Swept[0].Name
			}
		}
	}
	return ""
}

// Shown are the columns that can be plotted: those of the tables that hold a number, each once.
func Shown(runs []Named) []metrics.Column {
	var out []metrics.Column
	for _, run := range runs {
		for _, c := range run.shown() {
			if len(run.usable(c.Key)) > 0 && !slices.ContainsFunc(out, func(o metrics.Column) bool { return o.Key == c.Key }) {
				out = append(out, c)
			}
		}
	}
	return out
}

// SweepPlot draws a column against a setting of the methods, such as "rank" or "layer": one line for the rows of a method
// in one run, or in several where each run holds one value. A row that has no such setting is a dashed level.
func SweepPlot(runs []Named, setting string, col metrics.Column) (*Drawing, error) {
	type at struct {
		line, value string
		cell        Cell
	}
	var points, levels []at
	var values []string
	for _, run := range runs {
		for _, row := range run.Rows {
			cell, ok := row.Cells[col.Key]
			if !ok || cell.Value.NaN() {
				continue
			}
			v, has := row.value(setting)
			if !has {
				levels = append(levels, at{line: title(runs, run, row.Title), cell: cell})
				continue
			}
			if !slices.Contains(values, v) {
				values = append(values, v)
			}
			line := row.family(setting)
			if !pooled(runs, line, setting) {
				line = title(runs, run, line)
			}
			points = append(points, at{line, v, cell})
		}
	}
	if len(points) == 0 {
		return nil, fmt.Errorf("plot of %s: no row has the setting %q; there is %s", col.Title, setting, strings.Join(Settings(runs), ", "))
	}
	axes := Axes{X: setting, Y: col.Title}
	place := numbers(values)
	if place == nil {
		axes.Names = values
	}
	var lines []Line
	for _, p := range points {
		i := slices.IndexFunc(lines, func(l Line) bool { return l.Name == p.line })
		if i < 0 {
			lines = append(lines, Line{Name: p.line, Loose: place == nil})
			i = len(lines) - 1
		}
		x := float64(slices.Index(values, p.value))
		if place != nil {
			x = place[p.value]
		}
		lines[i].Points = append(lines[i].Points, p.cell.at(x))
	}
	for i := range lines {
		slices.SortStableFunc(lines[i].Points, func(a, b Point) int { return cmp.Compare(a.X, b.X) })
	}
	for _, l := range levels {
		lines = append(lines, Line{Name: l.line, Level: true, Points: []Point{l.cell.at(0)}})
	}
	return LinePlot(axes, lines)
}

// pooled reports whether the runs hold one value each of a method's setting, all different, so that together they are one line.
func pooled(runs []Named, family, setting string) bool {
	seen := map[string]bool{}
	for _, run := range runs {
		n := 0
		for _, row := range run.Rows {
			v, ok := row.value(setting)
			if !ok || row.family(setting) != family {
				continue
			}
			if n++; n > 1 || seen[v] {
				return false
			}
			seen[v] = true
		}
	}
	return true
}

// title tells runs apart where there are several.
func title(runs []Named, run Named, name string) string {
	if len(runs) > 1 {
		return run.Name + ": " + name
	}
	return name
}

// numbers reads all values as numbers, or is nil.
func numbers(values []string) map[string]float64 {
	out := map[string]float64{}
	for _, v := range values {
		x, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return nil
		}
		out[v] = x
	}
	return out
}

func (c Cell) at(x float64) Point {
	p := Point{X: x, Y: float64(c.Value), Low: math.NaN(), High: math.NaN()}
	if !c.Low.NaN() && !c.High.NaN() {
		p.Low, p.High = float64(c.Low), float64(c.High)
	}
	return p
}

// Settings are the names that a plot can go over.
func Settings(runs []Named) []string {
	out := []string{ByRow}
	for _, run := range runs {
		if len(run.Curves) > 0 && !slices.Contains(out, ByIteration) {
			out = append(out, ByIteration)
		}
		for _, row := range run.Rows {
			for _, f := range slices.Concat(row.Swept, row.Params) {
				if !slices.Contains(out, f.Name) {
					out = append(out, f.Name)
				}
			}
		}
	}
	return out
}

// LossPlot draws the losses of all methods that optimise over their iterations.
func LossPlot(runs []Named) (*Drawing, error) {
	var lines []Line
	for _, run := range runs {
		for _, c := range run.Curves {
			l := Line{Name: title(runs, run, c.Row), Bare: true}
			for i, v := range c.Loss {
				if !math.IsNaN(v) && !math.IsInf(v, 0) {
					l.Points = append(l.Points, Point{X: float64(i * max(1, c.Every)), Y: v, Low: math.NaN(), High: math.NaN()})
				}
			}
			if len(l.Points) > 0 {
				lines = append(lines, l)
			}
		}
	}
	return LinePlot(Axes{X: ByIteration, Y: "loss", LogY: true}, lines)
}
