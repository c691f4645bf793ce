// Package source opens what a config names: files of generators and networks, on disk or of the embedded worlds, with their hashes.
//
//	src, err := source.Open("world:faces")       // or "world:faces/lpips", or a path
//	g, err := source.Generator(ctx, src, gan.Options{Truncation: 0.5})
//	nets := &source.Networks{Find: cfg.Find}
//	net, err := nets.Open("world:faces/lpips")   // tested on its golden input
//	nets.Take()                                  // what has been asked for since: belongs into a content key
package source
