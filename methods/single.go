package methods

import (
	"context"
	"fmt"

	"rewriting/gan"
	"rewriting/rewrite"
	"rewriting/sessions"
)

func init() { Register("single-image", singleImage{}) }

// singleImage is ours with directions from one context image.
type singleImage struct{ weights }

func (singleImage) Describe() Description {
	return Description{
		Title: "Single-image direction",
		Row:   "Single-image direction constraint",
		About: "Our method with the directions of one context region instead of all: context is its index in the session's " +
			"list of keys. Everything else is as in ours.",
		Parameters: []string{"rank", "rate", "steps", "loss", "project_every", "keys", "context", "low_rank_gradient", "tight_paste"},
	}
}

func (singleImage) Defaults() Params { return insertParams() }

func (singleImage) Check(p Params, l gan.Layer, s *sessions.Session) error {
	regions := s.Context()
	if len(regions) == 0 {
		return checkContext(regions, l)
	}
	if p.Context < 0 || p.Context >= len(regions) {
		return fmt.Errorf("context = %d: must be 0 to %d, the session has %d context regions", p.Context, len(regions)-1, len(regions))
	}
	return first(checkDescent(p), checkLoss(p), checkProjection(p), checkDirections(p, l),
		checkPaste(s, l.ValueSize), checkContext(regions[p.Context:p.Context+1], l))
}

func (singleImage) Apply(ctx context.Context, t Task) (*Edit, error) {
	regions := t.Session.Context()
	if i := t.Params.Context; i < 0 || i >= len(regions) {
		return nil, fmt.Errorf("context region %d of %d", i, len(regions))
	}
	return constrained(ctx, t, regions[t.Params.Context:t.Params.Context+1], rewrite.Insert)
}
