package methods

import (
	"context"
	"time"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/rewrite"
	"rewriting/sessions"
)

func init() { Register("insert", insert{}) }

// insert is the paper's method: projected gradient descent within the directions of all context regions.
type insert struct{ weights }

func (insert) Describe() Description {
	return Description{
		Title: "Ours",
		Row:   "Ours (projected gradient descent)",
		About: "Copies the object's features to the paste region and changes one layer's weight until it produces them, " +
			"by Adam projected every few steps onto the directions that the context regions have in common (Eqns. 17-18, App. D and F).",
		Parameters: []string{"rank", "rate", "steps", "loss", "project_every", "keys", "low_rank_gradient", "tight_paste"},
	}
}

func (insert) Defaults() Params { return insertParams() }

func (insert) Check(p Params, l gan.Layer, s *sessions.Session) error {
	return first(checkDescent(p), checkLoss(p), checkProjection(p), checkDirections(p, l),
		checkPaste(s, l.ValueSize), checkContext(s.Context(), l))
}

func (insert) Apply(ctx context.Context, t Task) (*Edit, error) {
	return constrained(ctx, t, t.Session.Context(), rewrite.Insert)
}

type inserter func(context.Context, gan.Cut, *rewrite.Goal, *compute.Tensor, rewrite.InsertOptions) (*rewrite.InsertResult, error)

// constrained copies and pastes, and inserts the result within the directions of the given regions.
func constrained(ctx context.Context, t Task, regions []sessions.Region, f inserter) (*Edit, error) {
	started := time.Now()
	basis, err := t.basis(ctx, t.Params.Keys, regions, t.Params.Rank)
	if err != nil {
		return nil, err
	}
	goal, err := rewrite.CopyPaste(t.Cut, t.Table, t.Session, t.Params.paste())
	if err != nil {
		return nil, err
	}
	result, err := f(ctx, t.Cut, goal, basis.D, t.Params.insertOptions(t))
	if err != nil {
		return nil, err
	}
	edit, err := layerEdit(t, result.Weight, result.Losses, started)
	if err != nil {
		return nil, err
	}
	edit.record(basis)
	return edit, nil
}
