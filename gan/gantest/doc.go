// Package gantest has generators in ONNX form for tests: a small one of our own in a file, and real ones that are built
// from the weights in the folder REWRITING_REFERENCE, where that is set.
//
//	g := gantest.Load(t, gantest.Small())
//	cut, err := g.Cut(2)
package gantest
