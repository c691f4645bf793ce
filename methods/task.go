package methods

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"rewriting/compute"
	"rewriting/gan"
	"rewriting/onnx"
	"rewriting/rewrite"
	"rewriting/sessions"
)

// Task is what a method works on.
type Task struct {
	Cut     gan.Cut         // the generator, taken apart at the layer to edit
	Table   *compute.Tensor // the session's latents [rows,LatentDim]
	Session *sessions.Session
	// Moment returns the second moment of the layer's keys; it is measured when first asked for and shared
	// by all methods of an experiment.
	Moment func(context.Context) (*rewrite.Moment, error)
	// Usual is the second moment of the very generator that is edited, where Moment was measured at another
	// truncation; nil means Moment. Scores of units compare with it, directions do not.
	Usual func(context.Context) (*rewrite.Moment, error)
	// Features is the network whose features a method compares, nil for none; FeatureOutput its one output, for finetuning.
	Features      *onnx.Model
	FeatureOutput string
	Params        Params
	// Shared keeps what several rows of an experiment compute alike; nil keeps nothing. It changes no result.
	Shared *Shared
	// Progress is told the loss before each step; it may be nil.
	Progress func(step, steps int, loss float64)
}

// generatorRenderer draws with a generator, one image at a time: noise depends on the position in a batch.
type generatorRenderer struct{ generator gan.Generator }

func (r generatorRenderer) Image(ctx context.Context, s Sample) (*compute.Tensor, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if want := r.generator.Info().LatentDim; len(s.Z) != want {
		return nil, fmt.Errorf("sample %d: a latent of %d numbers, the generator takes %d", s.Seed, len(s.Z), want)
	}
	drawing := s.Drawing
	if drawing == nil {
		drawing = gan.NewDrawing(r.generator, compute.From(s.Z, 1, len(s.Z)), s.Position)
	}
	image, err := drawing.Image(r.generator)
	if err != nil {
		return nil, fmt.Errorf("sample %d: %w", s.Seed, err)
	}
	return image, nil
}

// weights is the rendering half of all methods whose edit is a change of weights.
type weights struct{}

func (weights) Renderer(t Task, e *Edit) (Renderer, error) {
	g, err := t.Cut.Generator().With(e.Tensors)
	if err != nil {
		return nil, fmt.Errorf("edit: %w", err)
	}
	return generatorRenderer{g}, nil
}

// layerEdit records a new weight [Out,In,kh,kw] of the task's layer under its official name and in its official order.
func layerEdit(t Task, weight *compute.Tensor, losses []float64, started time.Time) (*Edit, error) {
	name := t.Cut.Layer().Name
	edited, err := t.Cut.WithWeight(weight)
	if err != nil {
		return nil, fmt.Errorf("edit: %w", err)
	}
	stored, ok := edited.Generator().Tensors()[name]
	if !ok {
		return nil, fmt.Errorf("the generator has no tensor %q", name)
	}
	e := &Edit{
		Tensors: map[string]*compute.Tensor{name: stored},
		Losses:  losses,
		Notes:   map[string]string{"layer": strconv.Itoa(t.Cut.Layer().Number)},
		Seconds: time.Since(started).Seconds(),
	}
	if len(losses) == 0 {
		return e, nil
	}
	if rate, spread := t.rate(); spread != 1 {
		e.Notes["rate"] = fmt.Sprintf("%.3g (%g times %.3g, the spread of the raw weight)", rate, t.Params.Rate, spread)
	}
	if start, end := losses[0], losses[len(losses)-1]; end > start {
		e.Warnings = append(e.Warnings, fmt.Sprintf("the loss ended at %.4g, above its start of %.4g: choose a lower rate", end, start))
	}
	return e, nil
}

// rate is the learning rate of this layer, and what the setting was multiplied by: one for equalised weights, for raw
// ones the spread of the weight, since the paper's 0.05 assumes a spread near one.
func (t Task) rate() (rate, spread float64) {
	spread = 1
	if t.Cut.Generator().Info().Raw {
		spread = gan.Spread(t.Cut.Weight())
	}
	return t.Params.Rate * spread, spread
}

// usual is Usual with its default.
func (t Task) usual() func(context.Context) (*rewrite.Moment, error) {
	if t.Usual != nil {
		return t.Usual
	}
	return t.Moment
}

// basis finds the update directions of the regions.
func (t Task) basis(ctx context.Context, method rewrite.KeyMethod, regions []sessions.Region, rank int) (*rewrite.Basis, error) {
	measure := t.Moment
	if method == rewrite.NormDissect {
		measure = t.usual()
	}
	moment, err := measure(ctx)
	if err != nil {
		return nil, err
	}
	return rewrite.Directions(ctx, method, t.Cut, moment, t.Table, regions, rank)
}

// record notes the directions an edit used.
func (e *Edit) record(b *rewrite.Basis) {
	cells := 0
	for _, n := range b.Counts {
		cells += n
	}
	e.Direction = b.D
	e.Notes["rank"] = strconv.Itoa(b.D.Dim(0))
	e.Notes["context regions"] = strconv.Itoa(len(b.Counts))
	e.Notes["context cells"] = strconv.Itoa(cells)
	e.Warnings = append(e.Warnings, b.Warnings...)
}
