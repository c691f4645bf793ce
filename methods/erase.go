package methods

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rewriting/gan"
	"rewriting/rewrite"
	"rewriting/sessions"
)

func init() { Register("erase", erase{}) }

// erase is our method with a goal that lacks something.
type erase struct{ weights }

func (erase) Describe() Description {
	return Description{
		Title: "Ours (erase)",
		Row:   "Rank-1 update (ours)",
		About: "Zeroes the drank units that respond most to the context regions in one image, and inserts what that image then looks " +
			"like as a low-rank rule (Table 3, App. E). The object is not used, nor the shape of the paste mask.",
		Parameters: []string{"rank", "rate", "steps", "loss", "project_every", "keys", "low_rank_gradient", "drank", "repeats"},
	}
}

func (erase) Defaults() Params {
	p, o := insertParams(), rewrite.DefaultErase()
	p.LowRankGradient, p.DRank, p.Repeats = o.Insert.LowRankGradient, o.Units, o.Repeat
	return p
}

func (erase) Check(p Params, l gan.Layer, s *sessions.Session) error {
	if s.Paste == nil {
		return errors.New("the session has no paste: no image to erase from")
	}
	if len(s.Key) == 0 {
		return errors.New("the session has no keys: nothing shows what to erase; paint it in some images")
	}
	if p.Repeats < 1 {
		return fmt.Errorf("repeats = %d: must be at least 1 (the paper has 2)", p.Repeats)
	}
	return first(checkDescent(p), checkLoss(p), checkProjection(p), checkDirections(p, l), checkUnits("drank", p.DRank, l),
		checkContext(s.Context(), l))
}

func (erase) Apply(ctx context.Context, t Task) (*Edit, error) {
	started := time.Now()
	moment, err := t.Moment(ctx)
	if err != nil {
		return nil, err
	}
	usual, err := t.usual()(ctx)
	if err != nil {
		return nil, err
	}
	result, err := rewrite.Erase(ctx, t.Cut, moment, t.Table, t.Session, rewrite.EraseOptions{
		Insert: t.Params.insertOptions(t), Keys: t.Params.Keys, Rank: t.Params.Rank, Units: t.Params.DRank, Repeat: t.Params.Repeats,
		Usual: usual,
	})
	if err != nil {
		return nil, err
	}
	edit, err := layerEdit(t, result.Weight, result.Losses, started)
	if err != nil {
		return nil, err
	}
	edit.record(result.Basis)
	edit.Notes["units"] = fmt.Sprint(result.Units)
	return edit, nil
}
