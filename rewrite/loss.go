package rewrite

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"rewriting/compute/autodiff"
)

// Loss is how far the values of the edited layer are from the goal's.
type Loss string

// The losses of an insertion. The paper's text has squared norms (Eqns. 5, 6, 17 and 18); its numbers were computed with
// the mean absolute difference, as the released code has it (spec: method 12).
const (
	L1 Loss = "l1" // mean absolute difference
	L2 Loss = "l2" // mean squared difference
)

// Losses lists the known losses.
func Losses() []Loss { return []Loss{L1, L2} }

// of builds the loss as a scalar. No name means L1.
func (l Loss) of(values, goal *gorgonia.Node) (*gorgonia.Node, error) {
	switch l {
	case L1, "":
		return autodiff.L1Mean(values, goal)
	case L2:
		return autodiff.L2Mean(values, goal)
	}
	return nil, fmt.Errorf("loss %q, must be one of %v", l, Losses())
}
