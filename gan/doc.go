// Package gan holds the generators whose rules are rewritten: StyleGAN2 in the sequential form of the released code, cut
// into context, target and rendering at an editable layer (spec: generators and method, section 1).
//
// Progressive GAN is the second kind, and any generator in an ONNX file the third: there every convolution with a weight of its
// own is a layer, the target is the bare convolution, and weights are raw. Load tells the formats apart: PyTorch
// checkpoints, safetensors, NVIDIA's pickles (tensors only, their code is never run) and ONNX.
//
// A Generator is immutable. An edit makes another one that shares every tensor but the changed ones, and
// anything that is prepared from tensors, such as packed filters, is prepared once and shared too.
//
//	g, err := gan.LoadFile(ctx, "stylegan2_church.pt", gan.Options{Truncation: 0.5})
//	image, err := g.Image(latent.Seed(0, g.Info().LatentDim)) // [1,3,256,256]
//	cut, err := g.Cut(8)
//	state, err := cut.Context(latent.Table(1, 10, 512))       // keys [10,512,32,32]
//	value, err := cut.Target(state)                           // values [10,512,32,32]
package gan
