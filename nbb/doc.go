// Package nbb finds Neural Best-Buddies (Aberman et al., SIGGRAPH 2018): points of two pictures that choose each other at
// every level of a feature network, coarse to fine. The paper's image-space baselines warp an edited picture along them
// and blend it in (spec: baselines 7-11); packages warp and blend do that, Composer puts them together.
//
// Per level, from the coarsest: features are normalised per pixel, every patch looks for its best match near where the level above
// sent it, mutual choices inside the windows of the pairs above are the new pairs, weak ones are dropped and the strongest of each of
// ten clusters stay. To the next finer level go the features of each picture mixed with those of the other, carried along the matches
// and inverted through the slice of the network between the two levels by Adam.
//
//	network, err := nbb.NewNetwork(model, []string{"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"}, 224)
//	search, err := nbb.NewSearch(ctx, network, target, nbb.Default())
//	pairs, err := search.Pairs(ctx, picture)                  // nbb.ErrNone where there are none
//	composer, err := nbb.NewComposer(edited, mask, search, false)
//	image, err := composer.Compose(picture, pairs, nbb.Laplace)
//
// What the released code does differently from this package, in its search: its k-means draws from another random stream, and a
// pixel whose features are all zero becomes NaN there; here it stays zero and matches nothing. Composer tells about the rest.
package nbb
