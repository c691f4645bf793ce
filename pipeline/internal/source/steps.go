package source

import (
	"context"
	"fmt"
	"sync"

	"rewriting/compute"
	"rewriting/metrics"
	"rewriting/onnx"
)

// towers takes networks apart, all at once when the first of them looks at a picture: by then it is known what is wanted of each, so
// that networks of the same convolutions get one tower.
type towers struct {
	mu    sync.Mutex
	asked []*steps
}

// steps implements metrics.Steps.
type steps struct {
	network *Network
	outputs []string
	made    *onnx.Stepwise // nil until the first picture
}

// InSteps implements metrics.Stepwise.
func (n *Network) InSteps(outputs ...int) metrics.Steps {
	s := &steps{network: n}
	for _, at := range outputs {
		s.outputs = append(s.outputs, n.info.Outputs[at])
	}
	if onnx.Towers(s.wanted())[0] == nil {
		return nil
	}
	n.towers.mu.Lock()
	defer n.towers.mu.Unlock()
	n.towers.asked = append(n.towers.asked, s)
	return s
}

func (s *steps) wanted() onnx.Wanted {
	return onnx.Wanted{Model: s.network.Model, Outputs: s.outputs}
}

// stepwise is the network taken apart.
func (s *steps) stepwise() *onnx.Stepwise {
	t := s.network.towers
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.made == nil {
		wanted := make([]onnx.Wanted, len(t.asked))
		for i, a := range t.asked {
			wanted[i] = a.wanted()
		}
		for i, made := range onnx.Towers(wanted...) {
			if t.asked[i].made = made; made == nil {
				panic("source: a network that could be taken apart alone cannot beside others")
			}
		}
		t.asked = nil
	}
	return s.made
}

// Tower implements metrics.Steps.
func (s *steps) Tower() any { return s.stepwise().Tower() }

// Features implements metrics.Steps.
func (s *steps) Features(ctx context.Context, picture *compute.Tensor) (any, error) {
	f, err := s.stepwise().Features(ctx, picture)
	if err != nil {
		return nil, fmt.Errorf("network %s: %w", s.network.info.Name, err)
	}
	return f, nil
}

// Outputs implements metrics.Steps.
func (s *steps) Outputs(ctx context.Context, features ...any) ([]*compute.Tensor, error) {
	all := make([]onnx.Features, len(features))
	for i, f := range features {
		all[i] = f.(onnx.Features)
	}
	values, err := s.stepwise().Outputs(ctx, all...)
	if err != nil {
		return nil, fmt.Errorf("network %s: %w", s.network.info.Name, err)
	}
	out := make([]*compute.Tensor, len(s.outputs))
	for i, name := range s.outputs {
		if out[i], err = values[name].Tensor(); err != nil {
			return nil, fmt.Errorf("network %s, output %s: %w", s.network.info.Name, name, err)
		}
	}
	return out, nil
}
