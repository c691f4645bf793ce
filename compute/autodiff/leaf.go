package autodiff

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"rewriting/compute"
)

// constantPrefix marks the leaves that no gradient is ever built for.
const constantPrefix = "constant "

// Constant adds a leaf with a fixed value. Its elements may change between two steps of a Problem, its shape may not.
func Constant(g *gorgonia.ExprGraph, name string, t *compute.Tensor) *gorgonia.Node {
	return leaf(g, constantPrefix+name, t)
}

// Parameter adds a leaf that the loss is differentiated by. The node uses the memory of t: changing it in place, for
// example by an optimiser's step, changes what the next Step sees.
func Parameter(g *gorgonia.ExprGraph, name string, t *compute.Tensor) *gorgonia.Node {
	return leaf(g, name, t)
}

// leaf names nodes after their memory too, because gorgonia takes leaves of equal name for the same.
func leaf(g *gorgonia.ExprGraph, name string, t *compute.Tensor) *gorgonia.Node {
	if len(t.Shape) == 0 || len(t.Data) == 0 {
		panic(fmt.Sprintf("autodiff: leaf %q of shape %v", name, t.Shape))
	}
	return gorgonia.NewTensor(g, tensor.Float32, len(t.Shape), gorgonia.WithName(fmt.Sprintf("%s@%p", name, &t.Data[0])),
		gorgonia.WithShape(t.Shape...), gorgonia.WithValue(value(t)))
}
