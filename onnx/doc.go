// Package onnx reads ONNX models and runs them on the kernels of package compute, in Go only.
//
// Load decodes a model (own decoder, package internal/proto), makes one kernel per node, folds all
// that depends on initialisers only, packs convolution weights once and plans the execution: nodes
// in topological order, Conv with a following BatchNormalization and Relu or LeakyRelu as one step,
// every intermediate given back after its last use. A Model is immutable; any number of
// goroutines may Run it, sharing the cores, and results are bitwise repeatable.
//
// Opsets 1 to 25 of the standard domain are accepted; each operator follows the version that the model
// imports (Operators lists them). Whatever would change a result in a way not
// implemented is an error when the model is loaded: an unknown operator or attribute, another domain, external
// data, subgraphs, strings. Messages name model, node and operator. The semantics are those of the
// ONNX operator specification; the networks this must run are listed in spec: metrics 10.
//
//	m, err := onnx.Load(bytes)
//	if err := m.SelfTest(); err != nil { ... }             // the golden case stored in the model
//	logits, err := m.Float(images)                          // one float32 input, first output
//	out, err := m.RunOutputs(ctx, map[string]*onnx.Value{"x": onnx.FromTensor(images)}, []string{"feat3"})
//	steps := onnx.Towers(onnx.Wanted{Model: m, Outputs: []string{"map"}}) // features of a picture once, distances to many
//	nodes, err := m.Graph(g, inputs, []string{"feat3"})     // the same, differentiable
package onnx
