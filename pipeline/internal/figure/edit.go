package figure

import (
	"fmt"

	"rewriting/pipeline/internal/report"
)

// Sizes of pictures in points.
const (
	large  = 96 // three dots per pixel of a world
	medium = 64
)

// edit draws Figs. 3 and 7 to 12: on top what the user did (copy, paste, context), below the images that respond most to
// the rule, before and after, three pairs a row, best first.
func edit(c *caption, r *report.Result) (*sheet, error) {
	if r.Session == nil || len(r.Ranked) == 0 {
		return nil, c.cannot("its result holds no session or no ranked images (report.ranked = 12)")
	}
	s := &sheet{}
	const pairs, arrow = 3, 14
	y := margin + 10
	x := margin
	step := func(title string, images ...*report.Image) {
		start := x
		for _, img := range images {
			if img == nil {
				continue
			}
			s.square(img.PNG, x, y+6, large)
			x += large + gap
		}
		if x > start {
			s.write(words{text: title, x: start, y: y, size: heading})
			x += arrow
		}
	}
	step("Copy", r.Session.Object)
	step("Paste", r.Session.Paste)
	const most = 4 // regions of the context, as in the paper
	var context []*report.Image
	for i := range min(most, len(r.Session.Context)) {
		context = append(context, &r.Session.Context[i])
	}
	step("Context", context...)
	if more := len(r.Session.Context) - most; more > 0 {
		s.write(words{text: fmt.Sprintf("and %d more", more), x: x - arrow, y: y + 6 + large, size: label, grey: true})
	}
	y += large + 30
	s.write(words{text: "Unmodified and changed: the images that respond most to the rule, best first", x: margin, y: y, size: heading})
	y += 6
	for i, p := range r.Ranked {
		px := margin + i%pairs*(2*(large+gap)+arrow)
		py := y + i/pairs*(large+16)
		s.square(p.Before.PNG, px, py, large)
		s.square(p.After.PNG, px+large+gap, py, large)
		s.write(words{text: fmt.Sprintf("image %d", p.Seed), x: px, y: py + large + 10, size: label, grey: true})
	}
	c.say("Top: the copied object (outlined), where it was pasted (box), and regions of the context (filled). Below: the %d images of the session's table with the largest "+
		"response to the first direction of the rule, measured before the edit; each unmodified and changed.", len(r.Ranked))
	return s, nil
}
