package figure

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	plottext "gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"rewriting/sessions/pillow"
)

// sheet is a page with pictures and words at places in points, from the upper left corner.
type sheet struct {
	w, h     int
	pictures []placed
	words    []words
}

// placed is a picture that fills w x h points.
type placed struct {
	png        []byte
	x, y, w, h int
}

// words are one line of text; y is its base line.
type words struct {
	text   string
	x, y   int
	size   float64
	middle bool // x is the middle of the text, not its beginning
	grey   bool
}

const (
	margin   = 12
	gap      = 4   // between pictures
	heading  = 11. // sizes of letters
	label    = 9.
	fineness = 2 // dots per point of the PNG

	dotsPerInch = 72 // at fineness 1: a point is a dot
)

var (
	black = color.NRGBA{0x20, 0x24, 0x2a, 0xff}
	grey  = color.NRGBA{0x60, 0x66, 0x6e, 0xff}
)

func (w words) colour() color.NRGBA {
	if w.grey {
		return grey
	}
	return black
}

// picture puts a picture on the page, which grows as needed.
func (s *sheet) picture(b []byte, x, y, w, h int) {
	s.pictures = append(s.pictures, placed{b, x, y, w, h})
	s.grow(x+w, y+h)
}

// square is picture for a square one.
func (s *sheet) square(b []byte, x, y, side int) { s.picture(b, x, y, side, side) }

func (s *sheet) write(w words) {
	s.words = append(s.words, w)
	end := w.x
	if !w.middle {
		end += width(w.text, w.size)
	} else {
		end += width(w.text, w.size) / 2
	}
	s.grow(end, w.y)
}

func (s *sheet) grow(right, bottom int) {
	s.w, s.h = max(s.w, right+margin), max(s.h, bottom+margin)
}

// width is how wide a text is, in points.
func width(text string, size float64) int {
	return int(style(words{size: size}).Width(text).Points() + 0.5)
}

// style sets words in the letters that plots use.
func style(w words) vgdraw.TextStyle {
	s := plottext.Style{Color: w.colour(), Font: font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, vg.Length(w.size)), Handler: plot.DefaultTextHandler}
	if w.middle {
		s.XAlign = plottext.XCenter
	}
	return s
}

// PNG is the page in dots. Pictures are enlarged without smoothing, so that every pixel of a generator can be told.
func (s *sheet) PNG() ([]byte, error) {
	canvas := vgimg.NewWith(vgimg.UseWH(vg.Length(s.w), vg.Length(s.h)), vgimg.UseDPI(fineness*dotsPerInch))
	c := vgdraw.New(canvas)
	for _, w := range s.words {
		c.FillText(style(w), vg.Point{X: vg.Length(w.x), Y: vg.Length(s.h - w.y)}, w.text)
	}
	page := canvas.Image()
	for _, p := range s.pictures {
		img, err := png.Decode(bytes.NewReader(p.png))
		if err != nil {
			return nil, err
		}
		enlarge(page, image.Rect(fineness*p.x, fineness*p.y, fineness*(p.x+p.w), fineness*(p.y+p.h)), img)
	}
	var b bytes.Buffer
	err := png.Encode(&b, page)
	return b.Bytes(), err
}

// enlarge paints a picture into a rectangle of its shape: small ones by nearest neighbours, large ones reduced as Pillow does.
func enlarge(page draw.Image, at image.Rectangle, img image.Image) {
	from := img.Bounds()
	if from.Dx() > at.Dx() {
		img = reduce(img, at.Dx(), at.Dy())
		from = img.Bounds()
	}
	for y := range at.Dy() {
		for x := range at.Dx() {
			page.Set(at.Min.X+x, at.Min.Y+y, img.At(from.Min.X+x*from.Dx()/at.Dx(), from.Min.Y+y*from.Dy()/at.Dy()))
		}
	}
}

func reduce(img image.Image, width, height int) image.Image {
	from := img.Bounds()
	w, h := from.Dx(), from.Dy()
	pixels := make([]byte, 0, 3*w*h)
	for y := range h {
		for x := range w {
			c := color.NRGBAModel.Convert(img.At(from.Min.X+x, from.Min.Y+y)).(color.NRGBA)
			pixels = append(pixels, c.R, c.G, c.B)
		}
	}
	pixels = pillow.Bicubic(pixels, w, h, 3, width, height)
	out := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		copy(out.Pix[4*i:], pixels[3*i:3*i+3])
		out.Pix[4*i+3] = 0xff
	}
	return out
}
