package rewrite

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/sessions"
)

// EraseOptions are the settings of an erasure.
type EraseOptions struct {
	Insert InsertOptions
	Keys   KeyMethod // how the update directions are found
	Rank   int       // number of update directions
	Units  int       // number of units zeroed in the goal
	Repeat int       // how often the whole edit is applied, each time to the edited weight
	// Usual holds the mean squares that a unit's are compared with, where C was measured at another truncation than
	// that of the edit (the released watermark script); nil means those of C.
	Usual *Moment
}

// DefaultErase are the settings of the paper's watermark removal: rank one, the goal of 30 zeroed units,
// gradients and weights projected, applied twice.
func DefaultErase() EraseOptions {
	o := EraseOptions{Insert: DefaultInsert(), Keys: ZCA, Rank: 1, Units: 30, Repeat: 2}
	o.Insert.LowRankGradient = true
	return o
}

// EraseResult is an erasure.
type EraseResult struct {
	InsertResult       // losses of all repetitions, one after the other
	Units        []int // the units zeroed in the goal, best first
	Basis        *Basis
}

// EraseGoal is the goal of an erasure: the paste image's own keys shall give the values that they would give
// without the units, which are set to zero everywhere, not only under the mask (spec: method 9).
func EraseGoal(cut gan.Cut, table *compute.Tensor, s *sessions.Session, units []int) (*Goal, error) {
	if s.Paste == nil {
		return nil, errors.New("the session has no paste region: no image to erase from")
	}
	z, err := latentOf(table, s.Paste.Image)
	if err != nil {
		return nil, fmt.Errorf("paste: %w", err)
	}
	state, err := cut.Context(z)
	if err != nil {
		return nil, fmt.Errorf("paste (image %d): %w", s.Paste.Image, err)
	}
	without := *state
	without.Key = state.Key.Clone()
	pixels := without.Key.Dim(2) * without.Key.Dim(3)
	for _, u := range units {
		clear(without.Key.Data[u*pixels:][:pixels])
	}
	values, err := target(cut, &without)
	if err != nil {
		return nil, fmt.Errorf("paste (image %d): %w", s.Paste.Image, err)
	}
	return &Goal{Keys: state, Values: values}, nil
}

// Erase makes the generator stop drawing what the session's context shows, such as watermarks: it zeroes
// the units of the highest mean square over the context (App. E) in one image, and inserts the values that result
// as the rule for that image's keys. The session's object is ignored, and so is the shape of its paste mask.
func Erase(ctx context.Context, cut gan.Cut, moment *Moment, table *compute.Tensor, s *sessions.Session,
	o EraseOptions) (*EraseResult, error) {
	if o.Repeat < 1 {
		return nil, fmt.Errorf("erase: applied %d times, must be at least once", o.Repeat)
	}
	usual := o.Usual
	if usual == nil {
		usual = moment
	}
	units, err := Directions(ctx, NormDissect, cut, usual, table, s.Context(), o.Units)
	if err != nil {
		return nil, fmt.Errorf("erase: units: %w", err)
	}
	basis, err := Directions(ctx, o.Keys, cut, moment, table, s.Context(), o.Rank)
	if err != nil {
		return nil, fmt.Errorf("erase: %w", err)
	}
	basis.Warnings = append(slices.Clone(units.Warnings), basis.Warnings...)
	result := &EraseResult{Units: units.Units, Basis: basis}
	for range o.Repeat {
		// the keys come from below the edited weight: units and directions stay, the goal does not
		goal, err := EraseGoal(cut, table, s, units.Units)
		if err != nil {
			return nil, fmt.Errorf("erase: %w", err)
		}
		edit, err := Insert(ctx, cut, goal, basis.D, o.Insert)
		if err != nil {
			return nil, fmt.Errorf("erase: %w", err)
		}
		result.Weight = edit.Weight
		result.Losses = append(result.Losses, edit.Losses...)
		if cut, err = cut.WithWeight(edit.Weight); err != nil {
			return nil, fmt.Errorf("erase: %w", err)
		}
	}
	return result, nil
}
