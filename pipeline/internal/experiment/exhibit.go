package experiment

import (
	"context"
	"fmt"

	"rewriting/compute"
	"rewriting/methods"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
	"rewriting/rewrite"
	"rewriting/sessions"
)

// exhibit draws the pictures of the report: the session, the images that respond most to the direction, and the first
// samples under every method. Nothing is picked by hand: the samples are those of the lowest seeds.
func (r *run) exhibit(ctx context.Context, result *report.Result) error {
	meter := r.Progress.Start("pictures of the report", "samples", r.Config.Report.Samples)
	defer meter.End()
	session, err := r.sessionPictures()
	if err != nil {
		return fmt.Errorf("pictures of the session: %w", err)
	}
	result.Session = session
	if row := r.rankedRow(); row >= 0 && r.failed[row] == nil {
		if result.Ranked, err = r.rankedPairs(ctx, row); err != nil {
			return fmt.Errorf("pictures of the most responsive images: %w", err)
		}
	}
	shown := r.shown(min(r.Config.Report.Samples, r.Config.Samples.Count))
	result.Samples = make([]report.Sample, len(shown))
	err = stage.Each(ctx, r.Workers, len(shown), func(ctx context.Context, k int) error {
		s, err := r.samplePictures(ctx, shown[k])
		if err != nil {
			return fmt.Errorf("pictures of sample %d: %w", shown[k], err)
		}
		result.Samples[k] = s
		meter.Add(1)
		return nil
	})
	return err
}

// shown are the samples of the report, counted from the first seed: the first of the subset where there is one.
func (r *run) shown(n int) []int {
	if r.Subset != nil {
		return r.selected.first(n)
	}
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// png renders one latent as a report image; an image that cannot be shown (NaN) is left empty.
func png(image *compute.Tensor, caption string) report.Image {
	pixels, err := picture.Quantise(image)
	if err != nil {
		return report.Image{Caption: err.Error()}
	}
	return report.Image{PNG: picture.PNG(picture.ForShow(pixels, image.Shape[2])), Caption: caption}
}

func (r *run) samplePictures(ctx context.Context, i int) (report.Sample, error) {
	seed := r.Config.Samples.First + uint32(i)
	z := r.latentOf(seed)
	clean, err := r.cleanImage(seed)
	if err != nil {
		return report.Sample{}, err
	}
	out := report.Sample{Seed: seed, Clean: png(clean, "")}
	for row := range r.Rows {
		if r.failed[row] != nil || !r.has(row, i) {
			continue
		}
		renderer, err := r.Rows[row].Method.Renderer(r.tasks[row], r.edits[row])
		if err != nil {
			return out, err
		}
		image, err := renderer.Image(ctx, methods.Sample{Seed: seed, Z: z.Data, Position: r.position(seed), Clean: picture.RoundTrip(clean)})
		if err != nil {
			return out, err
		}
		shot := report.Shot{Row: r.Rows[row].Name, Image: png(image, ""), Scores: map[string]report.Number{}}
		chunk, at := i/r.Config.Samples.Chunk, i%r.Config.Samples.Chunk
		for col, c := range r.Columns {
			if c.Others {
				continue
			}
			if values := r.scores[row][col][chunk].values[at]; values != nil {
				for k, column := range c.Columns {
					shot.Scores[column.Key] = report.Number(values[k])
				}
			}
		}
		out.Shots = append(out.Shots, shot)
	}
	return out, nil
}

// has reports whether sample i, counted from the first seed, was scored under a row.
func (r *run) has(row, i int) bool {
	for col := range r.Columns {
		if !r.Columns[col].Others && i/r.Config.Samples.Chunk >= len(r.scores[row][col]) {
			return false
		}
	}
	return true
}

func (r *run) rankedPairs(ctx context.Context, row int) ([]report.Pair, error) {
	images, err := r.rankedImages(ctx, row)
	if err != nil || len(images) == 0 {
		return nil, err
	}
	renderer, err := r.Rows[row].Method.Renderer(r.tasks[row], r.edits[row])
	if err != nil {
		return nil, err
	}
	var out []report.Pair
	for _, scored := range images {
		z := r.Table.Item(scored.Image)
		before, err := r.Generator.Image(z)
		if err != nil {
			return nil, err
		}
		after, err := renderer.Image(ctx, methods.Sample{Seed: uint32(scored.Image), Z: z.Data, Clean: picture.RoundTrip(before)})
		if err != nil {
			return nil, err
		}
		out = append(out, report.Pair{Seed: uint32(scored.Image), Response: report.Number(scored.Score),
			Before: png(before, fmt.Sprintf("image %d", scored.Image)), After: png(after, "edited")})
	}
	return out, nil
}

func (r *run) sessionPictures() (*report.Session, error) {
	out := &report.Session{File: r.Config.Session.File}
	size := r.Generator.Info().Resolution
	show := func(region *sessions.Region, caption string, mark marker) (*report.Image, error) {
		if region == nil {
			return nil, nil
		}
		image, err := r.Generator.Image(r.Table.Item(region.Image))
		if err != nil {
			return nil, err
		}
		pixels, err := picture.Quantise(image)
		if err != nil {
			return nil, err
		}
		return mark(pixels, size, region.Mask, fmt.Sprintf("%s, image %d", caption, region.Image)), nil
	}
	var err error
	if out.Object, err = show(r.Session.Object, "copied object", report.ObjectImage); err != nil {
		return nil, err
	}
	if out.Paste, err = show(r.Session.Paste, "paste", r.markPaste); err != nil {
		return nil, err
	}
	for i, k := range r.Session.Context() {
		image, err := show(&k, fmt.Sprintf("context %d", i+1), report.ContextImage)
		if err != nil {
			return nil, err
		}
		out.Context = append(out.Context, *image)
	}
	if r.Session.Object == nil || r.Session.Paste == nil {
		return out, nil
	}
	goal, err := rewrite.CopyPaste(r.Cut, r.Table, r.Session, rewrite.TightPaste)
	if err != nil || goal.Pasted == nil {
		return out, err
	}
	image, err := r.Cut.Render(goal.Pasted.State, goal.Pasted.Values)
	if err != nil {
		return nil, err
	}
	pasted := png(image, "goal: the object's features pasted")
	out.Goal = &pasted
	return out, nil
}

// marker draws a region onto r*r pixels.
type marker func(pixels []byte, r int, m *sessions.Mask, caption string) *report.Image

// markPaste frames the cells of the value map that the object goes to.
func (r *run) markPaste(pixels []byte, size int, m *sessions.Mask, caption string) *report.Image {
	if m == nil {
		return report.PlainImage(pixels, size, caption)
	}
	cells := r.Cut.Layer().ValueSize
	return report.PasteImage(pixels, size, m.Area(cells, cells).Box(), cells, caption)
}
