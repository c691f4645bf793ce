// Package gantest has generators for tests: in ONNX form, a small one of our own in a file and real ones that are built
// from the weights in the folder REWRITING_REFERENCE, where that is set; and StyleGAN2 and Progressive GAN at their published
// widths with random weights.
//
//	g := gantest.Load(t, gantest.Small())
//	cut, err := g.Cut(2)
package gantest
