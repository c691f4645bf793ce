package methods

import (
	"context"
	"fmt"
	"math"
	"time"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
	"rewriting/compute/autodiff"
	"rewriting/gan"
	"rewriting/rewrite"
	"rewriting/sessions"
)

func init() { Register("finetune", finetune{}) }

// finetune trains every parameter of the generator to draw one image differently.
type finetune struct{ weights }

func (finetune) Describe() Description {
	return Description{
		Title: "Finetune all",
		Row:   "Finetuning all weights",
		About: "Pastes the object's pixels into the paste image and trains all parameters of the generator, in their stored scale, until it " +
			"draws the pasted rectangle: mean absolute difference of the pixels plus feature_weight times the mean squared " +
			"difference of a network's features. Nothing holds other images in place (Eqn. 3 without a smoothness term).",
		Parameters: []string{"rate", "steps", "feature_weight"},
	}
}

func (finetune) Defaults() Params { return Params{Rate: 1e-4, Steps: 2001, FeatureWeight: 0.01} }

func (finetune) Check(p Params, l gan.Layer, s *sessions.Session) error {
	if !(p.FeatureWeight >= 0) {
		return fmt.Errorf("feature_weight = %g: must be 0 or more (the paper's code has 0.01)", p.FeatureWeight)
	}
	// pixels are at least as many as cells of the layer: what the layer can see is there in the image
	return first(checkDescent(p), checkPaste(s, l.ValueSize))
}

func (finetune) Apply(ctx context.Context, t Task) (*Edit, error) {
	started := time.Now()
	edit := &Edit{Tensors: map[string]*compute.Tensor{}, Notes: map[string]string{}}
	generator := t.Cut.Generator()
	picture, box, err := rewrite.PasteImage(generator, t.Table, t.Session)
	if err != nil {
		return nil, fmt.Errorf("finetune: %w", err)
	}
	g := gorgonia.NewGraph()
	nodes := map[string]*gorgonia.Node{}
	var params []*gorgonia.Node
	for _, name := range generator.Names() {
		edit.Tensors[name] = generator.Tensors()[name].Clone()
		nodes[name] = autodiff.Parameter(g, name, edit.Tensors[name])
		params = append(params, nodes[name])
	}
	loss, err := t.pixelLoss(g, nodes, picture, box)
	if err != nil {
		return nil, fmt.Errorf("finetune: %w", err)
	}
	problem, err := autodiff.NewProblem(g, loss, params)
	if err != nil {
		return nil, fmt.Errorf("finetune: %w", err)
	}
	defer problem.Close()
	if edit.Losses, err = train(ctx, t, problem, len(params)); err != nil {
		return nil, fmt.Errorf("finetune: %w", err)
	}
	edit.Notes["pasted pixels"] = fmt.Sprintf("rows %d-%d, columns %d-%d", box.Top, box.Bottom-1, box.Left, box.Right-1)
	switch {
	case t.Params.FeatureWeight == 0:
	case t.Features != nil:
		edit.Notes["features"] = t.FeatureOutput
	default:
		edit.Warnings = append(edit.Warnings, "no feature network was given: the loss compares pixels only")
	}
	edit.Seconds = time.Since(started).Seconds()
	return edit, nil
}

// pixelLoss builds the loss on the pasted rectangle of the paste image.
func (t Task) pixelLoss(g *gorgonia.ExprGraph, params map[string]*gorgonia.Node,
	picture *compute.Tensor, box sessions.Box) (*gorgonia.Node, error) {
	image, err := t.Cut.Generator().Graph(g, params, t.Table.Item(t.Session.Paste.Image))
	if err != nil {
		return nil, err
	}
	rows, err := autodiff.Slice(image, 2, box.Top, box.Bottom)
	if err != nil {
		return nil, err
	}
	drawn, err := autodiff.Slice(rows, 3, box.Left, box.Right)
	if err != nil {
		return nil, err
	}
	wanted := rewrite.Crop(picture, box)
	loss, err := autodiff.L1Mean(drawn, autodiff.Constant(g, "pasted pixels", wanted))
	if err != nil || t.Features == nil || t.Params.FeatureWeight == 0 {
		return loss, err
	}
	features, err := t.featureLoss(g, drawn, wanted)
	if err != nil {
		return nil, fmt.Errorf("features %q of %dx%d pixels: %w", t.FeatureOutput, box.Height(), box.Width(), err)
	}
	return autodiff.WeightedSum([]*gorgonia.Node{loss, features}, []float32{1, float32(t.Params.FeatureWeight)})
}

// featureLoss is the mean squared difference of the network's features of two crops in [-1,1], which are fed
// as they are (spec: baselines 3). The wanted ones go through the same expression as the drawn ones, which takes
// crops of any size even where the network's file declares one.
func (t Task) featureLoss(g *gorgonia.ExprGraph, drawn *gorgonia.Node, wanted *compute.Tensor) (*gorgonia.Node, error) {
	got, err := t.featuresOf(g, drawn)
	if err != nil {
		return nil, err
	}
	once := gorgonia.NewGraph()
	fixed, err := t.featuresOf(once, autodiff.Constant(once, "pasted pixels", wanted))
	if err != nil {
		return nil, err
	}
	value, err := autodiff.Evaluate(fixed)
	if err != nil {
		return nil, err
	}
	return autodiff.L2Mean(got, autodiff.Constant(g, "pasted features", value))
}

func (t Task) featuresOf(g *gorgonia.ExprGraph, picture *gorgonia.Node) (*gorgonia.Node, error) {
	inputs := t.Features.Inputs()
	if len(inputs) != 1 {
		return nil, fmt.Errorf("the network has %d inputs, must have one", len(inputs))
	}
	nodes, err := t.Features.Graph(g, map[string]*gorgonia.Node{inputs[0].Name: picture}, []string{t.FeatureOutput})
	if err != nil {
		return nil, err
	}
	return nodes[0], nil
}

// train runs Adam on all parameters of the problem.
func train(ctx context.Context, t Task, problem *autodiff.Problem, params int) ([]float64, error) {
	adam := compute.DefaultAdam(t.Params.Rate)
	m, v := make([][]float32, params), make([][]float32, params)
	for i := range params {
		n := len(problem.Value(i))
		m[i], v[i] = make([]float32, n), make([]float32, n)
	}
	losses := make([]float64, 0, t.Params.Steps)
	for step := range t.Params.Steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		loss, err := problem.Step()
		if err != nil {
			return nil, fmt.Errorf("step %d: %w", step, err)
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return nil, fmt.Errorf("step %d of %d: %w; choose a lower rate than %g", step, t.Params.Steps, rewrite.ErrDiverged, t.Params.Rate)
		}
		losses = append(losses, loss)
		if t.Progress != nil {
			t.Progress(step, t.Params.Steps, loss)
		}
		for i := range params {
			adam.Step(step+1, problem.Value(i), problem.Grad(i), m[i], v[i])
		}
	}
	return losses, nil
}
