package figure

import (
	"context"
	"fmt"
	"slices"

	"rewriting/compute"
	"rewriting/pipeline/internal/experiment"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/study"
	"rewriting/rewrite"
	"rewriting/sessions"
)

// ranked is how many images Fig. 2 shows.
const ranked = 8

// keys draws Fig. 2: one key of the context ranks the images of the table (2c), and the cells that respond most are drawn
// alone (2d).
func keys(ctx context.Context, c *caption, e *experiment.Experiment, o study.Options) (*sheet, error) {
	o = o.Fill(e.Config.Run.Workers)
	region := e.Session.Context()[0]
	rows := e.Table.Dim(0)
	meter := o.Progress.Start("second moment and ranking", "images", 2*rows)
	defer meter.End()
	moment, err := rewrite.Measure(ctx, e.Cut, e.Table, func(done, _ int) { meter.Set(done, "") })
	if err != nil {
		return nil, err
	}
	key, err := rewrite.QueryKey(ctx, e.Cut, moment, e.Table, region)
	if err != nil {
		return nil, err
	}
	ranking, err := rewrite.Rank(ctx, e.Cut, e.Table, key, ranked, func(done, _ int) { meter.Set(rows+done, "") })
	if err != nil {
		return nil, err
	}
	s := &sheet{}
	layer := e.Cut.Layer()
	pixels, err := clean(e, region.Image)
	if err != nil {
		return nil, err
	}
	side := e.Generator.Info().Resolution
	s.write(words{text: "Key", x: margin, y: margin + 8, size: heading})
	s.square(report.ObjectImage(pixels, side, region.Mask, "").PNG, margin, margin+14, large)
	x := margin + large + 4*gap
	s.write(words{text: fmt.Sprintf("Images that respond most, best first; bright: above the 0.999 quantile of layer %d", layer.Number), x: x, y: margin + 8, size: heading})
	titles := []string{"", fmt.Sprintf("1 cell alone (%d px)", side/layer.KeySize), fmt.Sprintf("3 x 3 cells alone (%d px)", 3*side/layer.KeySize)}
	for i, image := range ranking.Images {
		at := x + i*(large+gap)
		if pixels, err = clean(e, image.Image); err != nil {
			return nil, err
		}
		state, err := e.Cut.Context(e.Table.Item(image.Image))
		if err != nil {
			return nil, err
		}
		response := rewrite.Response(state, key)
		s.square(report.MatchImage(pixels, side, response, layer.KeySize, ranking.Level, "").PNG, at, margin+14, large)
		best := slices.Index(response, slices.Max(response))
		y := margin + 14 + large
		for k, around := range []int{0, 1} {
			box := near(best/layer.KeySize, best%layer.KeySize, around, layer.KeySize)
			patch, err := rewrite.Patch(e.Cut, state, box)
			if err != nil {
				return nil, err
			}
			b, err := quantised(patch)
			if err != nil {
				return nil, err
			}
			y += 4 * gap
			s.square(b, at, y, large)
			if i == 0 {
				for n, line := range wrap(titles[k+1], heading, large) {
					s.write(words{text: line, x: margin, y: y + large/2 + 13*n, size: heading})
				}
			}
			y += large
		}
		s.write(words{text: fmt.Sprintf("image %d", image.Image), x: at, y: y + 11, size: label, grey: true})
	}
	c.say("The outlined region's key (the inverse second moment times the mean key) ranks the %d images of the session's table at layer %d (%s). Below: the cell with the largest "+
		"response, and the 3 x 3 cells around it, drawn by the layers from %d on without the rest of the map.", rows, layer.Number, layer.Name, layer.Number)
	c.say("Key: the region of image %d. Level: %.4g.", region.Image, ranking.Level)
	c.inputs(e.Inputs)
	return s, nil
}

// near is the square of cells around one, moved inside the map.
func near(row, col, around, size int) sessions.Box {
	side := min(2*around+1, size)
	top, left := max(0, min(row-around, size-side)), max(0, min(col-around, size-side))
	return sessions.Box{Top: top, Left: left, Bottom: top + side, Right: left + side}
}

// clean are the pixels of an image of the session's table.
func clean(e *experiment.Experiment, image int) ([]byte, error) {
	x, err := e.Generator.Image(e.Table.Item(image))
	if err != nil {
		return nil, err
	}
	return picture.Quantise(x)
}

func quantised(x *compute.Tensor) ([]byte, error) {
	pixels, err := picture.Quantise(x)
	if err != nil {
		return nil, err
	}
	return picture.PNG(pixels, x.Dim(3)), nil
}
