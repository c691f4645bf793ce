package compute

import "fmt"

// MatMul is the product of a [M,K] and b [K,N]: [M,N].
func MatMul(a, b *Tensor) *Tensor {
	if len(a.Shape) != 2 || len(b.Shape) != 2 || a.Shape[1] != b.Shape[0] {
		panic(fmt.Sprintf("compute: MatMul of %v and %v", a.Shape, b.Shape))
	}
	m, k, n := a.Shape[0], a.Shape[1], b.Shape[1]
	c := New(m, n)
	for i := range m {
		out := c.Data[i*n:][:n]
		for j, v := range a.Data[i*k:][:k] {
			for l, u := range b.Data[j*n:][:n] {
				out[l] += v * u
			}
		}
	}
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
	for b := range n {
		row := x.Data[b*in:][:in]
		for o := range out {
			s := Dot(row, w.Data[o*in:][:in])
			if bias != nil {
				s += bias[o]
			}
			y.Data[b*out+o] = s
		}
	}
	return y
}
