package autodiff

import (
	"gorgonia.org/gorgonia"

	"rewriting/compute"
)

// lending lets the operations of a graph share memory: one holds its result until the last operation that reads it has
// run, and then the memory goes to whichever needs as much next. A run holds what is alive instead of every value of the
// expression and of its gradient, which for all parameters of a generator are several times as much.
//
// It relies on what NewProblem knows: one machine runs every operation once per run, in order. What gorgonia does itself is to add
// gradients, perhaps in place; such a sum is given back with its operands, by whoever reads the sum.
type lending struct {
	free map[int][][]float32 // by length
	ops  []*op
}

// loan is an operation's part in a lending.
type loan struct {
	*lending
	reads   []*op // operations whose results it is a reader of, each once
	readers int   // operations that read its result; -1 where it must stay
	left    int   // of them, in this run
}

// lend makes the operations of a graph share memory.
func lend(g *gorgonia.ExprGraph) *lending {
	l := &lending{free: map[int][][]float32{}}
	for _, n := range g.AllNodes() {
		if o, ok := n.Op().(*op); ok {
			o.loan = &loan{lending: l}
			if o.result != nil {
				o.loan.readers = -1 // its memory is somebody's already
			}
			l.ops = append(l.ops, o)
		}
	}
	for _, n := range g.AllNodes() {
		p, ok := n.Op().(*op)
		if !ok || p.loan.readers < 0 {
			continue
		}
		found := map[*op]bool{}
		if !readers(g, n, found) {
			p.loan.readers = -1
			continue
		}
		p.loan.readers = len(found)
		for reader := range found {
			reader.loan.reads = append(reader.loan.reads, p)
		}
	}
	return l
}

// readers finds the operations that read the result of a node, or what gorgonia makes of it: a sum that it may write to the
// same memory. False means that something reads it of which nobody knows when it is done.
func readers(g *gorgonia.ExprGraph, n *gorgonia.Node, found map[*op]bool) bool {
	parents := g.To(n.ID())
	if parents.Len() == 0 {
		_, ours := n.Op().(*op)
		return ours // nobody reads it, and nobody gives it back
	}
	for parents.Next() {
		m := parents.Node().(*gorgonia.Node)
		if o, ok := m.Op().(*op); ok {
			found[o] = true
		} else if !readers(g, m, found) {
			return false
		}
	}
	return true
}

// begin prepares a run; what an unfinished one has left stays where it is.
func (l *lending) begin() {
	for _, o := range l.ops {
		o.loan.left = o.loan.readers
	}
}

// take is memory for a result; without a lending it is new.
func (l *loan) take(shape []int) *compute.Tensor {
	if l == nil {
		return compute.New(shape...)
	}
	n := 1
	for _, d := range shape {
		n *= d
	}
	if free := l.free[n]; len(free) > 0 {
		data := free[len(free)-1]
		l.free[n] = free[:len(free)-1]
		return compute.From(data, shape...)
	}
	return compute.New(shape...)
}

// giveBack ends an operation: its inputs have one reader less.
func (l *loan) giveBack() {
	for _, p := range l.reads {
		if p.loan.left--; p.loan.left == 0 && p.memory != nil {
			l.free[len(p.memory.Data)] = append(l.free[len(p.memory.Data)], p.memory.Data)
			p.memory, p.result = nil, nil
		}
	}
}
