package figure

import (
	"fmt"
	"math"
	"slices"

	"rewriting/metrics"
	"rewriting/pipeline/internal/report"
)

// shown is how many samples of each run stand side by side.
const shown = 6

// sideBySide draws Fig. 4: the same samples under every method, one row each, the unmodified image first and the reference
// last. Several runs stand beside each other; a method that one of them lacks leaves its place empty.
func sideBySide(c *caption, runs []*report.Result) (*sheet, error) {
	s := &sheet{}
	names := []string{"Unmodified"}
	var last []string
	for _, r := range runs {
		if len(r.Samples) == 0 {
			return nil, c.cannot("its result holds no samples (report.samples = 24)")
		}
		for _, shot := range r.Samples[0].Shots {
			switch {
			case kindOf(r, shot.Row) == "unmodified" || slices.Contains(names, shot.Row) || slices.Contains(last, shot.Row):
			case shot.Row == r.Reference:
				last = append(last, shot.Row)
			default:
				names = append(names, shot.Row)
			}
		}
	}
	names = append(names, last...)
	left := margin
	for _, n := range names {
		left = max(left, margin+width(n, label)+8)
	}
	per := max(2, shown/len(runs))
	x := left
	const top = margin + 14
	for _, r := range runs {
		samples, why := chosen(r, per)
		s.write(words{text: r.Title, x: x, y: margin + 6, size: heading})
		for _, sample := range samples {
			for i, name := range names {
				y := top + i*(medium+gap)
				if i == 0 {
					s.square(sample.Clean.PNG, x, y, medium)
					continue
				}
				for _, shot := range sample.Shots {
					if shot.Row == name {
						s.square(shot.Image.PNG, x, y, medium)
					}
				}
			}
			s.write(words{text: fmt.Sprintf("seed %d", sample.Seed), x: x + medium/2, y: top + len(names)*(medium+gap) + 8, size: label, middle: true, grey: true})
			x += medium + gap
		}
		x += 3 * gap
		c.say("%s: %s.", r.Title, why)
	}
	for i, n := range names {
		s.write(words{text: n, x: margin, y: top + i*(medium+gap) + medium/2 + 3, size: label})
	}
	return s, nil
}

func kindOf(r *report.Result, title string) string {
	for _, row := range r.Rows {
		if row.Title == title {
			return row.Kind
		}
	}
	return ""
}

// chosen are the samples of the lowest seeds to which every column of efficacy applies, so that there is something to change;
// where no column leaves any out, simply the first.
func chosen(r *report.Result, n int) ([]report.Sample, string) {
	var columns []metrics.Column
	for _, c := range r.Columns {
		if c.Role == metrics.Efficacy && !c.Hidden {
			columns = append(columns, c)
		}
	}
	var out []report.Sample
	for _, s := range r.Samples {
		applies := true
		for _, c := range columns {
			for _, shot := range s.Shots {
				if v, ok := shot.Scores[c.Key]; ok && math.IsNaN(float64(v)) {
					applies = false
				}
			}
		}
		if applies && len(out) < n {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return r.Samples[:min(n, len(r.Samples))], "the samples of the lowest seeds"
	}
	return out, "the samples of the lowest seeds to which the columns of efficacy apply"
}

// underRows draws Fig. 5: samples in which the unmodified generator draws what is counted, under every method.
func underRows(c *caption, r *report.Result) (*sheet, error) {
	if len(r.Samples) == 0 {
		return nil, c.cannot("its result holds no samples (report.samples = 24)")
	}
	s := &sheet{}
	samples, why := counted(r, 2*shown)
	left := margin + width("Unmodified", label) + 8
	for _, shot := range samples[0].Shots {
		left = max(left, margin+width(shot.Row, label)+8)
	}
	for i, sample := range samples {
		x := left + i*(medium+gap)
		s.write(words{text: fmt.Sprintf("seed %d", sample.Seed), x: x + medium/2, y: margin + 8, size: label, middle: true, grey: true})
		s.square(sample.Clean.PNG, x, margin+14, medium)
		y := margin + 14
		for _, shot := range sample.Shots {
			if kindOf(r, shot.Row) == "unmodified" {
				continue
			}
			y += medium + gap
			s.square(shot.Image.PNG, x, y, medium)
			if i == 0 {
				s.write(words{text: shot.Row, x: margin, y: y + medium/2 + 3, size: label})
			}
		}
	}
	s.write(words{text: "Unmodified", x: margin, y: margin + 14 + medium/2 + 3, size: label})
	c.say("Every method on %s.", why)
	return s, nil
}

// counted are the first samples that some column counts in the unmodified image; where there is none, simply the first.
func counted(r *report.Result, n int) ([]report.Sample, string) {
	var out []report.Sample
	for _, s := range r.Samples {
		yes := false
		for _, shot := range s.Shots {
			for _, c := range r.Columns {
				yes = yes || c.Kind == metrics.Count && kindOf(r, shot.Row) == "unmodified" && shot.Scores[c.Key] == 1
			}
		}
		if yes && len(out) < n {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return r.Samples[:min(n, len(r.Samples))], "the first samples of the report"
	}
	return out, fmt.Sprintf("the first samples of the report that the columns count when nothing is changed (%d of %d; report.samples says how many there are)", len(out), len(r.Samples))
}
