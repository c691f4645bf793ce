package compute

import (
	"fmt"

	"rewriting/compute/internal/kernel"
)

// MatMul is the product of a [M,K] and b [K,N]: [M,N].
func MatMul(a, b *Tensor) *Tensor {
	if len(a.Shape) != 2 || len(b.Shape) != 2 || a.Shape[1] != b.Shape[0] {
		panic(fmt.Sprintf("compute: MatMul of %v and %v", a.Shape, b.Shape))
	}
	m, k, n := a.Shape[0], a.Shape[1], b.Shape[1]
	c := New(m, n)
	if c.Len() == 0 || k == 0 {
		return c
	}
	panels, release := borrow(panelLen(m, k))
	defer release()
	packRows(panels, a.Data, m, k, k)
	r := readerFor(Params{}.normal(), k, 1, 1, 1, n, 1, n)
	defer r.release()
	p := product{a: panels, rows: m, c: c.Data, ldc: n}
	step := r.read(&p, b.Data)
	p.image(r.oh, r.ow, step)
	return c
}

// Linear is a fully connected layer: x [N,In], w [Out,In] and an optional bias of length Out give
// x wT + bias, [N,Out].
func Linear(x, w *Tensor, bias []float32) *Tensor {
	if len(x.Shape) != 2 || len(w.Shape) != 2 || x.Shape[1] != w.Shape[1] || (bias != nil && len(bias) != w.Shape[0]) {
		panic(fmt.Sprintf("compute: Linear of %v with weight %v and %d biases", x.Shape, w.Shape, len(bias)))
	}
	n, in, out := x.Shape[0], x.Shape[1], w.Shape[0]
	y := New(n, out)
	Split(out, 1+passGrain/max(in, 1), func(lo, hi int) {
		for o := lo; o < hi; o++ { // every row of the weight is read from memory once
			row := w.Data[o*in:][:in]
			var start float32
			if bias != nil {
				start = bias[o]
			}
			for b := range n {
				y.Data[b*out+o] = start + kernel.Dot(x.Data[b*in:][:in], row)
			}
		}
	})
	return y
}
