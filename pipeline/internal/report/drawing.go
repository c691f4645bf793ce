package report

import (
	"bytes"
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Drawing is a finished plot. Equal plots give equal bytes in every format.
type Drawing struct {
	plot   *plot.Plot
	legend *plot.Legend // above the plot, where it hides nothing; nil for none
	lines  int          // of the legend
	w, h   vg.Length    // without the legend

	stack []*Drawing // one below the other, in place of a plot
}

// Stack puts drawings one below the other.
func Stack(all []*Drawing) *Drawing {
	s := &Drawing{stack: all}
	for _, d := range all {
		s.w, s.h = max(s.w, d.w), s.h+d.height()
	}
	return s
}

// legendLine is the height of a line of a legend.
const legendLine = vg.Length(12)

func (d *Drawing) height() vg.Length { return d.h + vg.Length(d.lines)*legendLine }

func (d *Drawing) draw(c draw.Canvas) {
	above := vg.Length(0)
	for _, part := range d.stack {
		h := part.height()
		part.draw(draw.Crop(c, 0, part.w-d.w, d.h-above-h, -above))
		above += h
	}
	if d.stack != nil {
		return
	}
	if d.legend == nil {
		d.plot.Draw(c)
		return
	}
	d.plot.Draw(draw.Crop(c, 0, 0, 0, -vg.Length(d.lines)*legendLine))
	d.legend.Draw(draw.Crop(c, 6, 0, d.h, 0))
}

// SVG is the drawing as text that scales. Widths were measured in Liberation Sans; the file names its metric twins as well.
func (d *Drawing) SVG() ([]byte, error) {
	c := vgsvg.New(d.w, d.height())
	d.draw(draw.New(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("plot: %w", err)
	}
	return bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif")), nil
}

// dotsPerInch is enough for print at the size of the drawing.
const dotsPerInch = 220

// PNG is the drawing in dots.
func (d *Drawing) PNG() ([]byte, error) {
	c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(d.w, d.height()), vgimg.UseDPI(dotsPerInch))}
	d.draw(draw.New(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("plot: %w", err)
	}
	return b.Bytes(), nil
}
