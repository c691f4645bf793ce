// Command pipeline runs the experiments of "Rewriting a Deep Generative Model" (Bau et al., ECCV 2020): it edits a generator by
// the paper's method and by its baselines, draws thousands of samples, scores them, and reports a table with intervals.
//
//	pipeline run configs/smile.toml                          # everything, into results/smile
//	pipeline run configs/smile.toml --set samples.count=500  # the same, smaller
//	pipeline plan configs/smile.toml                         # what would run, and why
//	pipeline report results/smile                            # the report again
//	pipeline figure 7 configs/smile.toml                     # one of the paper's figures from it
//	pipeline run configs/fid-layers.toml                     # another kind of experiment: FID of patches, layer by layer
//	pipeline status results/smile --watch                    # how far it is
//	pipeline verify results/smile                            # whether it can be trusted
//	pipeline check results/smile thresholds.toml             # whether its numbers moved
//	pipeline run configs/smile.toml --shard 2/7              # a part of it; then pipeline merge
//	pipeline inspect world:faces                             # layers as configs name them
//
// Results are files under content keys: a run that was stopped continues where it was, and a changed config computes only
// what depends on the change. Standard output is data, standard error is talk.
//
// Exit codes: 0 done; 1 failed; 2 usage or config; 3 finished, but some methods or samples failed, or a number
// is outside its threshold; 11 run directory busy; 130 stopped by the user.
package main
