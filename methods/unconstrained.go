package methods

import (
	"context"
	"time"

	"rewriting/gan"
	"rewriting/rewrite"
	"rewriting/sessions"
)

func init() { Register("unconstrained", unconstrained{}) }

// unconstrained optimises the layer's weight freely.
type unconstrained struct{ weights }

func (unconstrained) Describe() Description {
	return Description{
		Title: "Single layer, no direction",
		Row:   "Single-layer, no direction constraint",
		About: "Adam on the whole weight of the layer with the loss of ours and no projection: it shows what the direction " +
			"constraint is for. The context regions are not used.",
		Parameters: []string{"rate", "steps", "loss", "tight_paste"},
	}
}

func (unconstrained) Defaults() Params { return insertParams() }

func (unconstrained) Check(p Params, l gan.Layer, s *sessions.Session) error {
	return first(checkDescent(p), checkLoss(p), checkPaste(s, l.ValueSize))
}

func (unconstrained) Apply(ctx context.Context, t Task) (*Edit, error) {
	started := time.Now()
	goal, err := rewrite.CopyPaste(t.Cut, t.Table, t.Session, t.Params.paste())
	if err != nil {
		return nil, err
	}
	o := t.Params.insertOptions(t)
	o.LowRankInsert, o.LowRankGradient = false, false
	result, err := rewrite.Insert(ctx, t.Cut, goal, nil, o)
	if err != nil {
		return nil, err
	}
	return layerEdit(t, result.Weight, result.Losses, started)
}
