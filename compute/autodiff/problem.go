package autodiff

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
)

// Problem evaluates a loss and its gradients, again and again at the parameters' current values. It must be
// used by one goroutine at a time, and its graph by no other Problem.
type Problem struct {
	machine gorgonia.VM
	memory  *lending
	loss    *gorgonia.Node
	values  [][]float32
	grads   [][]float32
}

// NewProblem differentiates a scalar loss by parameters made by Parameter and compiles the graph. A parameter that the
// loss does not depend on is an error. Operations share memory, so after a Step the loss and the gradients alone can be read:
// values of other nodes are the business of Evaluate, in a graph of its own.
func NewProblem(g *gorgonia.ExprGraph, loss *gorgonia.Node, params []*gorgonia.Node) (*Problem, error) {
	expression := g.AllNodes()
	grads, err := gorgonia.Grad(loss, params...)
	if err != nil {
		return nil, fmt.Errorf("autodiff: gradient of the loss: %w", err)
	}
	p := &Problem{loss: loss}
	for i, n := range params {
		v, err := elements(n)
		if err != nil {
			return nil, err
		}
		p.values = append(p.values, v)
		grad := make([]float32, len(v))
		p.grads = append(p.grads, grad)
		if o, own := grads[i].Op().(*op); own && o.into != nil && o.result == nil && g.To(grads[i].ID()).Len() == 0 {
			o.writeTo(compute.From(grad, o.out...))
			continue
		}
		// gorgonia may add to a gradient in place once nobody reads it, so it is copied out by a node that does.
		if _, err := (&op{
			name: fmt.Sprintf("Collect(%d)", i),
			out:  []int{1},
			into: func(_ *compute.Tensor, in []*compute.Tensor) { copy(grad, in[0].Data) },
		}).apply(grads[i]); err != nil {
			return nil, err
		}
	}
	p.memory = lend(g, expression)
	p.machine = gorgonia.NewTapeMachine(g)
	return p, nil
}

func elements(n *gorgonia.Node) ([]float32, error) {
	if v, ok := n.Value().Data().([]float32); ok {
		return v, nil
	}
	return nil, fmt.Errorf("autodiff: parameter %q holds %T", n.Name(), n.Value())
}

// Step evaluates the loss and every gradient at the current values. It changes no parameter: an optimiser
// reads Grad and writes to Value between two steps.
func (p *Problem) Step() (float64, error) {
	defer p.machine.Reset()
	p.memory.begin()
	if err := p.machine.RunAll(); err != nil {
		return 0, fmt.Errorf("autodiff: %w", err)
	}
	v, ok := p.loss.Value().(*gorgonia.F32)
	if !ok {
		return 0, fmt.Errorf("autodiff: the loss is %T", p.loss.Value())
	}
	return float64(*v), nil
}

// Grad is the gradient by parameter i as of the last Step, in the parameter's order of elements. The slice stays the same.
func (p *Problem) Grad(i int) []float32 { return p.grads[i] }

// Value is the memory of parameter i. The slice stays the same.
func (p *Problem) Value(i int) []float32 { return p.values[i] }

// Close releases the machine.
func (p *Problem) Close() error { return p.machine.Close() }

// Evaluate computes the value of one node, for graphs whose gradients nobody asks for.
func Evaluate(n *gorgonia.Node) (*compute.Tensor, error) {
	machine := gorgonia.NewTapeMachine(n.Graph())
	defer machine.Close()
	if err := machine.RunAll(); err != nil {
		return nil, fmt.Errorf("autodiff: %w", err)
	}
	switch v := n.Value().(type) {
	case *gorgonia.F32:
		return compute.From([]float32{float32(*v)}), nil
	default:
		data, err := elements(n)
		if err != nil {
			return nil, err
		}
		return compute.From(append([]float32(nil), data...), n.Shape()...), nil
	}
}
