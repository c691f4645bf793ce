package lightrule

import (
	"context"
	"fmt"
	"math"
	"strings"

	"rewriting/metrics"
	"rewriting/pipeline/internal/npy"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
	"rewriting/reflections"
)

// reporter makes the result from the bytes of all stages.
type reporter struct {
	*experiment
	st *laid
}

// Titles of rows.
const original = "original generator"

func (r *reporter) report(_ context.Context, in *study.Reader) (*report.Result, error) {
	units, err := read[[]reflections.Unit](in, r.st.units)
	if err != nil {
		return nil, err
	}
	edit, found, err := r.found(in, r.st)
	if err != nil {
		return nil, err
	}
	scores, n, err := r.scores(in)
	if err != nil {
		return nil, err
	}
	columns := r.columns()
	inverted := fmt.Sprintf("rule inverted at layer %d", found.layer)
	result := &report.Result{Facts: r.facts(units, edit, n), Columns: columns, Reference: inverted}
	result.Rows = report.Tabulate(columns, []report.Scored{
		{Title: original, Kind: "unmodified", Scores: scores[0]},
		{Title: inverted, Kind: fmt.Sprintf("rank %d", r.set.Rank), Scores: scores[1], Params: []report.Fact{
			{Name: "steps", Value: fmt.Sprint(r.set.Steps)}, {Name: "rate", Value: fmt.Sprint(r.set.Rate)}}},
	}, inverted)
	loss := r.lossColumn()
	result.Columns = append(result.Columns, loss)
	result.Rows[0].Cells[loss.Key] = plain(float64(found.losses[0]))
	result.Rows[1].Cells[loss.Key] = plain(float64(found.losses[len(found.losses)-1]))
	curve := report.Curve{Row: inverted, Every: 1}
	for _, l := range found.losses {
		curve.Loss = append(curve.Loss, float64(l))
	}
	result.Curves = []report.Curve{curve}
	var sweep []swept
	for i, l := range r.layers {
		s, err := read[swept](in, r.st.sweep[i])
		if err != nil {
			return nil, err
		}
		sweep = append(sweep, s)
		result.Rows = append(result.Rows, report.Row{Title: fmt.Sprintf("sweep: layer %d", l), Kind: "full rank",
			Params: []report.Fact{{Name: "steps", Value: fmt.Sprint(r.set.SweepSteps)}, {Name: "rate", Value: fmt.Sprint(r.set.SweepRate)}},
			Cells:  map[string]report.Cell{loss.Key: plain(s.loss())}})
	}
	result.Findings = r.findings(sweep, result.Rows[0], result.Rows[1], found)
	if result.Pictures, err = read[[]report.Image](in, r.st.showpieces); err != nil {
		return nil, err
	}
	return result, nil
}

// scores are the numbers of both generators by column and sample.
func (r *reporter) scores(in *study.Reader) (out [2]metrics.Scores, n int, err error) {
	for k := range out {
		out[k] = make(metrics.Scores, len(r.columns()))
	}
	err = in.Chunks(r.st.measures, func(_ stage.Range, b []byte) error {
		shape, values, err := npy.ReadFloat32(b)
		if err != nil {
			return err
		}
		for i := range shape[0] {
			row := values[i*shape[1]:][:shape[1]]
			before := row[inside]
			for k := range out {
				v := row[k*perPicture:][:perPicture]
				flipped := 0.0
				if v[inside]*before < 0 {
					flipped = 1
				}
				numbers := []float64{flipped, float64(v[inside]), float64(v[window]), float64(v[outside])}
				if r.truth() {
					nearer := 0.0
					if v[truthL1] < v[ownL1] {
						nearer = 1
					}
					numbers = append(numbers, nearer, float64(v[truthL1]), float64(v[movedL1]))
				}
				for c, x := range numbers {
					out[k][c] = append(out[k][c], x)
				}
			}
			n++
		}
		return nil
	})
	return out, n, err
}

// truth tells whether the inverted picture is known.
func (e *experiment) truth() bool { return e.world != nil && e.set.Rule != "" }

func (r *reporter) columns() []metrics.Column {
	protocol := fmt.Sprintf("window units of layer %d set to %s inside the window's mask; luminance (Rec. 709) in [0,1] under soft masks", r.set.EditLayer, r.strengths())
	out := []metrics.Column{
		{Key: "flipped", Title: "% flipped", Kind: metrics.Rate, Direction: metrics.Higher, Role: metrics.Efficacy, Unit: "%", Digits: 1, Version: 1, Protocol: protocol,
			Meaning: "1 if a brighter window changes the reflection the other way than with the original generator"},
		{Key: "reflection", Title: "reflection", Kind: metrics.Mean, Direction: metrics.Lower, Digits: 4, Version: 1, Protocol: protocol,
			Meaning: "change of the reflection's luminance when the window goes from low to high"},
		{Key: "window", Title: "window", Kind: metrics.Mean, Direction: metrics.Neutral, Digits: 4, Version: 1, Protocol: protocol,
			Meaning: "change of the window's luminance when it goes from low to high"},
		{Key: "elsewhere", Title: "light elsewhere", Kind: metrics.Mean, Direction: metrics.Neutral, Digits: 4, Version: 1, Protocol: protocol,
			Meaning: "change of the luminance outside both when the window goes from low to high"},
	}
	if r.truth() {
		protocol := fmt.Sprintf("pictures of unedited activations, 8-bit round trip, in [-1,1]; the world's pictures with rule %q and without, its window", r.set.Rule)
		out = append(out,
			metrics.Column{Key: "nearer", Title: "% nearer inverted", Kind: metrics.Rate, Direction: metrics.Higher, Unit: "%", Digits: 1, Version: 1, Protocol: protocol,
				Meaning: "1 if the reflection is nearer to the inverted one than to the scene's own"},
			metrics.Column{Key: "cf", Title: "cf L1", Kind: metrics.Mean, Direction: metrics.Lower, Role: metrics.Target, Digits: 4, Version: 1, Protocol: protocol,
				Meaning: "mean absolute difference to the inverted picture, in the reflection"},
			metrics.Column{Key: "moved", Title: "L1 elsewhere", Kind: metrics.Mean, Direction: metrics.Lower, Role: metrics.Outside, Digits: 4, Version: 1, Protocol: protocol,
				Meaning: "mean absolute difference to the original generator's picture, outside the reflection"})
	}
	return out
}

func (r *reporter) lossColumn() metrics.Column {
	return metrics.Column{Key: "loss", Title: "loss", Kind: metrics.Distance, Direction: metrics.Lower, Digits: 5, Version: 1,
		Meaning:  fmt.Sprintf("squared distance of layer %d's output to the targets with swapped reflections, both edits added", r.set.CompareLayer),
		Protocol: fmt.Sprintf("%d scenes, high and low; means over all elements", len(r.fitted))}
}

func (r *reporter) facts(units []reflections.Unit, edit reflections.Edit, n int) []report.Fact {
	var best []string
	for _, u := range edit.Units {
		best = append(best, fmt.Sprintf("%d (%.3f)", u, units[u].IoU))
	}
	scenes := fmt.Sprintf("%d of the world, rows of the table of seed %d", len(r.fitted), r.set.Seed)
	measured := fmt.Sprintf("%s fresh scenes", report.Thousands(n))
	if r.masks != "" {
		scenes = fmt.Sprintf("%d with published masks", len(r.fitted))
		measured = fmt.Sprintf("the same %d scenes: no others have masks", n)
	}
	facts := []report.Fact{
		{Name: "Generator", Value: r.set.Model},
		{Name: "Window units", Value: fmt.Sprintf("%s of layer %d (IoU with %q over %s pictures)", strings.Join(best, ", "), r.set.EditLayer, r.window.Object(), report.Thousands(r.set.Rows))},
		{Name: "Values", Value: r.strengths()},
		{Name: "Scenes fitted", Value: scenes},
		{Name: "Scenes measured", Value: measured},
	}
	if name := r.cfg.Preset.Name; name != "" {
		facts = append(facts, report.Fact{Name: "Preset", Value: name})
	}
	return facts
}

// findings compare with what the paper says: layer 6 has the lowest loss, and the rule is inverted.
func (r *reporter) findings(sweep []swept, before, after report.Row, found *rule) []string {
	best := sweep[0]
	for _, s := range sweep {
		if s.loss() < best.loss() {
			best = s
		}
	}
	a, b := before.Cells["reflection"], after.Cells["reflection"]
	c := after.Cells["flipped"]
	return []string{
		fmt.Sprintf("Of full-rank changes, layer %d has the lowest loss after %d steps (%.5f, from %.5f). The paper chose layer 6 of its generator of 256 pixels.",
			best.Layer, r.set.SweepSteps, best.loss(), best.Losses[0]),
		fmt.Sprintf("A change of rank %d at layer %d inverts the rule: a brighter window changes the reflection by %+.4f before and %+.4f after; the sign flips in %.1f %% of scenes [%.1f, %.1f].",
			r.set.Rank, found.layer, float64(a.Value), float64(b.Value), float64(c.Value), float64(c.Low), float64(c.High)),
	}
}

// plain is a cell of a number without an interval.
func plain(v float64) report.Cell {
	nan := report.Number(math.NaN())
	return report.Cell{Value: report.Number(v), Low: nan, High: nan, Error: nan, N: 1}
}
