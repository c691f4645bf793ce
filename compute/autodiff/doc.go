// Package autodiff makes the kernels of package compute differentiable: operations for gorgonia's expression graphs
// whose gradients are expressions of the same kernels.
//
// gorgonia contributes the graph, the chain rule and the machine that runs both; every operation is our own, because
// its convolutions are slow and know neither groups nor StyleGAN2's layers. The gradients follow from the definitions; those of
// the styled convolution (spec: method 7), with c = (sum (sigma w s)^2 + 1e-8)^(-1/2), are
//
//	dc/dw[o,i,t] = -c[o]^3 sigma^2 s[i]^2 w[o,i,t]
//	dc/ds[i]     = -c[o]^3 sigma^2 s[i] sum over t of w[o,i,t]^2
//
// A graph, its machine and its values belong to one goroutine; different graphs are independent.
//
//	g := gorgonia.NewGraph()
//	w := autodiff.Parameter(g, "weight", weight)
//	y, err := autodiff.Conv2D(autodiff.Constant(g, "key", key), w, compute.Same3x3)
//	loss, err := autodiff.L1Mean(y, autodiff.Constant(g, "goal", goal))
//	p, err := autodiff.NewProblem(g, loss, []*gorgonia.Node{w})
//	value, err := p.Step()     // the loss; p.Grad(0) is its gradient at p.Value(0)
package autodiff
