package experiment

import (
	"slices"

	"rewriting/gan"
)

// On is the experiment on another generator of the same shape, such as one that has been edited before (paper: Fig. 1): its
// edits start from those weights. A second moment that is measured at another truncation stays that of the unedited weights.
func (e *Experiment) On(g gan.Generator) (*Experiment, error) {
	cut, err := g.Cut(e.Cut.Layer().Number)
	if err != nil {
		return nil, err
	}
	on := &Experiment{Config: e.Config, World: e.World, Generator: g, Cut: cut, Session: e.Session, Table: e.Table, Rows: slices.Clone(e.Rows),
		Columns: e.Columns, Subset: e.Subset, Inputs: e.Inputs, Warnings: e.Warnings, measured: e.measured, paper: e.paper}
	for i := range on.Rows {
		task := &on.Rows[i].Task
		task.Shared = &on.shared
		if task.Cut != nil {
			if task.Cut, err = g.Cut(task.Cut.Layer().Number); err != nil {
				return nil, err
			}
		}
	}
	return on, nil
}
