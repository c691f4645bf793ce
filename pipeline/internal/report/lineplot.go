package report

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Line is one curve of a plot, in the order of its points.
type Line struct {
	Name   string // in the legend
	Points []Point
	Level  bool // one number that does not depend on x (the first point's), drawn dashed across the plot
	Bare   bool // no marks at the points, for curves of many
	Loose  bool // no strokes between the points, for places without an order
	Band   bool // intervals as a shaded band, not as bars
}

// Point is a number with its 95 % interval; Low and High are NaN where there is none.
type Point struct{ X, Y, Low, High float64 }

// Axes say what a plot of lines is about.
type Axes struct {
	X, Y  string
	Names []string // of the places x = 0, 1, 2, ... where x is no number
	LogY  bool     // logarithmic, where all y are above zero and spread over more than a factor of ten
}

// Colours of lines: the set of Okabe and Ito, told apart by all kinds of colour vision, without its yellow. Marks differ too, for print
// without colour.
var (
	lineColours = []color.Color{
		color.NRGBA{0x00, 0x72, 0xb2, 0xff}, color.NRGBA{0xd5, 0x5e, 0x00, 0xff}, color.NRGBA{0x00, 0x9e, 0x73, 0xff},
		color.NRGBA{0xcc, 0x79, 0xa7, 0xff}, color.NRGBA{0xe6, 0x9f, 0x00, 0xff}, color.NRGBA{0x56, 0xb4, 0xe9, 0xff}, ink,
	}
	levelColours = []color.Color{receding, color.NRGBA{0x7d, 0x83, 0x8c, 0xff}, ink}
	lineMarks    = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.RingGlyph{}, draw.BoxGlyph{},
		draw.PyramidGlyph{}, draw.CrossGlyph{}}
)

// LinePlot draws lines over one axis with their intervals.
func LinePlot(a Axes, lines []Line) (*Drawing, error) {
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = a.X, a.Y
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = lattice, lattice
	p.Add(grid)
	legend := plot.NewLegend()
	legend.TextStyle = p.Legend.TextStyle
	legend.Top, legend.Left, legend.ThumbnailWidth, legend.Padding = true, true, 24, 2
	var xs, ys []float64
	for i, l := range lines {
		for _, pt := range l.Points {
			ys = append(ys, pt.Y)
			if !l.Level {
				xs = append(xs, pt.X)
			}
		}
		if err := addLine(p, &legend, l, i); err != nil {
			return nil, fmt.Errorf("plot of %s: %w", l.Name, err)
		}
	}
	if len(ys) == 0 {
		return nil, fmt.Errorf("plot of %s: no number to draw", a.Y)
	}
	a.scale(p, xs, ys)
	return &Drawing{plot: p, legend: &legend, lines: len(lines), w: 15 * vg.Centimeter, h: 9 * vg.Centimeter}, nil
}

func addLine(p *plot.Plot, legend *plot.Legend, l Line, n int) error {
	colour, mark := lineColours[n%len(lineColours)], lineMarks[n%len(lineMarks)]
	stroke := draw.LineStyle{Color: colour, Width: 1}
	if l.Level {
		y := l.Points[0].Y
		level := plotter.NewFunction(func(float64) float64 { return y })
		level.LineStyle = draw.LineStyle{Color: levelColours[n%len(levelColours)], Width: 1}
		level.Dashes = []vg.Length{4, 3}
		p.Add(level)
		p.Y.Min, p.Y.Max = min(p.Y.Min, y), max(p.Y.Max, y)
		legend.Add(l.Name, level)
		return nil
	}
	xy := make(plotter.XYs, len(l.Points))
	intervals := struct {
		plotter.XYs
		plotter.YErrors
	}{}
	for i, pt := range l.Points {
		xy[i] = plotter.XY{X: pt.X, Y: pt.Y}
		if !math.IsNaN(pt.Low) && !math.IsNaN(pt.High) {
			intervals.XYs = append(intervals.XYs, xy[i])
			intervals.YErrors = append(intervals.YErrors, struct{ Low, High float64 }{pt.Y - pt.Low, pt.High - pt.Y})
		}
	}
	if l.Bare {
		xy = thin(xy)
	}
	line, dots, err := plotter.NewLinePoints(xy)
	if err != nil {
		return err
	}
	line.LineStyle = stroke
	dots.GlyphStyle = draw.GlyphStyle{Color: colour, Radius: 3, Shape: mark}
	if !l.Loose {
		p.Add(line)
	}
	if l.Bare {
		legend.Add(l.Name, line)
		return nil
	}
	if l.Band && len(intervals.XYs) > 1 {
		band, err := shade(intervals.XYs, intervals.YErrors, colour)
		if err != nil {
			return err
		}
		p.Add(band)
	} else if len(intervals.XYs) > 0 {
		bars, err := plotter.NewYErrorBars(intervals)
		if err != nil {
			return err
		}
		bars.LineStyle, bars.CapWidth = stroke, 5
		p.Add(bars)
	}
	p.Add(dots)
	if l.Loose {
		legend.Add(l.Name, dots)
	} else {
		legend.Add(l.Name, line, dots)
	}
	return nil
}

// shade fills the room between the ends of intervals.
func shade(xy plotter.XYs, ends plotter.YErrors, colour color.Color) (*plotter.Polygon, error) {
	var outline plotter.XYs
	for i, p := range xy {
		outline = append(outline, plotter.XY{X: p.X, Y: p.Y + ends[i].High})
	}
	for i := len(xy) - 1; i >= 0; i-- {
		outline = append(outline, plotter.XY{X: xy[i].X, Y: xy[i].Y - ends[i].Low})
	}
	band, err := plotter.NewPolygon(outline)
	if err != nil {
		return nil, err
	}
	const faint = 0x30
	c := color.NRGBAModel.Convert(colour).(color.NRGBA)
	c.A = faint
	band.Color = c
	band.LineStyle.Width = 0
	return band, nil
}

// scale chooses ticks and scales from the numbers.
func (a Axes) scale(p *plot.Plot, xs, ys []float64) {
	slices.Sort(xs)
	xs = slices.Compact(xs)
	switch {
	case len(a.Names) > 0:
		p.NominalX(a.Names...)
		p.X.Min, p.X.Max = -0.5, float64(len(a.Names))-0.5
	case len(xs) > 0 && len(xs) <= 12:
		var ticks plot.ConstantTicks
		for _, x := range xs {
			ticks = append(ticks, plot.Tick{Value: x, Label: strconv.FormatFloat(x, 'g', -1, 64)})
		}
		p.X.Tick.Marker = ticks
		// Doubling values are the common sweep; equal steps would crowd the small ones.
		if xs[0] > 0 && xs[len(xs)-1] >= 20*xs[0] {
			p.X.Scale = plot.LogScale{}
			break
		}
		if margin := 0.04 * (p.X.Max - p.X.Min); margin > 0 {
			p.X.Min, p.X.Max = p.X.Min-margin, p.X.Max+margin
		}
	}
	if low := slices.Min(ys); a.LogY && low > 0 && slices.Max(ys) > 10*low {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
		p.Y.Min = low // an interval may reach below zero
	}
}
