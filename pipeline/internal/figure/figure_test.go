package figure

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/metrics"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/study"
	_ "rewriting/worlds/faces"
)

// tile is a small picture of one colour.
func tile(v byte) report.Image {
	return report.Image{PNG: picture.PNG(bytes.Repeat([]byte{v, 255 - v, 128}, 8*8), 8), Caption: fmt.Sprint(v)}
}

// table is a result of a table with two methods besides the clean image.
func table() *report.Result {
	object, paste := tile(1), tile(2)
	r := &report.Result{
		Title: "Toy", Reference: "Ours", Facts: []report.Fact{{Name: "Generator", Value: "toy"}},
		Columns: []metrics.Column{{Key: "e", Title: "efficacy", Role: metrics.Efficacy}},
		Rows:    []report.Row{{Title: "Ours", Kind: "insert", Params: []report.Fact{{Name: "rank", Value: "1"}}}, {Title: "Other <&>", Kind: "linear"}, {Title: "Unmodified", Kind: "unmodified"}},
		Session: &report.Session{Object: &object, Paste: &paste, Context: []report.Image{tile(3), tile(4), tile(5), tile(6), tile(7)}},
	}
	for i := range 12 {
		r.Ranked = append(r.Ranked, report.Pair{Seed: uint32(i), Before: tile(byte(i)), After: tile(byte(100 + i))})
		s := report.Sample{Seed: uint32(i), Clean: tile(byte(i))}
		for k, row := range r.Rows {
			v := report.Number(1)
			if i%2 == 0 {
				v.UnmarshalJSON([]byte("null"))
			}
			s.Shots = append(s.Shots, report.Shot{Row: row.Title, Image: tile(byte(10*k + i)), Scores: map[string]report.Number{"e": v}})
		}
		r.Samples = append(r.Samples, s)
	}
	return r
}

// layers is a result of distances by layer.
func layers() *report.Result {
	r := &report.Result{Title: "FID", Columns: []metrics.Column{{Key: "f", Title: "FID, 8 px", Meaning: "a distance"}}, Findings: []string{"faces, 8 px: low in layers 6 to 8.", "kitchens, 8 px: low."}}
	kind := []report.Fact{{Name: "generator", Value: "stylegan2"}}
	r.Rows = append(r.Rows, report.Row{Title: "faces, two sets of references", Params: kind, Cells: map[string]report.Cell{"f": {Value: 0.5}}})
	for l := 3; l < 9; l++ {
		r.Rows = append(r.Rows, report.Row{Title: fmt.Sprint("faces, layer ", l), Base: "faces", Swept: []report.Fact{{Name: "layer", Value: fmt.Sprint(l)}}, Params: kind,
			Cells: map[string]report.Cell{"f": {Value: report.Number(10 - l), Low: report.Number(9 - l), High: report.Number(11 - l)}}})
	}
	for i := range 2 {
		p := tile(byte(i))
		p.Of = "faces"
		r.Pictures = append(r.Pictures, p)
	}
	return r
}

// check draws twice, compares, and returns the SVG.
func check(t *testing.T, draw func() (drawing, error)) string {
	t.Helper()
	var parts [2][2][]byte
	for i := range parts {
		d, err := draw()
		if err != nil {
			t.Fatal(err)
		}
		if parts[i][0], err = d.PNG(); err != nil {
			t.Fatal(err)
		}
		if parts[i][1], err = d.SVG(); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(parts[0][0], parts[1][0]) || !bytes.Equal(parts[0][1], parts[1][1]) {
		t.Error("two drawings of one result differ")
	}
	if img, err := png.Decode(bytes.NewReader(parts[0][0])); err != nil || img.Bounds().Dx() < 40 {
		t.Errorf("PNG: %v", err)
	}
	for d := xml.NewDecoder(bytes.NewReader(parts[0][1])); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("SVG: %v", err)
		}
	}
	return string(parts[0][1])
}

func TestARuleIsShownWithItsSessionAndItsTwelveImages(t *testing.T) {
	svg := check(t, func() (drawing, error) { return edit(&caption{}, table()) })
	if n := strings.Count(svg, "<image"); n != 1+1+4+2*12 {
		t.Errorf("%d pictures", n)
	}
	for _, want := range []string{">Copy<", ">Paste<", ">Context<", ">and 1 more<", ">image 11<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the figure lacks %s", want)
		}
	}
	if _, err := edit(&caption{number: 7, config: "c.toml"}, &report.Result{}); err == nil || !strings.Contains(err.Error(), "figure 7 of c.toml: its result holds no session") {
		t.Errorf("got %v", err)
	}
}

func TestMethodsStandSideBySideOnSamplesThatCanChange(t *testing.T) {
	c := &caption{}
	svg := check(t, func() (drawing, error) { return sideBySide(c, []*report.Result{table()}) })
	if n := strings.Count(svg, "<image"); n != 3*shown {
		t.Errorf("%d pictures", n)
	}
	if !strings.Contains(svg, ">seed 1<") || strings.Contains(svg, ">seed 2<") || !strings.Contains(svg, "Other &lt;&amp;&gt;") {
		t.Error("other samples or rows than those to which efficacy applies")
	}
	if at, last := strings.Index(svg, ">Other "), strings.Index(svg, ">Ours<"); at < 0 || last < at {
		t.Error("ours is not the last row")
	}
	if svg := check(t, func() (drawing, error) { return underRows(c, table()) }); strings.Count(svg, "<image") != 3*12 {
		t.Error("without counts, all samples are shown")
	}
	marked := table()
	marked.Columns[0].Kind = metrics.Count
	if svg := check(t, func() (drawing, error) { return underRows(c, marked) }); strings.Count(svg, "<image") != 3*6 || !strings.Contains(svg, ">seed 11<") {
		t.Error("not the samples that are counted")
	}
	two := check(t, func() (drawing, error) { return sideBySide(c, []*report.Result{table(), table()}) })
	if n := strings.Count(two, "<image"); n != 3*shown {
		t.Errorf("two runs: %d pictures", n)
	}
}

func TestCurvesHaveOneLinePerGeneratorOfTheirKind(t *testing.T) {
	c := &caption{number: 13, config: "c.toml"}
	check(t, func() (drawing, error) { return curves(c, layers(), "stylegan2") })
	if text := c.text(); !strings.Contains(text, "low in layers 6 to 8") || strings.Contains(text, "kitchens") {
		t.Errorf("caption %q", text)
	}
	if _, err := curves(c, layers(), "proggan"); err == nil || !strings.Contains(err.Error(), "none of its generators is a Progressive GAN") {
		t.Errorf("got %v", err)
	}
	check(t, func() (drawing, error) { return patches(c, layers(), "stylegan2", church) })
	if _, err := patches(c, layers(), "stylegan2", kitchen); err == nil || !strings.Contains(err.Error(), "no StyleGAN2 of it stands for the paper's generator of a kitchen; it has ") {
		t.Errorf("got %v", err)
	}
}

func TestAConfigOfAnotherKindIsOneClearLine(t *testing.T) {
	cfg, err := config.Load("../../testdata/toy.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Draw(t.Context(), 13, []Source{{Config: cfg}}, study.Options{})
	var bad *config.Error
	if !errors.As(err, &bad) || !strings.Contains(err.Error(), "is drawn from distances of patches by layer ([fid_layers]); this config is a table of methods") {
		t.Errorf("got %v", err)
	}
	_, err = Draw(t.Context(), 7, []Source{{Config: cfg, Dir: t.TempDir()}}, study.Options{})
	if err == nil || !strings.Contains(err.Error(), "run it first: pipeline run ../../testdata/toy.toml") {
		t.Errorf("got %v", err)
	}
	for n := 1; n <= Last; n++ {
		if _, ok := catalogue[n]; !ok {
			t.Errorf("there is no figure %d", n)
		}
	}
}

func TestKeysAndSuccessiveEditsAreComputed(t *testing.T) {
	cfg, err := config.Load("../../testdata/toy.toml", []string{"session.rows=60"})
	if err != nil {
		t.Fatal(err)
	}
	f, err := Draw(t.Context(), 2, []Source{{Config: cfg}}, study.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(f.SVG), "<image"); n != 1+3*ranked || !strings.Contains(f.Caption, "ranks the 60 images") {
		t.Errorf("%d pictures; %s", n, f.Caption)
	}
	f, err = Draw(t.Context(), 1, []Source{{Config: cfg}, {Config: cfg}}, study.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if rows := strings.Count(string(f.SVG), "> "+"+ ") + strings.Count(string(f.SVG), ">+ "); rows != 2 || !strings.Contains(f.Caption, "edited 2 times") {
		t.Errorf("%d edits; %s", rows, f.Caption)
	}
}

// The paper has a figure for churches and one for kitchens; other generators take the places that are free.
func TestAPatchGridShowsTheGeneratorOfItsScene(t *testing.T) {
	for _, c := range []struct {
		generators []string
		want       map[string]string
	}{
		{[]string{"kitchens"}, map[string]string{kitchen: "kitchens"}},
		{[]string{"churches", "faces"}, map[string]string{church: "churches", kitchen: "faces"}},
		{[]string{"Kitchen", "Church"}, map[string]string{church: "Church", kitchen: "Kitchen"}},
		{[]string{"horses", "kitchens", "cats"}, map[string]string{church: "horses", kitchen: "kitchens"}},
		{nil, map[string]string{}},
	} {
		if diff := cmp.Diff(c.want, ofScene(c.generators)); diff != "" {
			t.Errorf("%v: %s", c.generators, diff)
		}
	}
}
