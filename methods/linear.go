package methods

import (
	"context"

	"rewriting/gan"
	"rewriting/rewrite"
	"rewriting/sessions"
)

func init() { Register("linear", linear{}) }

// linear optimises Λ of W0 + ΛD instead of projecting W.
type linear struct{ weights }

func (linear) Describe() Description {
	return Description{
		Title: "Direct Λ",
		Row:   "Direct optimization of Λ",
		About: "Our rule with the same directions, but Adam acts on the coefficients Λ of W0 + ΛD, and nothing is projected. " +
			"The paper gives no rate for this row; the released code's comment asks for a larger one than ours.",
		Parameters: []string{"rank", "rate", "steps", "loss", "keys", "tight_paste"},
	}
}

func (linear) Defaults() Params { return insertParams() }

func (linear) Check(p Params, l gan.Layer, s *sessions.Session) error {
	return first(checkDescent(p), checkLoss(p), checkDirections(p, l), checkPaste(s, l.ValueSize), checkContext(s.Context(), l))
}

func (linear) Apply(ctx context.Context, t Task) (*Edit, error) {
	return constrained(ctx, t, t.Session.Context(), rewrite.LinearInsert)
}
