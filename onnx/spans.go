package onnx

import "rewriting/compute"

// The float32 spans: whole vectors go to the kernels of package compute.

func addSpan(out, a, b []float32) {
	if len(a) == len(b) {
		compute.Add(out, a, b)
		return
	}
	if len(a) == 1 {
		a, b = b, a
	}
	compute.Plus(out, a, b[0])
}

func subSpan(out, a, b []float32) {
	switch {
	case len(a) == len(b):
		compute.Sub(out, a, b)
	case len(b) == 1:
		compute.Plus(out, a, -b[0])
	default:
		c := a[0]
		for i, x := range b {
			out[i] = c - x
		}
	}
}

func mulSpan(out, a, b []float32) {
	if len(a) == len(b) {
		compute.Mul(out, a, b)
		return
	}
	if len(a) == 1 {
		a, b = b, a
	}
	compute.Times(out, a, b[0])
}

func divSpan(out, a, b []float32) {
	switch {
	case len(a) == len(b):
		b = b[:len(a)]
		out = out[:len(a)]
		for i, x := range a {
			out[i] = x / b[i]
		}
	case len(b) == 1:
		c := b[0]
		for i, x := range a {
			out[i] = x / c
		}
	default:
		c := a[0]
		for i, x := range b {
			out[i] = c / x
		}
	}
}

func maxSpan(out, a, b []float32) {
	spread(out, a, b, func(a, b float32) float32 { return max(a, b) })
}
func minSpan(out, a, b []float32) {
	spread(out, a, b, func(a, b float32) float32 { return min(a, b) })
}
