package gan

import (
	"gorgonia.org/gorgonia"
)

type node = *gorgonia.Node

// builder builds expressions until the first error.
type builder struct {
	g      *gorgonia.ExprGraph
	params map[string]node // complete: checked before building
	err    error
}

// do runs a node constructor unless something failed before; then the node is nil and whatever uses it is not run either.
func (b *builder) do(constructor func() (node, error)) node {
	if b.err != nil {
		return nil
	}
	n, err := constructor()
	b.err = err
	return n
}
