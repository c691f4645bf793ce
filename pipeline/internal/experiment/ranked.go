package experiment

import (
	"context"
	"encoding/json"
	"time"

	"rewriting/pipeline/internal/stage"
	"rewriting/rewrite"
)

// rankedRow is the row whose direction the report shows: the reference if it can have one, else the first that can; -1 for none.
func (e *Experiment) rankedRow() int {
	found := -1
	for i := range e.Rows {
		if !usesMoment(e.Rows[i].Method) || e.Config.Report.Ranked == 0 {
			continue
		}
		if e.Rows[i].Name == e.reference() {
			return i
		}
		if found < 0 {
			found = i
		}
	}
	return found
}

// rankedImages finds the images of the table that respond most to the first direction of the row's edit.
func (r *run) rankedImages(ctx context.Context, row int) ([]rewrite.Scored, error) {
	edit, planned := r.edits[row], r.plan.ranked
	if edit == nil || edit.Direction == nil {
		return nil, nil
	}
	var images []rewrite.Scored
	b, err := r.Store.Read(planned.Path, planned.Key)
	if err == nil && json.Unmarshal(b, &images) == nil {
		return images, nil
	}
	if err != nil && !stage.Missing(err) {
		return nil, err
	}
	started := time.Now()
	meter := r.Progress.Start("most responsive images", "images", r.Table.Dim(0))
	defer meter.End()
	cut := r.cutOf(&r.Rows[row])
	d := make([]float64, cut.Layer().In)
	for i := range d {
		d[i] = float64(edit.Direction.Data[i])
	}
	ranking, err := rewrite.Rank(ctx, cut, r.Table, d, r.Config.Report.Ranked, func(done, _ int) { meter.Set(done, "") })
	if err != nil {
		return nil, err
	}
	if b, err = json.Marshal(ranking.Images); err != nil {
		return nil, err
	}
	if err := r.Store.Publish(planned.Path, planned.Key, append(b, '\n')); err != nil {
		return nil, err
	}
	r.Took(planned.Name, planned.Key, started)
	return ranking.Images, nil
}
