package methods

import (
	"context"
	"fmt"
	"time"

	"rewriting/gan"
	"rewriting/rewrite"
	"rewriting/sessions"
)

func init() { Register("zero", zero{}) }

// zero is the unit ablation of GAN dissection.
type zero struct{ weights }

func (zero) Describe() Description {
	return Description{
		Title: "Zeroing units",
		Row:   "Zeroing 30 / 60 units (GAN Dissection)",
		About: "Finds the input units of the layer whose values under the context regions lie highest in their own distribution " +
			"over the table and sets their weights to zero (Table 3). Object and paste are not used.",
		Parameters: []string{"units", "keys"},
	}
}

func (zero) Defaults() Params { return Params{Units: 30, Keys: rewrite.GANDissect} }

func (zero) Check(p Params, l gan.Layer, s *sessions.Session) error {
	return first(checkUnits("units", p.Units, l), checkKeys(p), checkContext(s.Context(), l))
}

func checkUnits(name string, n int, l gan.Layer) error {
	if n < 1 || n > l.In {
		return fmt.Errorf("%s = %d: must be 1 to %d, the input channels of layer %d", name, n, l.In, l.Number)
	}
	return nil
}

func (zero) Apply(ctx context.Context, t Task) (*Edit, error) {
	started := time.Now()
	basis, err := t.basis(ctx, t.Params.Keys, t.Session.Context(), t.Params.Units)
	if err != nil {
		return nil, err
	}
	edit, err := layerEdit(t, rewrite.Zero(t.Cut.Weight(), basis.D, 0), nil, started)
	if err != nil {
		return nil, err
	}
	edit.record(basis)
	if basis.Units != nil {
		edit.Notes["units"] = fmt.Sprint(basis.Units)
	}
	return edit, nil
}
