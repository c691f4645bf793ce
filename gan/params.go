package gan

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"sync"

	"gorgonia.org/gorgonia"

	"rewriting/compute"
)

// params are the trainable tensors of a generator by their official names. Edits share the entries they do not change.
type params struct {
	names  []string
	byName map[string]*param
}

// param is an immutable tensor and, once somebody asked, its digest.
type param struct {
	tensor *compute.Tensor
	digest func() [sha256.Size]byte
}

func newParam(t *compute.Tensor) *param {
	return &param{t, sync.OnceValue(func() [sha256.Size]byte { return digestOf(t) })}
}

func (p params) has(name string) bool               { return p.byName[name] != nil }
func (p params) tensor(name string) *compute.Tensor { return p.byName[name].tensor }

func (p *params) add(name string, t *compute.Tensor) {
	if p.byName == nil {
		p.byName = map[string]*param{}
	}
	p.names = append(p.names, name)
	p.byName[name] = newParam(t)
}

func (p params) count() int {
	n := 0
	for _, e := range p.byName {
		n += e.tensor.Len()
	}
	return n
}

// with replaces tensors. They are copied, so that what the caller does with its own later does not matter.
func (p params) with(changed map[string]*compute.Tensor) (params, error) {
	next := params{p.names, maps.Clone(p.byName)}
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		old, t := p.byName[name], changed[name]
		if old == nil {
			return params{}, fmt.Errorf("generator has no tensor %q", name)
		}
		if !old.tensor.SameShape(t) {
			return params{}, fmt.Errorf("tensor %q has shape %v, the generator's has %v", name, t.Shape, old.tensor.Shape)
		}
		next.byName[name] = newParam(t.Clone())
	}
	return next, nil
}

// digest covers names, shapes and values of all tensors, the mean of w where there is one, and psi.
func (p params) digest(average *compute.Tensor, psi float64) string {
	h := sha256.New()
	for _, n := range p.names {
		fmt.Fprintf(h, "%s %v %x\n", n, p.tensor(n).Shape, p.byName[n].digest())
	}
	if average != nil {
		fmt.Fprintf(h, "latent_avg %x\n", digestOf(average))
	}
	fmt.Fprintf(h, "psi %x\n", math.Float64bits(psi))
	return hex.EncodeToString(h.Sum(nil))
}

// tensors is the map that Generator.Tensors returns.
func (p params) tensors() map[string]*compute.Tensor {
	all := make(map[string]*compute.Tensor, len(p.names))
	for n, e := range p.byName {
		all[n] = e.tensor
	}
	return all
}

// checkNodes demands a node of the right shape for every tensor.
func (p params) checkNodes(nodes map[string]*gorgonia.Node) error {
	for _, name := range p.names {
		n := nodes[name]
		if n == nil {
			return fmt.Errorf("no node was given for tensor %q", name)
		}
		if want := p.tensor(name).Shape; !n.Shape().Eq(want) {
			return fmt.Errorf("the node for tensor %q has shape %v, expected %v", name, n.Shape(), want)
		}
	}
	return nil
}

func digestOf(t *compute.Tensor) (sum [sha256.Size]byte) {
	h := sha256.New()
	writeElements(h, t.Data)
	h.Sum(sum[:0])
	return sum
}

func writeElements(w io.Writer, data []float32) {
	var block [4096]byte
	for len(data) > 0 {
		n := min(len(data), len(block)/4)
		for i, v := range data[:n] {
			binary.LittleEndian.PutUint32(block[4*i:], math.Float32bits(v))
		}
		w.Write(block[:4*n]) // a hash never fails
		data = data[n:]
	}
}
