package main

import (
	"context"
	"fmt"

	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/experiment"
	"rewriting/pipeline/internal/fidlayers"
	"rewriting/pipeline/internal/lightrule"
	"rewriting/pipeline/internal/study"
)

// build makes the experiment of a config, of the kind that its sections tell, and checks it against everything it names.
func build(ctx context.Context, cfg *config.Experiment) (study.Experiment, error) {
	switch cfg.Kind {
	case config.Table:
		return experiment.Build(ctx, cfg)
	case config.FIDLayers:
		return fidlayers.Build(ctx, cfg)
	case config.Reflections:
		return lightrule.Build(ctx, cfg)
	}
	return nil, fmt.Errorf("%s: experiments of kind %s cannot be built", cfg.Path, cfg.Kind)
}

// open reads and builds the experiment at path.
func (c *command) open(path string) (study.Experiment, error) {
	cfg, err := config.Load(path, c.set)
	if err != nil {
		return nil, err
	}
	return build(c.ctx, cfg)
}

// openTable is open for commands that need the methods of a table.
func (c *command) openTable(path string) (*experiment.Experiment, error) {
	cfg, err := config.Load(path, c.set)
	if err != nil {
		return nil, err
	}
	if cfg.Kind != config.Table {
		return nil, cfg.At(string(cfg.Kind), "this command needs a table of methods ([[method]])")
	}
	return experiment.Build(c.ctx, cfg)
}
