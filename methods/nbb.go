package methods

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/nbb"
	"rewriting/rewrite"
	"rewriting/sessions"
)

func init() {
	Register("nbb-copy", buddies{nbb.Copy, "NBB, direct copying", "NBB + direct copying",
		"copies it in under the warped mask"})
	Register("nbb-laplace", buddies{nbb.Laplace, "NBB, Laplace", "NBB + Laplace blending",
		"blends it in with a Laplacian pyramid"})
	Register("nbb-poisson", buddies{nbb.Poisson, "NBB, Poisson", "computed for the paper, but in none of its tables",
		"blends its gradients in by solving Poisson's equation"})
}

// buddies are the image-space baselines: no weight changes; what one edited image shows is warped onto each picture and blended in.
type buddies struct {
	how        nbb.Blend
	title, row string
	does       string
}

func (b buddies) Describe() Description {
	return Description{
		Title: b.title,
		Row:   b.row,
		About: "Finds corresponding points of each picture and the paste image (Neural Best-Buddies), warps the paste image as drawn with the " +
			"pasted features along them (moving least squares), and " + b.does + ". Where no points correspond the picture stays as it is.",
		Parameters: []string{"features", "feature_levels", "feature_size", "threshold", "pairs", "fast", "official"},
	}
}

func (buddies) Defaults() Params {
	o := nbb.Default()
	return Params{FeatureLevels: []string{"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"}, Threshold: o.Threshold, Pairs: o.Pairs, Fast: o.Fast}
}

func (buddies) Check(p Params, l gan.Layer, s *sessions.Session) error {
	switch {
	case len(p.FeatureLevels) < 2:
		return fmt.Errorf("feature_levels = %q: must name at least two values of the network, finest first", p.FeatureLevels)
	case p.FeatureSize < 0 || p.FeatureSize > 4096:
		return fmt.Errorf("feature_size = %d: must be 0 (what the network declares, else %d) to 4096", p.FeatureSize, nbb.DefaultSize)
	case !(p.Threshold >= 0 && p.Threshold <= 1):
		return fmt.Errorf("threshold = %g: must be 0 to 1 (the released code has 0.05)", p.Threshold)
	case p.Pairs < 1:
		return fmt.Errorf("pairs = %d: must be at least 1 (the released code has 10)", p.Pairs)
	}
	return checkPaste(s, l.ValueSize)
}

// CheckTask makes sure that the network is a pyramid and that the paste mask leaves something to blend under.
func (buddies) CheckTask(t Task) error {
	network, err := t.pyramid()
	if err != nil {
		return err
	}
	return nbb.MaskError(t.Session.Paste.Mask, network.Size(), t.Cut.Generator().Info().Resolution, t.Params.Official)
}

// Names of an edit's pictures.
const (
	targetPicture = "target" // the paste image
	goalPicture   = "goal"   // the paste image drawn with the object's features
)

func (buddies) Apply(ctx context.Context, t Task) (*Edit, error) {
	started := time.Now()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	goal, err := rewrite.CopyPaste(t.Cut, t.Table, t.Session, rewrite.TightPaste)
	if err != nil {
		return nil, err
	}
	edited, err := t.Cut.Render(goal.Pasted.State, goal.Pasted.Values)
	if err != nil {
		return nil, fmt.Errorf("goal picture: %w", err)
	}
	target, err := t.Cut.Generator().Image(t.Table.Item(t.Session.Paste.Image))
	if err != nil {
		return nil, fmt.Errorf("target picture: %w", err)
	}
	e := &Edit{Tensors: map[string]*compute.Tensor{}, Pictures: map[string]*compute.Tensor{}, Notes: map[string]string{}}
	for name, x := range map[string]*compute.Tensor{targetPicture: target, goalPicture: edited} {
		for _, v := range x.Data {
			if v-v != 0 {
				return nil, fmt.Errorf("%s picture: not a finite number", name)
			}
		}
		e.Pictures[name] = gan.Dequantise(gan.Quantise(x), x.Shape...) // the published experiment reads both from files
	}
	e.Seconds = time.Since(started).Seconds()
	return e, nil
}

func (b buddies) Renderer(t Task, e *Edit) (Renderer, error) {
	target, goal := e.Pictures[targetPicture], e.Pictures[goalPicture]
	if target == nil || goal == nil {
		return nil, errors.New("the edit has no pictures: it was made by another method")
	}
	found, err := t.correspondences(target)
	if err != nil {
		return nil, err
	}
	composer, err := nbb.NewComposer(goal, t.Session.Paste.Mask, found.search, t.Params.Official)
	if err != nil {
		return nil, err
	}
	return &pixelRenderer{found, composer, b.how}, nil
}

type pixelRenderer struct {
	found    *correspondences
	composer *nbb.Composer
	how      nbb.Blend
}

func (r *pixelRenderer) Image(ctx context.Context, s Sample) (*compute.Tensor, error) {
	if s.Clean == nil {
		return nil, fmt.Errorf("sample %d: without the clean image", s.Seed)
	}
	pairs, err := r.found.pairs(ctx, s.Clean)
	if err != nil {
		return nil, fmt.Errorf("sample %d: %w", s.Seed, err)
	}
	image, err := r.composer.Compose(s.Clean, pairs, r.how)
	if err != nil {
		return nil, fmt.Errorf("sample %d: %w", s.Seed, err)
	}
	return image, nil
}
