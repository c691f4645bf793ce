// Package experiment runs one experiment from its config to its result. It reads like the experiment:
//
//	config -> plan -> second moment -> edit of every method -> samples -> scores -> summary
//
// All rows are alike: a method turns (generator, session) into an edit, and an edit into a renderer of samples. All columns
// are alike: a metric turns (clean image, edited image) into numbers. The results of every stage are files under
// content keys (package stage), so a run that was stopped continues, and a run in which one thing was changed
// computes what depends on it.
//
//	cfg, err := config.Load("configs/smile.toml", nil)
//	e, err := experiment.Build(cfg)                    // every mistake, before any work
//	outcome, err := e.Run(ctx, "results/smile", experiment.Options{})
//	outcome.Result                                     // what package report shows
//
// The unit of work is one sample under all methods: what depends on the clean image alone is computed once. Samples
// are independent of each other, are gathered in fixed chunks, and a chunk is published when its last sample is done,
// so results do not depend on the number of workers or the order in which they finish.
package experiment
