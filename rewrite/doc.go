// Package rewrite changes a rule inside a generator: the method of "Rewriting a Deep Generative
// Model" (Bau et al., ECCV 2020).
//
// A convolution W is read as a linear associative memory: at every place it maps a key k (its input
// features) to a value v. A new rule is one more memory k* -> v*. Inserting it with the least damage
// to what W already stores,
//
//	W1 = argmin |V - W K|^2   subject to   v* = W1 k*       (Eqn. 6)
//
// changes W only along one direction, W1 = W0 + Λ dᵀ with d = C⁻¹k* (Eqns. 8-11), where C = E[k kᵀ]
// is measured once over many samples. For a rule that shall hold in many contexts the directions are
// the top singular vectors of the whitened context keys (App. D). The generator's layer is not linear
// (demodulation, noise, activation), so Λ is found by optimisation: Adam on W, projected back onto
// W0 + ΛD (Eqns. 17-18, App. F).
//
// Steps, in the order in which an edit takes them:
//
//	moment, err := rewrite.Measure(ctx, cut, table, nil)                          // C
//	dirs, err := rewrite.Directions(ctx, rewrite.ZCA, cut, moment, table, keys, 1) // D
//	goal, err := rewrite.CopyPaste(cut, table, session, rewrite.TightPaste)        // k*, v*
//	edit, err := rewrite.Insert(ctx, cut, goal, dirs.D, rewrite.DefaultInsert())   // W1
//	edited, err := cut.WithWeight(edit.Weight)
//
// Everything works on gan.Cut, the generator taken apart at one layer, and so on any network that can be
// cut. Exact rules, among them those of the released code where paper and code differ, are in spec: method.
//
// Tensors are float32, statistics and linear algebra float64. Every function is deterministic, checks its
// context between batches or steps, and never changes what it is given.
package rewrite
