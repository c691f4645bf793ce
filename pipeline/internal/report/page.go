package report

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"

	"rewriting/metrics"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"png": func(i Image) template.URL { return dataURI("image/png", i.PNG) },
	"css": func() template.CSS { return template.CSS(pageCSS) },
	"js":  func() template.JS { return template.JS(pageJS) },
}).Parse(pageHTML))

func dataURI(kind string, b []byte) template.URL {
	return template.URL("data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(b))
}

// HTML is one self-contained page: no script, font or picture is fetched from anywhere.
func HTML(r *Result) ([]byte, error) {
	v := view{Result: r, Verdict: Verdict(r), Legend: r.legend()}
	for _, c := range r.shown() {
		v.Head = append(v.Head, heading{Column: c, Title: c.Title, Arrow: arrow(c), Paper: r.hasPaper(c.Key)})
	}
	for _, row := range r.Rows {
		v.Lines = append(v.Lines, r.line(row))
	}
	for _, s := range Shapes(r) {
		paper, here := s.Winners()
		v.Shapes = append(v.Shapes, htmlShape{Title: s.Column.Title, Paper: paper, Here: here, Order: s.Order(), Agree: s.Agree(), Reversed: s.Pairs.Reversed})
	}
	if v.Against = Against(r); len(v.Against) > 0 {
		v.Inside = summary(v.Against)
	}
	if err := v.plots(); err != nil {
		return nil, err
	}
	v.samples()
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("report page: %w", err)
	}
	return b.Bytes(), nil
}

// view is what the template shows: the Result with all text formatted.
type view struct {
	*Result
	Verdict []string
	Shapes  []htmlShape
	Against []Published
	Inside  string
	Legend  string
	Head    []heading
	Lines   []line
	Trade   *figure
	Bars    []figure
	Losses  []figure
	Sorts   []choice
	Shots   []strip
}

type heading struct {
	metrics.Column
	Title, Arrow string
	Paper        bool
}

type line struct {
	Row
	Ours  bool
	Cells []htmlCell
}

type htmlCell struct {
	Value, Interval, Mark, Quality, Hint, Paper string
	HasPaper                                    bool
}

// htmlShape is one column beside the paper's.
type htmlShape struct {
	Title, Paper, Here, Order string
	Agree                     bool
	Reversed                  []Reversal
}

type figure struct {
	Title  string
	Corner string // the best one, where there is one
	SVG    template.URL
}

// choice is a column by which sample pairs can be sorted.
type choice struct{ Key, Title string }

// strip is one sample: clean and every method, with its scores for sorting and reading.
type strip struct {
	Seed  uint32
	Clean Image
	Shots []htmlShot
}

type htmlShot struct {
	Row    string
	Image  Image
	Scores []score
}

type score struct{ Key, Title, Text, Raw string }

func (r *Result) line(row Row) line {
	l := line{Row: row, Ours: row.Title == r.Reference}
	for _, col := range r.shown() {
		h := htmlCell{HasPaper: r.hasPaper(col.Key)}
		if cell, ok := row.Cells[col.Key]; ok {
			h.Value, h.Interval, h.Quality = digits(cell.Value, col.Digits), cell.interval(col.Digits), quality(col, cell)
			h.Hint = fmt.Sprintf("n = %d, %s interval", cell.N, cell.Interval)
			if cell.Excluded > 0 {
				h.Hint += fmt.Sprintf(", %d samples do not apply", cell.Excluded)
			}
			if d := cell.Difference; d != nil {
				h.Mark = d.Verdict
				h.Hint += fmt.Sprintf("; minus %s: %s [%s, %s], %s", r.Reference, digits(d.Value, col.Digits), digits(d.Low, col.Digits), digits(d.High, col.Digits), d.Interval)
			}
			h.Paper = r.published(row, col.Key)
		}
		l.Cells = append(l.Cells, h)
	}
	return l
}

// plots draws the trade-off, every column as bars (over the swept setting where there is one), and the losses.
func (v *view) plots() error {
	run := []Named{{Result: v.Result}}
	for _, h := range v.Head {
		if len(v.usable(h.Key)) == 0 {
			continue
		}
		draw := func() (*Drawing, error) { return BarPlot(v.Result, h.Column) }
		if setting := Swept(run); setting != "" {
			draw = func() (*Drawing, error) { return SweepPlot(run, setting, h.Column) }
		}
		f, err := drawn(h.Title)(draw())
		if err != nil {
			return err
		}
		v.Bars = append(v.Bars, f)
	}
	efficacy, has := v.leading(metrics.Efficacy)
	outside, too := v.leading(metrics.Outside)
	if has && too && len(v.usable(efficacy.Key, outside.Key)) > 1 {
		f, err := drawn(efficacy.Title + " against " + outside.Title)(ScatterPlot(v.Result, efficacy, outside))
		if err != nil {
			return err
		}
		if f.Corner = "upper left"; efficacy.Direction == metrics.Lower {
			f.Corner = "lower left"
		}
		v.Trade = &f
	}
	for _, c := range v.Curves {
		f, err := drawn(c.Row)(CurvePlot(c))
		if err != nil {
			f = figure{Title: err.Error()}
		}
		v.Losses = append(v.Losses, f)
	}
	return nil
}

// drawn makes a figure of the page from a plot.
func drawn(title string) func(*Drawing, error) (figure, error) {
	return func(d *Drawing, err error) (figure, error) {
		if err != nil {
			return figure{}, err
		}
		b, err := d.SVG()
		return figure{Title: title, SVG: dataURI("image/svg+xml", b)}, err
	}
}

func (v *view) samples() {
	seen := map[string]bool{}
	for _, s := range v.Result.Samples {
		st := strip{Seed: s.Seed, Clean: s.Clean}
		for _, shot := range s.Shots {
			h := htmlShot{Row: shot.Row, Image: shot.Image}
			for _, col := range v.Head {
				x, ok := shot.Scores[col.Key]
				if !ok {
					continue
				}
				seen[col.Key] = true
				sc := score{Key: col.Key, Title: col.Title, Text: digits(x, 4), Raw: full(x)}
				if col.Kind == metrics.Rate || col.Kind == metrics.Count {
					sc.Text = map[string]string{"1": "yes", "0": "no", "": "does not apply"}[sc.Raw]
				}
				h.Scores = append(h.Scores, sc)
			}
			st.Shots = append(st.Shots, h)
		}
		v.Shots = append(v.Shots, st)
	}
	for _, h := range v.Head {
		if seen[h.Key] {
			v.Sorts = append(v.Sorts, choice{h.Key, h.Title})
		}
	}
}
