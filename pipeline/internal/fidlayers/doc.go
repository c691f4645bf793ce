// Package fidlayers measures how real the patches look that one layer draws alone, layer by layer (paper: Figs. 13 to 18; spec:
// experiments 8). It shows where in a generator objects are stored: layers from which small isolated patches look like crops
// of whole images hold their objects locally.
//
//	features of references -> features of patches, layer by layer -> distances -> report
//
// Patches: for a batch of latents and a size in pixels, one square of the key map of layer L is cut out at a random place that the
// batch shares, and the network from L on draws it without its surroundings. References: images of the same latents, each
// cut at a place of its own. The distance between the two sets is the FID on pooled features of an ONNX network. A
// second set of references, of other latents, tells how large the distance of equal sets is at this number of images.
//
// A layer stands on the axis by the number of the convolution whose input (keys) is cut, as in the rest of the program; the
// caption of the paper's plots says "featuremap", which may be one off.
//
//	x, err := fidlayers.Build(ctx, cfg)       // a study.Experiment
//	outcome, err := x.Run(ctx, "results/fid-layers", study.Options{})
package fidlayers
