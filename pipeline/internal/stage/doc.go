// Package stage holds what every run on disk is made of: content keys, files that are either whole and
// verified or do not exist, fixed chunks of samples, an advisory lock and a journal of times. It knows nothing of images.
//
// A stage's result is a file. Its key is a hash over typed content (the hashes of the inputs, the
// parameters, the version of the stage), so a result is found again exactly when nothing it depends on has changed:
//
//	c := stage.NewContent("moment", 1).Set("weights", hash).Set("layer", 7)
//	payload, err := store.Read("artefacts/moment.npy", c.Key())
//	if errors.Is(err, stage.ErrAbsent) { payload = compute(); err = store.Publish("artefacts/moment.npy", c.Key(), payload) }
//	for _, r := range stage.Chunks(0, 1000, 100) { ... }
//
// Three failures of a store are told apart: ErrAbsent (no such file), ErrStale (whole, but of another content) and
// ErrDamaged (truncated or altered). All three mean that the result does not exist; only the last deserves a warning.
package stage
