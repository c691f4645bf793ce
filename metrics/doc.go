// Package metrics scores edited images against their clean originals.
//
// A metric maps one sample (seed, latent, clean image, edited image) to one number per column and says
// in Column how the numbers of many samples become one. It does not know how the edited image came to
// be: an edited generator, a compositor and the unedited generator are scored alike.
//
// The kinds, one file each: classifier ("% smiling", and the share of those that were not), lpips
// (masked perceptual distance), change (pixel differences), counterfactual (distance to the picture
// that a perfect edit would give; worlds only), modified (share of an object's pixels that became
// another class), drawn (images that show a watermark, by the truth of a world), by-hand (the same, counted by people), nearer
// (share of an object's pixels that came nearer to a perfect edit; worlds only). They follow the paper's Section 5 and Appendix C (spec: metrics 1 to 5, 13);
// every column carries its protocol in words, with the hashes of its networks.
//
// How a picture becomes a network's input (Preprocess), and how logits become labels, follows the published
// rule of each network: the exported file names its mode (spec: metrics 2 to 4, 6.1), a config may override it. A
// segmenter with the outputs "object" and "part" gives two labels per pixel in one shared numbering.
//
// What depends on the clean image alone (its segmentation, its counterfactual picture) is computed once
// per sample, kept in Sample.Prepared, shared by all metrics and methods, and can be stored. Features that networks compute
// of a picture are made once for all columns, and those of the clean side once for all rows, while the sample is in memory.
//
//	spec, err := metrics.Decode("classifier", map[string]any{"name": "% smiling", "network": "world:faces/attributes", "attribute": "smile"})
//	metric, err := spec.Build(metrics.Context{World: world, Open: open})
//	set, err := metrics.NewSet(metric)
//	err = set.Prepare(ctx, sample)            // once per clean image
//	scores, err := set.Score(ctx, sample.Under("Ours", edited)) // one number per column, NaN where it does not apply
package metrics
