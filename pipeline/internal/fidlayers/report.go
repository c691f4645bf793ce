package fidlayers

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"rewriting/metrics"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// reporter makes the result from the distances of all lines.
type reporter struct {
	*experiment
	lines []distances
}

// distances are the stages of one generator: a line of the plots.
type distances struct {
	g      *layered
	floor  *study.Stage
	layers []*study.Stage // as g.layers
	grids  *study.Stage
}

// setting is the swept setting of the rows, over which reports plot them.
const setting = "layer"

func (r *reporter) report(_ context.Context, in *study.Reader) (*report.Result, error) {
	result := &report.Result{Columns: r.columns()}
	var ranks [2][]int
	for _, line := range r.lines {
		floor, err := line.read(in, line.floor)
		if err != nil {
			return nil, err
		}
		row := report.Row{Title: line.g.Name + ", two sets of references", Kind: "noise floor", Params: []report.Fact{{Name: "generator", Value: line.g.gen.Info().Kind}}, Cells: r.cells(floor)}
		row.Notes = append(row.Notes, "the distance of equal sets at this number of images: other latents, other places")
		result.Rows = append(result.Rows, row)
		result.Warnings = append(result.Warnings, r.tooFew(line.g.Name, floor)...)
		ranks[0] = append(ranks[0], floor.ranks(0)...)
		var all []distanceList
		for i, l := range line.g.layers {
			d, err := line.read(in, line.layers[i])
			if err != nil {
				return nil, err
			}
			all = append(all, d)
			ranks[1] = append(ranks[1], d.ranks(1)...)
			result.Rows = append(result.Rows, report.Row{Title: line.g.label(l), Kind: "patches", Base: line.g.Name,
				Swept: []report.Fact{{Name: setting, Value: fmt.Sprint(l.Number)}}, Params: line.g.settings(l, d, r.features.Dim()), Cells: r.cells(d)})
		}
		result.Findings = append(result.Findings, findings(line.g, all, floor)...)
		b, err := in.File(line.grids)
		if err != nil {
			return nil, err
		}
		var pictures []report.Image
		if err := json.Unmarshal(b, &pictures); err != nil {
			return nil, fmt.Errorf("pictures of %s: %w", line.g.Name, err)
		}
		result.Pictures = append(result.Pictures, pictures...)
	}
	result.Facts = r.facts(ranks)
	if r.set.Bootstrap < 2 {
		result.Warnings = append(result.Warnings, "no bands: sets were not resampled (fid_layers.bootstrap)")
	}
	return result, nil
}

func (d distances) read(in *study.Reader, st *study.Stage) (distanceList, error) {
	b, err := in.File(st)
	if err != nil {
		return nil, err
	}
	return readDistances(b)
}

// distanceList holds the distances of one pair of sets, by size.
type distanceList []Distance

// ranks are those of one of the two sets.
func (all distanceList) ranks(of int) []int {
	var out []int
	for _, d := range all {
		out = append(out, d.Ranks[of])
	}
	return out
}

// span writes the least and the largest of some numbers.
func span(numbers []int) string {
	low, high := slices.Min(numbers), slices.Max(numbers)
	if low == high {
		return fmt.Sprint(low)
	}
	return fmt.Sprintf("%d to %d", low, high)
}

// settings tell how a row's patches were cut and what the distances rest on.
func (g *layered) settings(l layer, all distanceList, dim int) []report.Fact {
	out := []report.Fact{{Name: "generator", Value: g.gen.Info().Kind}, {Name: "keys", Value: fmt.Sprintf("%d x %dx%d", l.In, l.KeySize, l.KeySize)}}
	for i, d := range all {
		out = append(out, report.Fact{Name: fmt.Sprintf("%d px", d.Pixels), Value: fmt.Sprintf("%d x %d cells; rank %d of references, %d of patches, of %d features",
			l.sizes[i].Cells, l.sizes[i].Cells, d.Ranks[0], d.Ranks[1], dim)})
	}
	return out
}

// key names a column: another size, number of images or network is another metric.
func (r *reporter) key(pixels int) string {
	return fmt.Sprintf("fid-%dpx-n%d-%s", pixels, r.cfg.Samples.Count, stage.HashBytes([]byte(r.features.Protocol()))[:8])
}

func (r *reporter) columns() []metrics.Column {
	var out []metrics.Column
	for _, p := range r.set.Pixels {
		out = append(out, metrics.Column{
			Key: r.key(p), Title: fmt.Sprintf("FID, %d px", p), Kind: metrics.Distance, Direction: metrics.Lower, Digits: 3, Version: distanceVersion,
			Meaning: fmt.Sprintf("Fréchet distance between isolated patches of %d x %d pixels and crops of as many whole images (n = %d)", p, p, r.cfg.Samples.Count),
			Protocol: fmt.Sprintf("%s; n = %d, batches of %d latents share the place of their patch; covariance over n-1; not comparable with another size, n or network",
				r.features.Protocol(), r.cfg.Samples.Count, r.set.Batch)})
	}
	return out
}

func (r *reporter) cells(all distanceList) map[string]report.Cell {
	out := map[string]report.Cell{}
	for _, d := range all {
		c := report.Cell{Value: report.Number(d.Value), N: d.N, Low: report.Number(math.NaN()), High: report.Number(math.NaN()), Error: report.Number(math.NaN())}
		if r.set.Bootstrap > 1 {
			low, high := d.interval()
			c.Low, c.High, c.Error = report.Number(low), report.Number(high), report.Number(d.Error)
			c.Interval = "bootstrap of batches, normal"
		}
		out[r.key(d.Pixels)] = c
	}
	return out
}

// interval is the 95 % interval by the standard error.
func (d Distance) interval() (low, high float64) {
	const z = 1.959964 // the normal quantile of 0.975
	return max(0, d.Value-z*d.Error), d.Value + z*d.Error
}

// tooFew warns where the number of images does not exceed the dimension: the covariances are singular then, and the distance says more
// about n than about the images.
func (r *reporter) tooFew(name string, floor distanceList) []string {
	if n, dim := r.cfg.Samples.Count, r.features.Dim(); n <= dim {
		return []string{fmt.Sprintf("%s: %d images for %d features: the covariances are singular (rank %d at most), and distances are dominated by the number of images",
			name, n, dim, floor[0].Ranks[0])}
	}
	return nil
}

func (r *reporter) facts(ranks [2][]int) []report.Fact {
	var names []string
	for _, g := range r.gens {
		info := g.gen.Info()
		names = append(names, fmt.Sprintf("%s (%s, %d x %d, truncation %g)", g.Name, info.Kind, info.Resolution, info.Resolution, info.Truncation))
	}
	s := r.cfg.Samples
	return []report.Fact{
		{Name: "Generators", Value: strings.Join(names, "; ")},
		{Name: "Features", Value: fmt.Sprintf("%s, %d numbers", r.features.Short(), r.features.Dim())},
		{Name: "Images", Value: fmt.Sprintf("%s of each set, latents from seeds %d to %d in batches of %d", report.Thousands(s.Count), s.First, int(s.First)+s.Count-1, r.set.Batch)},
		{Name: "Covariances", Value: fmt.Sprintf("of n = %d images in %d dimensions; rank %s of references, %s of patches", s.Count, r.features.Dim(), span(ranks[0]), span(ranks[1]))},
		{Name: "Layer", Value: "the convolution whose input is cut, by code number"},
	}
}
