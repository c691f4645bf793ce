package figure

import (
	"context"
	"fmt"
	"slices"

	"rewriting/gan"
	"rewriting/pipeline/internal/experiment"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/study"
	"rewriting/sessions"
)

// successive draws Fig. 1: one model is edited by the reference method of one config after the other, without reverting, and the
// same images are shown after each: those that the sessions of the configs paste on and begin their context with.
func successive(ctx context.Context, c *caption, all []*experiment.Experiment, o study.Options) (*sheet, error) {
	first := all[0]
	g := first.Generator
	var images []int
	for _, e := range all {
		if e.Generator.Info().Hash != first.Generator.Info().Hash || e.Table.Dim(0) != first.Table.Dim(0) || e.Config.Session.Seed != first.Config.Session.Seed {
			return nil, c.cannot("%s is about another generator or another table of latents", e.Config.Path)
		}
		regions := e.Session.Context()
		if e.Session.Paste != nil {
			regions = append([]sessions.Region{*e.Session.Paste}, regions...)
		}
		for n := 0; len(regions) > 0 && n < max(2, shown/len(all)); regions = regions[1:] {
			if image := regions[0].Image; !slices.Contains(images, image) {
				images = append(images, image)
				n++
			}
		}
	}
	s := &sheet{}
	titles := []string{"Unmodified"}
	models := []gan.Generator{g}
	for _, e := range all {
		on, err := e.On(g)
		if err != nil {
			return nil, err
		}
		name := on.Config.Compare.Reference
		edit, err := on.MakeEdit(ctx, name, o)
		if err != nil {
			return nil, err
		}
		if g, err = g.With(edit.Tensors); err != nil {
			return nil, fmt.Errorf("%s: %w", e.Config.Path, err)
		}
		titles, models = append(titles, "+ "+e.Config.Title), append(models, g)
		c.say("%s: %s of %s, layer %d.", e.Config.Title, name, e.Config.Path, e.Cut.Layer().Number)
		c.inputs(e.Inputs)
	}
	left := margin
	for _, t := range titles {
		left = max(left, margin+width(t, heading)+8)
	}
	for i, model := range models {
		y := margin + 14 + i*(large+gap)
		s.write(words{text: titles[i], x: margin, y: y + large/2, size: heading})
		for k, image := range images {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			x, err := model.Image(first.Table.Item(image))
			if err != nil {
				return nil, err
			}
			pixels, err := picture.Quantise(x)
			if err != nil {
				return nil, err
			}
			s.square(picture.PNG(pixels, x.Dim(3)), left+k*(large+gap), y, large)
			if i == 0 {
				s.write(words{text: fmt.Sprintf("image %d", image), x: left + k*(large+gap), y: margin + 8, size: label, grey: true})
			}
		}
	}
	c.say("One model, edited %d times in this order and never reverted; the images that the sessions paste on and begin their context with, after each edit. Second moments are measured on "+
		"the weights at hand.", len(all))
	return s, nil
}
