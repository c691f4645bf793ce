package methods

import (
	"fmt"
	"slices"

	"rewriting/gan"
	"rewriting/rewrite"
	"rewriting/sessions"
)

// Params are the settings of all methods; each reads those that its Description lists.
type Params struct {
	Rank            int               `toml:"rank" json:"rank"`                           // number of update directions S
	Rate            float64           `toml:"rate" json:"rate"`                           // Adam's learning rate; of raw weights, in units of their spread
	Steps           int               `toml:"steps" json:"steps"`                         // optimiser steps
	ProjectEvery    int               `toml:"project_every" json:"project_every"`         // steps between projections
	Loss            rewrite.Loss      `toml:"loss" json:"loss"`                           // distance to the goal
	Keys            rewrite.KeyMethod `toml:"keys" json:"keys"`                           // how directions or units are found
	Context         int               `toml:"context" json:"context"`                     // index of the one context region
	LowRankGradient bool              `toml:"low_rank_gradient" json:"low_rank_gradient"` // project gradients, too
	TightPaste      bool              `toml:"tight_paste" json:"tight_paste"`             // constrain only the crop around the object
	DRank           int               `toml:"drank" json:"drank"`                         // units zeroed in the goal of an erasure
	Repeats         int               `toml:"repeats" json:"repeats"`                     // how often an erasure is applied
	Units           int               `toml:"units" json:"units"`                         // units zeroed
	FeatureWeight   float64           `toml:"feature_weight" json:"feature_weight"`       // weight of the feature loss
	FeatureLevels   []string          `toml:"feature_levels" json:"feature_levels"`       // values of the feature network that make a pyramid, finest first
	FeatureSize     int               `toml:"feature_size" json:"feature_size"`           // pixels a side that the feature network looks at; 0 is its own
	Threshold       float64           `toml:"threshold" json:"threshold"`                 // least activation of a correspondence, 0 to 1
	Pairs           int               `toml:"pairs" json:"pairs"`                         // correspondences per level
	Fast            bool              `toml:"fast" json:"fast"`                           // leave out the finest level
	Official        bool              `toml:"official" json:"official"`                   // repeat the released code's defects
}

// insertParams are the paper's settings of an insertion (App. F).
func insertParams() Params {
	o := rewrite.DefaultInsert()
	return Params{Rank: 1, Rate: o.Rate, Steps: o.Steps, ProjectEvery: o.ProjectEvery, Loss: o.Loss, Keys: rewrite.ZCA, TightPaste: true}
}

func (p Params) insertOptions(t Task) rewrite.InsertOptions {
	rate, _ := t.rate()
	return rewrite.InsertOptions{Steps: p.Steps, Rate: rate, ProjectEvery: p.ProjectEvery,
		LowRankInsert: true, LowRankGradient: p.LowRankGradient, Loss: p.Loss, Progress: t.Progress}
}

func (p Params) paste() rewrite.PasteOptions { return rewrite.PasteOptions{WholeMap: !p.TightPaste} }

func checkDescent(p Params) error {
	switch {
	case p.Steps < 1:
		return fmt.Errorf("steps = %d: must be at least 1 (the paper has 2001)", p.Steps)
	case !(p.Rate > 0 && p.Rate < 1e6):
		return fmt.Errorf("rate = %g: must be above 0 (the paper has 0.05 for one layer, 0.0001 for all)", p.Rate)
	}
	return nil
}

func checkLoss(p Params) error {
	if !slices.Contains(rewrite.Losses(), p.Loss) {
		return fmt.Errorf("loss = %q: must be one of %v (the paper's text has squares, its numbers and the code l1)", p.Loss, rewrite.Losses())
	}
	return nil
}

func checkProjection(p Params) error {
	if p.ProjectEvery < 1 {
		return fmt.Errorf("project_every = %d: must be at least 1 (the paper has 10)", p.ProjectEvery)
	}
	return nil
}

func checkDirections(p Params, l gan.Layer) error {
	if p.Rank < 1 || p.Rank > l.In {
		return fmt.Errorf("rank = %d: must be 1 to %d, the input channels of layer %d", p.Rank, l.In, l.Number)
	}
	return checkKeys(p)
}

func checkKeys(p Params) error {
	if !slices.Contains(rewrite.KeyMethods(), p.Keys) {
		return fmt.Errorf("keys = %q: must be one of %v", p.Keys, rewrite.KeyMethods())
	}
	return nil
}

// checkPaste makes sure that the session has an object and a paste region that the layer can see.
func checkPaste(s *sessions.Session, cells int) error {
	for _, r := range []struct {
		name   string
		region *sessions.Region
	}{{"object", s.Object}, {"paste", s.Paste}} {
		if r.region == nil {
			return fmt.Errorf("the session has no %s", r.name)
		}
		if _, err := rewrite.Area(r.name, *r.region, cells); err != nil {
			return err
		}
	}
	return nil
}

// checkContext makes sure that the session has context regions that the layer can see.
func checkContext(regions []sessions.Region, l gan.Layer) error {
	if len(regions) == 0 {
		return fmt.Errorf("the session has no context: neither key nor paste")
	}
	for i, r := range regions {
		if _, err := rewrite.Area(fmt.Sprintf("context region %d", i), r, l.KeySize); err != nil {
			return err
		}
	}
	return nil
}

// first is the first error, or nil.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
