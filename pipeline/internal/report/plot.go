package report

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"rewriting/metrics"
)

// Colours of plots: the reference row stands out, the unmodified one recedes.
var (
	ink      = color.NRGBA{0x2b, 0x2f, 0x36, 0xff}
	accent   = color.NRGBA{0xc8, 0x55, 0x1b, 0xff}
	plain    = color.NRGBA{0x5b, 0x7f, 0xa6, 0xff}
	receding = color.NRGBA{0xb4, 0xb9, 0xc0, 0xff}
	lattice  = color.NRGBA{0xe4, 0xe6, 0xe9, 0xff}
)

func (r *Result) colour(row Row) color.Color {
	switch {
	case row.Title == r.Reference:
		return accent
	case row.Kind == "unmodified":
		return receding
	}
	return plain
}

func newPlot() *plot.Plot {
	p := plot.New()
	sans := font.Font{Typeface: "Liberation", Variant: "Sans"}
	for _, f := range []*font.Font{&p.Title.TextStyle.Font, &p.X.Label.TextStyle.Font, &p.Y.Label.TextStyle.Font,
		&p.X.Tick.Label.Font, &p.Y.Tick.Label.Font, &p.Legend.TextStyle.Font} {
		*f = font.From(sans, 10)
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = roundTicks{}, roundTicks{}
	for _, c := range []*color.Color{&p.X.Color, &p.Y.Color, &p.X.Tick.Color, &p.Y.Tick.Color, &p.X.Tick.Label.Color,
		&p.Y.Tick.Label.Color, &p.X.Label.TextStyle.Color, &p.Y.Label.TextStyle.Color, &p.Legend.TextStyle.Color} {
		*c = ink
	}
	return p
}

// roundTicks are the usual ticks with as many digits as a number needs: 250, not 250.00.
type roundTicks struct{}

// Ticks implements plot.Ticker.
func (roundTicks) Ticks(low, high float64) []plot.Tick {
	ticks := plot.DefaultTicks{}.Ticks(low, high)
	for i, t := range ticks {
		if t.Label != "" {
			ticks[i].Label = strconv.FormatFloat(t.Value, 'g', 4, 64)
		}
	}
	return ticks
}

// usable are the rows with a number in the column.
func (r *Result) usable(keys ...string) []Row {
	var rows []Row
rows:
	for _, row := range r.Rows {
		for _, key := range keys {
			if c, ok := row.Cells[key]; !ok || c.Value.NaN() {
				continue rows
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// ScatterPlot shows what a wanted change costs elsewhere: efficacy upwards, change outside to the right, one
// point per row with both intervals. The best corner is the upper left, or the lower left where fewer is better.
func ScatterPlot(r *Result, efficacy, out metrics.Column) (*Drawing, error) {
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = out.Title, efficacy.Title
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = lattice, lattice
	p.Add(grid)
	var names plotter.XYLabels
	for _, row := range r.usable(efficacy.Key, out.Key) {
		e, o := row.Cells[efficacy.Key], row.Cells[out.Key]
		point, err := newPoint(o, e, r.colour(row))
		if err != nil {
			return nil, err
		}
		p.Add(point...)
		names.XYs = append(names.XYs, plotter.XY{X: float64(o.Value), Y: float64(e.Value)})
		names.Labels = append(names.Labels, row.Title)
	}
	span := p.X.Max - p.X.Min
	p.X.Min = min(0, p.X.Min)
	p.X.Max += 0.25 * span // room for the names
	p.Y.Max += 0.04 * (p.Y.Max - p.Y.Min)
	if err := addNames(p, names); err != nil {
		return nil, err
	}
	return &Drawing{plot: p, w: 15 * vg.Centimeter, h: 9 * vg.Centimeter}, nil
}

// addNames writes the rows' names right of their points, each moved down until it is clear of those
// above it. Distances are estimated from the axes: a line of text is about a twentieth of the height,
// and names that start within two fifths of the width may touch.
func addNames(p *plot.Plot, names plotter.XYLabels) error {
	order := make([]int, len(names.Labels))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(names.XYs[b].Y, names.XYs[a].Y) })
	line := 0.05 * (p.Y.Max - p.Y.Min)
	reach := 0.4 * (p.X.Max - p.X.Min)
	at := slices.Clone(names.XYs)
	for n, i := range order {
		for _, k := range order[:n] {
			if math.Abs(at[i].X-at[k].X) < reach && at[k].Y-at[i].Y < line {
				at[i].Y = at[k].Y - line
			}
		}
	}
	labels, err := plotter.NewLabels(plotter.XYLabels{XYs: at, Labels: names.Labels})
	if err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	for i := range labels.TextStyle {
		labels.TextStyle[i].Font, labels.TextStyle[i].Color = p.X.Tick.Label.Font, ink
	}
	labels.Offset = vg.Point{X: 6, Y: 3}
	p.Add(labels)
	return nil
}

func newPoint(x, y Cell, c color.Color) ([]plot.Plotter, error) {
	at := plotter.XYs{{X: float64(x.Value), Y: float64(y.Value)}}
	dot, err := plotter.NewScatter(at)
	if err != nil {
		return nil, fmt.Errorf("plot: %w", err)
	}
	dot.GlyphStyle = draw.GlyphStyle{Color: c, Radius: 4, Shape: draw.CircleGlyph{}}
	line := draw.LineStyle{Color: c, Width: 1}
	var all []plot.Plotter
	if !x.Low.NaN() {
		bars, err := plotter.NewXErrorBars(struct {
			plotter.XYs
			plotter.XErrors
		}{at, plotter.XErrors{{Low: float64(x.Value - x.Low), High: float64(x.High - x.Value)}}})
		if err != nil {
			return nil, fmt.Errorf("plot: %w", err)
		}
		bars.LineStyle = line
		all = append(all, bars)
	}
	if !y.Low.NaN() {
		bars, err := plotter.NewYErrorBars(struct {
			plotter.XYs
			plotter.YErrors
		}{at, plotter.YErrors{{Low: float64(y.Value - y.Low), High: float64(y.High - y.Value)}}})
		if err != nil {
			return nil, fmt.Errorf("plot: %w", err)
		}
		bars.LineStyle = line
		all = append(all, bars)
	}
	return append(all, dot), nil
}

// CurvePlot shows a loss over iterations, on a logarithmic axis where it stays above zero.
func CurvePlot(c Curve) (*Drawing, error) {
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = "iteration", "loss"
	xy := make(plotter.XYs, 0, len(c.Loss))
	positive := true
	for i, v := range c.Loss {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		positive = positive && v > 0
		xy = append(xy, plotter.XY{X: float64(i * max(1, c.Every)), Y: v})
	}
	if len(xy) == 0 {
		return nil, fmt.Errorf("loss of %s: no finite value", c.Row)
	}
	line, err := plotter.NewLine(thin(xy))
	if err != nil {
		return nil, fmt.Errorf("plot: %w", err)
	}
	line.Color, line.Width = accent, 1
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = lattice, lattice
	p.Add(grid, line)
	if positive && p.Y.Max > 10*p.Y.Min {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	}
	return &Drawing{plot: p, w: 9 * vg.Centimeter, h: 5 * vg.Centimeter}, nil
}

// thin keeps at most 600 points, the lowest and the highest of each stretch, so that spikes stay.
func thin(xy plotter.XYs) plotter.XYs {
	const most = 600
	if len(xy) <= most {
		return xy
	}
	out := plotter.XYs{}
	step := (2*len(xy) + most - 1) / most
	for i := 0; i < len(xy); i += step {
		part := xy[i:min(i+step, len(xy))]
		low, high := 0, 0
		for k, v := range part {
			if v.Y < part[low].Y {
				low = k
			}
			if v.Y > part[high].Y {
				high = k
			}
		}
		a, b := min(low, high), max(low, high)
		out = append(out, part[a])
		if b != a {
			out = append(out, part[b])
		}
	}
	return out
}
