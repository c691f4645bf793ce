package autodiff

import (
	"gorgonia.org/gorgonia"

	"rewriting/compute"
)

// lending lets the operations of a graph share memory: one holds its result until the last operation that reads it has
// run, and then the memory goes to whichever needs as much next. A run holds what is alive instead of every value of the
// expression and of its gradient, which for all parameters of a generator are several times as much.
//
// It relies on what NewProblem knows: one machine runs every operation once per run, in order, and only operations of this
// package read their inputs through Do. A result that anything else reads (gorgonia adds gradients itself, and in
// place) is never lent.
type lending struct {
	free map[int][][]float32 // by length
	ops  []*op
}

// loan is an operation's part in a lending.
type loan struct {
	*lending
	reads   []*op // lent operations whose results it reads, each once
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
		reader, ours := n.Op().(*op)
		seen := map[*op]bool{}
		for children := g.From(n.ID()); children != nil && children.Next(); {
			p, ok := children.Node().(*gorgonia.Node).Op().(*op)
			if !ok || seen[p] {
				continue
			}
			seen[p] = true
			switch {
			case !ours:
				p.loan.readers = -1
			case p.loan.readers >= 0:
				p.loan.readers++
			}
			if ours {
				reader.loan.reads = append(reader.loan.reads, p)
			}
		}
	}
	return l
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
