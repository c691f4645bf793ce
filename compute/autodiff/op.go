package autodiff

import (
	"errors"
	"fmt"
	"hash"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"rewriting/compute"
)

// op adapts a kernel to gorgonia. All shapes are known when the graph is built.
type op struct {
	// name says what is computed, with every attribute: gorgonia merges nodes whose names and inputs are equal.
	name string
	out  []int // shape of the result, empty for a scalar
	// pass says that into is so cheap that it is repeated rather than its result kept.
	pass bool
	// over is the input, counted from one, that into may overwrite with its result; 0 where there is none.
	over int
	// work is the shape of memory that into gets behind its inputs, nil where it needs none.
	work []int
	// Exactly one of the two is set: into overwrites all of out, fresh returns a new tensor.
	into  func(out *compute.Tensor, in []*compute.Tensor)
	fresh func(in []*compute.Tensor) *compute.Tensor
	// gradient has one entry per input, which builds the gradient by that input; nil where there is none.
	gradient []gradient

	inputs []*gorgonia.Node
	in     [][]int // their shapes
	needs  []bool  // inputs that depend on a parameter

	// The result of into, written anew by every run: gorgonia's machine forgets its memory between two runs. The operation
	// belongs to one node, and the node to one machine.
	memory *compute.Tensor
	result gorgonia.Value
	loan   *loan // where the operations of a graph share memory, else nil
}

// gradient builds the gradient by one input from the result y and the gradient dy of the loss by y.
type gradient func(y, dy *gorgonia.Node) (*gorgonia.Node, error)

// apply adds the operation to the graph of its inputs.
func (o *op) apply(inputs ...*gorgonia.Node) (*gorgonia.Node, error) {
	o.inputs = inputs
	for i, n := range inputs {
		o.in = append(o.in, n.Shape())
		o.needs = append(o.needs, i < len(o.gradient) && o.gradient[i] != nil && depends(n))
	}
	n, err := gorgonia.ApplyOp(o, inputs...)
	if err != nil {
		return nil, fmt.Errorf("autodiff: %s: %w", o.name, err)
	}
	return n, nil
}

// depends reports whether a node is a parameter or computed from one; gradients by other nodes are never built.
func depends(n *gorgonia.Node) bool {
	switch o := n.Op().(type) {
	case nil:
		return !strings.HasPrefix(n.Name(), constantPrefix)
	case *op:
		return slices.Contains(o.needs, true)
	}
	return true
}

func (o *op) Arity() int { return len(o.in) }

func (o *op) Type() hm.Type {
	types := make([]hm.Type, 0, len(o.in)+1)
	for _, s := range append(slices.Clone(o.in), o.out) {
		types = append(types, typeOf(s))
	}
	return hm.NewFnType(types...)
}

func typeOf(shape []int) hm.Type {
	if len(shape) == 0 {
		return tensor.Float32
	}
	return gorgonia.TensorType{Dims: len(shape), Of: tensor.Float32}
}

func (o *op) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	if len(o.out) == 0 {
		return tensor.ScalarShape(), nil
	}
	return tensor.Shape(slices.Clone(o.out)), nil
}

func (o *op) Do(inputs ...gorgonia.Value) (gorgonia.Value, error) {
	in, err := o.tensors(inputs)
	if err != nil {
		return nil, err
	}
	if o.loan != nil {
		o.loan.again(in)
		defer o.giveBack()
	}
	if o.into == nil && (o.loan == nil || len(o.out) == 0) {
		return value(o.fresh(in)), nil
	}
	if o.result == nil {
		o.claim()
	}
	if o.into == nil {
		copy(o.memory.Data, o.fresh(in).Data) // what is fresh would live as long as its node
	} else {
		if o.work != nil {
			w := o.loan.take(o.work)
			defer o.loan.put(w)
			in = append(in, w)
		}
		o.into(o.memory, in)
	}
	return o.result, nil
}

// writeTo gives the results of into their memory.
func (o *op) writeTo(t *compute.Tensor) { o.memory, o.result = t, value(t) }

func (o *op) tensors(inputs []gorgonia.Value) ([]*compute.Tensor, error) {
	in := make([]*compute.Tensor, len(inputs))
	for i, v := range inputs {
		switch v := v.(type) {
		case *tensor.Dense:
			in[i] = &compute.Tensor{Shape: o.in[i], Data: v.Float32s()}
		case *gorgonia.F32:
			in[i] = &compute.Tensor{Data: []float32{float32(*v)}}
		default:
			return nil, fmt.Errorf("autodiff: %s: input %d is %T", o.name, i, v)
		}
	}
	return in, nil
}

// value hands a tensor to gorgonia without copying it.
func value(t *compute.Tensor) gorgonia.Value {
	if len(t.Shape) == 0 {
		return gorgonia.NewF32(t.Data[0])
	}
	return tensor.New(tensor.WithShape(t.Shape...), tensor.WithBacking(t.Data))
}

func (o *op) DiffWRT(int) []bool { return o.needs }

func (o *op) SymDiff(inputs gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	grads := make(gorgonia.Nodes, len(inputs))
	for i := range inputs {
		if !o.needs[i] {
			continue
		}
		if grad == nil {
			return nil, errors.New("autodiff: no gradient arrives at " + o.name)
		}
		var err error
		if grads[i], err = o.gradient[i](output, grad); err != nil {
			return nil, err
		}
	}
	return grads, nil
}

func (o *op) ReturnsPtr() bool      { return true }
func (o *op) CallsExtern() bool     { return false }
func (o *op) OverwritesInput() int  { return -1 }
func (o *op) String() string        { return o.name }
func (o *op) WriteHash(h hash.Hash) { fmt.Fprint(h, o.name) }

func (o *op) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}
