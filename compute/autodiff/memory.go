package autodiff

import (
	"maps"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"rewriting/compute"
)

// lending lets the operations of a graph share memory: one holds its result until the last operation that reads it has
// run, and then the memory goes to whichever needs as much next. A run holds what is alive instead of every value of the
// expression and of its gradient, which for all parameters of a generator are several times as much.
//
// Of what is alive when the gradient begins, the results of passes (element-wise operations) are not kept either: each is
// dropped when the expression has read it, and made again from what it was made of for the first operation of the gradient
// that reads it. The same kernel on the same numbers gives the same bits.
//
// It relies on what NewProblem knows: one machine runs every operation once per run, in order. What gorgonia does itself is to add
// gradients, perhaps in place; such a sum is given back with its operands, by whoever reads the sum.
type lending struct {
	free map[int][][]float32 // by length
	held int                 // numbers, lent and free
	ops  []*op
}

// plenty is how many numbers a lending holds (768 MiB) before it gives free memory up for memory of another length: large
// maps are few of each size, and cost more to hold than to make anew.
const plenty = 192 << 20

// loan is an operation's part in a lending.
type loan struct {
	*lending
	reads   []*op // operations whose results it is a reader of, each once
	readers int   // operations that read its result; -1 where it must stay
	left    int   // of them, in this run

	early        bool              // part of the expression, not of its gradient
	earlyReaders int               // readers that are
	earlyLeft    int               // of them, in this run
	repeats      bool              // its result is made again for the gradient
	sources      []*op             // by input: the operation that makes it, nil where it is a leaf or gorgonia's
	given        []*compute.Tensor // by input of one that repeats: the leaves
}

// lend makes the operations of a graph share memory. The expression are the nodes that there were before it was differentiated.
func lend(g *gorgonia.ExprGraph, expression gorgonia.Nodes) *lending {
	l := &lending{free: map[int][][]float32{}}
	nodes := g.AllNodes()
	for _, n := range nodes {
		if o, ok := n.Op().(*op); ok {
			o.loan = &loan{lending: l}
			if o.result != nil {
				o.loan.readers = -1 // its memory is somebody's already
			}
			l.ops = append(l.ops, o)
		}
	}
	for _, n := range expression {
		if o, ok := n.Op().(*op); ok {
			o.loan.early = true
		}
	}
	for _, n := range nodes {
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
			if reader.loan.early {
				p.loan.earlyReaders++
			}
		}
	}
	for _, n := range nodes {
		if o, ok := n.Op().(*op); ok {
			o.loan.repeats = o.repeatable(g, n)
			for _, c := range o.inputs {
				source, _ := c.Op().(*op)
				o.loan.sources = append(o.loan.sources, source)
			}
		}
	}
	return l
}

// repeatable reports whether the result of a pass, read by the expression and by its gradient, can be made again: operations
// alone read it, and all that it is made of is a leaf or lent by this lending.
func (o *op) repeatable(g *gorgonia.ExprGraph, n *gorgonia.Node) bool {
	if l := o.loan; !o.pass || !l.early || l.earlyReaders == 0 || l.readers <= l.earlyReaders {
		return false
	}
	for parents := g.To(n.ID()); parents.Next(); {
		if _, ours := parents.Node().(*gorgonia.Node).Op().(*op); !ours {
			return false
		}
	}
	return !slices.ContainsFunc(o.inputs, func(c *gorgonia.Node) bool {
		p, ours := c.Op().(*op)
		return c.Op() != nil && (!ours || p.loan.readers < 0 || len(p.out) == 0)
	})
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
		o.loan.left, o.loan.earlyLeft = o.loan.readers, o.loan.earlyReaders
	}
}

// take is memory for a result; without a lending it is new.
func (l *loan) take(shape []int) *compute.Tensor {
	if l == nil {
		return compute.New(shape...)
	}
	n := size(shape)
	if free := l.free[n]; len(free) > 0 {
		data := free[len(free)-1]
		l.free[n] = free[:len(free)-1]
		return compute.From(data, shape...)
	}
	l.held += n
	l.trim()
	return compute.New(shape...)
}

// trim gives free memory up while there is more than plenty, the largest first.
func (l *lending) trim() {
	if l.held <= plenty {
		return
	}
	sizes := slices.SortedFunc(maps.Keys(l.free), func(a, b int) int { return b - a })
	for _, n := range sizes {
		for len(l.free[n]) > 0 && l.held > plenty {
			last := len(l.free[n]) - 1
			l.free[n][last] = nil
			l.free[n] = l.free[n][:last]
			l.held -= n
		}
	}
}

// put takes memory back.
func (l *loan) put(t *compute.Tensor) {
	if l != nil {
		l.free[len(t.Data)] = append(l.free[len(t.Data)], t.Data)
	}
}

// again puts results that were dropped in the place of an operation's inputs.
func (l *loan) again(in []*compute.Tensor) {
	if l.repeats && l.given == nil {
		l.given = make([]*compute.Tensor, len(in))
		for i, p := range l.sources {
			if p == nil {
				l.given[i] = in[i]
			}
		}
	}
	for i, p := range l.sources {
		if p != nil && p.loan.repeats {
			in[i] = p.remade()
		}
	}
}

// remade is the result of an operation that repeats.
func (o *op) remade() *compute.Tensor {
	if o.memory != nil {
		return o.memory
	}
	in := slices.Clone(o.loan.given)
	for i, p := range o.loan.sources {
		switch {
		case p == nil:
		case p.loan.repeats:
			in[i] = p.remade()
		default:
			in[i] = p.memory
		}
	}
	o.writeTo(o.loan.take(o.out))
	o.into(o.memory, in)
	return o.memory
}

// giveBack ends an operation: its inputs have one reader less. One that repeats remains a reader until nobody will read
// its own result again.
func (o *op) giveBack() {
	for _, p := range o.loan.reads {
		if o.loan.early {
			p.loan.earlyLeft--
		}
		if !o.loan.repeats {
			p.loan.left--
		}
		if p.loan.left == 0 {
			p.finish()
		} else if p.loan.repeats && o.loan.early && p.loan.earlyLeft == 0 {
			p.drop()
		}
	}
}

// finish ends the use of a result in this run.
func (o *op) finish() {
	o.drop()
	if !o.loan.repeats {
		return
	}
	for _, p := range o.loan.reads {
		if p.loan.left--; p.loan.left == 0 {
			p.finish()
		}
	}
}

// claim finds memory for a result: that of an input which this operation is the last to read, if it may overwrite it.
func (o *op) claim() {
	if o.loan != nil && o.over > 0 {
		p := o.loan.sources[o.over-1]
		if p != nil && p.memory != nil && !p.loan.repeats && p.loan.left == 1 && len(p.memory.Data) == size(o.out) {
			o.writeTo(compute.From(p.memory.Data, o.out...))
			p.forget()
			return
		}
	}
	o.writeTo(o.loan.take(o.out))
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// drop frees the memory of a result.
func (o *op) drop() {
	if o.memory != nil {
		o.loan.put(o.memory)
		o.forget()
	}
}

// forget takes a result its memory. gorgonia keeps the value that stands for it until the next run, so that is emptied: else
// memory that the lending gives up would stay.
func (o *op) forget() {
	if d, ok := o.result.(*tensor.Dense); ok {
		*d = tensor.Dense{}
	}
	o.memory, o.result = nil, nil
}
