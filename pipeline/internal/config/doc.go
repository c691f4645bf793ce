// Package config reads the TOML file of one experiment.
//
//	e, err := config.Load("configs/smile.toml", []string{"samples.count=200", "method.Ours.rank=3"})
//	// err: configs/smile.toml:9: session.layr: no such key (did you mean "layer"?)
//	e.Samples.Count // 200
//
// Every mistake is an *Error: one line with file, line, key and what is allowed. Load finds mistakes of form (unknown keys, wrong
// types, values out of any range, missing files). Mistakes that need a network or a session to be seen are found by
// package experiment, which reports them at the same places through Experiment.At.
//
// Paths are taken relative to the config file; where nothing is there, relative to the working directory.
// "world:faces" and "world:faces/lpips" name what is embedded in the program.
package config
