package metrics

import (
	"context"

	"rewriting/compute"
)

// Stepwise is a network that can be asked in two steps.
type Stepwise interface {
	Network
	// InSteps takes the computation of some outputs apart; nil where the network has no such form. It is called before the
	// network is first asked.
	InSteps(outputs ...int) Steps
}

// Steps are a computation in two: the features of every picture alone, and then the outputs, bit for bit those of Run.
type Steps interface {
	// Tower tells computations of features apart: where towers are equal the features of a picture are the same, be it for
	// another input of the network or for another network.
	Tower() any
	// Features of one picture, for Outputs of all steps with this tower. They are not changed.
	Features(ctx context.Context, picture *compute.Tensor) (any, error)
	// Outputs takes the features of the network's inputs in order.
	Outputs(ctx context.Context, features ...any) ([]*compute.Tensor, error)
}

// question is what a metric wants to know from a network about pictures.
type question struct {
	net     Network
	pre     Preprocess
	outputs []int
	steps   Steps // nil where the network is asked as a whole
}

func newQuestion(net Network, pre Preprocess, outputs ...int) *question {
	q := &question{net: net, pre: pre, outputs: outputs}
	if s, ok := net.(Stepwise); ok {
		q.steps = s.InSteps(outputs...)
	}
	return q
}

// mostKept is the size, in pixels of the network's input, of the largest pictures whose features are kept. Those of VGG16 take 32 MB at
// this size, and there are three at a time or more for every sample in work.
const mostKept = 256 * 256

// featuresKey names features in a view.
type featuresKey struct{ tower, preprocess any }

// ask returns the outputs for pictures [1,3,H,W] of the sample, one per input of the network. They must not be written to.
func (q *question) ask(ctx context.Context, s *Sample, pictures ...*compute.Tensor) ([]*compute.Tensor, error) {
	if q.steps == nil || !q.keeps(s, pictures[0]) {
		return q.whole(ctx, pictures)
	}
	features := make([]any, len(pictures))
	for i, picture := range pictures {
		derive := func() (any, error) { return q.steps.Features(ctx, q.pre.apply(picture)) }
		var err error
		if v := s.view(picture); v != nil {
			features[i], err = remember(&v.made, any(featuresKey{q.steps.Tower(), q.pre.String()}), derive)
		} else {
			features[i], err = derive()
		}
		if err != nil {
			return nil, err
		}
	}
	return q.steps.Outputs(ctx, features...)
}

// keeps tells whether there is a place for features, and whether they are small enough for it.
func (q *question) keeps(s *Sample, picture *compute.Tensor) bool {
	h, w := picture.Dim(2), picture.Dim(3)
	if q.pre.Resize != "" && q.pre.Resize != "none" {
		h, w = q.pre.Size[0], q.pre.Size[1]
	}
	return s.Prepared != nil && h*w <= mostKept
}

func (q *question) whole(ctx context.Context, pictures []*compute.Tensor) ([]*compute.Tensor, error) {
	inputs := make([]*compute.Tensor, len(pictures))
	for i, picture := range pictures {
		inputs[i] = q.pre.apply(picture)
	}
	all, err := q.net.Run(ctx, inputs...)
	if err != nil {
		return nil, err
	}
	outs := make([]*compute.Tensor, len(q.outputs))
	for i, at := range q.outputs {
		outs[i] = all[at]
	}
	return outs, nil
}
