package figure

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"rewriting/pipeline/internal/report"
)

// curves draws Figs. 13 and 16: the distance of patches to crops over the layers, one plot per size of patch, one line
// per generator of the kind with its 95 % band; dashed, the distance of two sets of references.
func curves(c *caption, r *report.Result, kind string) (*report.Drawing, error) {
	var out []*report.Drawing
	var names []string // of the generators of the kind
	for _, col := range r.Columns {
		var lines []report.Line
		var floors []report.Line
		for _, row := range r.Rows {
			cell, ok := row.Cells[col.Key]
			if !ok || cell.Value.NaN() || fact(row, "generator") != kind {
				continue
			}
			if len(row.Swept) == 0 {
				floors = append(floors, report.Line{Name: row.Title, Level: true, Points: []report.Point{{Y: float64(cell.Value), Low: math.NaN(), High: math.NaN()}}})
				continue
			}
			layer, err := strconv.ParseFloat(row.Swept[0].Value, 64)
			if err != nil {
				return nil, c.cannot("row %q is of layer %q", row.Title, row.Swept[0].Value)
			}
			at := slices.IndexFunc(lines, func(l report.Line) bool { return l.Name == row.Base })
			if at < 0 {
				lines = append(lines, report.Line{Name: row.Base, Band: true})
				names = append(names, row.Base)
				at = len(lines) - 1
			}
			lines[at].Points = append(lines[at].Points, report.Point{X: layer, Y: float64(cell.Value), Low: float64(cell.Low), High: float64(cell.High)})
		}
		if len(lines) == 0 {
			continue
		}
		d, err := report.LinePlot(report.Axes{X: "layer", Y: col.Title}, append(lines, floors...))
		if err != nil {
			return nil, err
		}
		out = append(out, d)
		c.say("%s: %s.", col.Title, col.Meaning)
	}
	if len(out) == 0 {
		return nil, c.cannot("none of its generators is a %s", name(kind))
	}
	c.say("Lines: one generator each, band: 95 %% by resampling batches; dashed: two independent sets of references. A layer is the convolution whose input is cut.")
	for _, f := range r.Findings {
		if slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(f, n+", ") }) {
			c.say("%s", f)
		}
	}
	return report.Stack(out), nil
}

func fact(row report.Row, name string) string {
	for _, f := range row.Params {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

func name(kind string) string {
	if kind == "proggan" {
		return "Progressive GAN"
	}
	return "StyleGAN2"
}

// patches draws Figs. 14, 15, 17 and 18: whole images of a generator of the kind, and patches that two of its layers draw alone.
func patches(c *caption, r *report.Result, kind, scene string) (*sheet, error) {
	var generators []string
	for _, row := range r.Rows {
		if fact(row, "generator") == kind && row.Base != "" && !slices.Contains(generators, row.Base) {
			generators = append(generators, row.Base)
		}
	}
	shown := ofScene(generators)[scene]
	if shown == "" {
		return nil, c.cannot("no %s of it stands for the paper's generator of a %s; it has %s", name(kind), scene, listed(generators))
	}
	return gallery(c, r, shown)
}

// What the paper's generators draw, in the order of its figures.
const church, kitchen = "church", "kitchen"

// ofScene gives each scene of the paper the generator that is named for it, and then the rest in their order.
func ofScene(generators []string) map[string]string {
	scenes, out, rest := []string{church, kitchen}, map[string]string{}, []string(nil)
	for _, g := range generators {
		named := ""
		for _, scene := range scenes {
			if strings.Contains(strings.ToLower(g), scene) && out[scene] == "" {
				named = scene
			}
		}
		if named == "" {
			rest = append(rest, g)
			continue
		}
		out[named] = g
	}
	for _, scene := range scenes {
		if out[scene] == "" && len(rest) > 0 {
			out[scene], rest = rest[0], rest[1:]
		}
	}
	return out
}

func listed(names []string) string {
	if len(names) == 0 {
		return "none of this kind"
	}
	return strings.Join(names, ", ")
}
