package onnx

import (
	"slices"

	"rewriting/compute"
)

// fused is a node as the plan runs it: itself, or a convolution with what follows it.
type fused struct {
	node            *node // for messages: the first of the group
	run             kernel
	inputs, outputs []string
}

// fuse merges Conv -> BatchNormalization (constant statistics) -> Relu or LeakyRelu into one step
// where no intermediate is read elsewhere or asked for. The packed weights of a model are shared by
// all its plans; only a batch normalisation makes new ones.
func fuse(nodes []*node, wanted []string) []fused {
	readers := map[string][]*node{}
	for _, n := range nodes {
		for _, name := range n.inputs {
			readers[name] = append(readers[name], n)
		}
	}
	only := func(name string) *node { // the single reader of a value nobody asked for
		if len(readers[name]) != 1 || slices.Contains(wanted, name) || readers[name][0].inputs[0] != name {
			return nil
		}
		return readers[name][0]
	}
	taken := map[*node]bool{}
	var out []fused
	for _, n := range nodes {
		if taken[n] {
			continue
		}
		f := fused{node: n, run: n.run, inputs: n.inputs, outputs: n.outputs}
		if n.conv != nil {
			c := *n.conv
			next := only(f.outputs[0])
			if next != nil && next.norm != nil && c.normalised(next.norm) {
				taken[next] = true
				f.outputs = next.outputs[:1]
				next = only(f.outputs[0])
			}
			if next != nil && next.act != nil {
				taken[next] = true
				c.act, f.outputs = next.act, next.outputs
			}
			f.run, f.inputs = c.run, n.inputs[:1]
		}
		out = append(out, f)
	}
	return out
}

// normalised folds y = scale*conv(x) + shift into weight and bias; false leaves the convolution alone.
func (c *convolution) normalised(a *affine) bool {
	if c.weight.Shape[0] != len(a.scale) {
		return false
	}
	w, bias := c.weight.Clone(), slices.Clone(a.shift)
	per := len(w.F32) / len(a.scale)
	for o, s := range a.scale {
		compute.Scale(w.F32[o*per:(o+1)*per], s)
		if c.bias != nil {
			bias[o] += s * c.bias[o]
		}
	}
	c.weight, c.bias = w, bias
	return c.pack() == nil
}
