package churches

import "rewriting/worlds/paint"

// watermarks are the marks over a finished picture.
func (d *drawing) watermarks() {
	d.middleMark()
	d.bottomMark()
}

// glyphs are the pseudo-letters of the marks, lines in a box of width 1 and
// height 1.
var glyphs = [][]paint.Box{
	{{X0: 0, Y0: 1, X1: 0, Y1: 0}, {X0: 0, Y0: 0, X1: 1, Y1: 1}, {X0: 1, Y0: 1, X1: 1, Y1: 0}},
	{{X0: 0, Y0: 0, X1: 1, Y1: 0}, {X0: 1, Y0: 0, X1: 1, Y1: 1}, {X0: 1, Y0: 1, X1: 0, Y1: 1}, {X0: 0, Y0: 1, X1: 0, Y1: 0}},
	{{X0: 0, Y0: 1, X1: 0, Y1: 0}, {X0: 0, Y0: 0, X1: 1, Y1: 0}, {X0: 0, Y0: 0.5, X1: 0.8, Y1: 0.5}},
	{{X0: 0, Y0: 1, X1: 0.5, Y1: 0}, {X0: 0.5, Y0: 0, X1: 1, Y1: 1}, {X0: 0.22, Y0: 0.62, X1: 0.78, Y1: 0.62}},
}

// written is glyphs of the given size at a pitch, drawn with a pen of radius r.
func written(x, y, width, height, pitch, r float64, which ...int) paint.Strokes {
	s := paint.Strokes{R: r}
	for i, g := range which {
		left := x + pitch*float64(i)
		for _, l := range glyphs[g] {
			s.Lines = append(s.Lines, paint.Box{
				X0: left + width*l.X0, Y0: y + height*l.Y0,
				X1: left + width*l.X1, Y1: y + height*l.Y1,
			})
		}
	}
	return s
}

var (
	middleText = written(11.5, 26.5, 8, 12, 11, 1.25, 0, 1, 2, 3)
	bottomText = written(5.5, 58, 3, 3.6, 6.2, 0.6, 3, 0, 1, 2, 1, 3, 2, 0, 1)
	strip      = upright(32, 36, 55.5, 70)
)

// middleMark is four letters across the middle, white with a dark edge.
func (d *drawing) middleMark() {
	d.Fill(paint.Fixed, paint.Grown{Of: middleText, R: 1}, paint.Brush{Colour: paint.Hex(0x20242c), Opacity: 0.6 * d.watermark, Label: labelWatermark})
	d.Fill(paint.Fixed, middleText, paint.Brush{Colour: paint.Hex(0xffffff), Opacity: 0.85 * d.watermark, Label: labelWatermark})
}

// bottomMark is a dark strip along the bottom with a line of letters.
func (d *drawing) bottomMark() {
	d.Fill(paint.Fixed, strip, paint.Brush{Colour: paint.Hex(0x20242c), Opacity: 0.75 * d.bottom, Label: labelWatermark})
	d.Fill(paint.Fixed, bottomText, paint.Brush{Colour: paint.Hex(0xf4f4f4), Opacity: 0.9 * d.bottom, Label: labelWatermark})
}

// whole draws a mark's place even where the scene has none: it is
// the same in all pictures.
func whole(mark func(d *drawing)) func(d *drawing) {
	return func(d *drawing) {
		d.watermark, d.bottom = 1, 1
		mark(d)
	}
}
