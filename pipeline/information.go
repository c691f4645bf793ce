package main

import (
	"fmt"

	"rewriting/methods"
	"rewriting/metrics"
	"rewriting/pipeline/internal/study"
)

type versionCommand struct{}

// Run implements the command.
func (versionCommand) Run(c *command) error {
	facts := study.Program()
	if c.json {
		return c.object(facts)
	}
	for _, f := range facts {
		fmt.Fprintf(c.out, "%-13s %s\n", f.Name, f.Value)
	}
	return nil
}

type methodsCommand struct{}

// Run implements the command.
func (methodsCommand) Run(c *command) error {
	type entry struct {
		Kind string `json:"kind"`
		methods.Description
	}
	var all []entry
	for _, kind := range methods.Kinds() {
		m, err := methods.Lookup(kind)
		if err != nil {
			return err
		}
		all = append(all, entry{kind, m.Describe()})
	}
	if c.json {
		return c.object(all)
	}
	for _, e := range all {
		fmt.Fprintf(c.out, "%s: %s\n  %s\n", e.Kind, e.Row, e.About)
		for _, p := range e.Parameters {
			fmt.Fprintf(c.out, "    %s\n", p)
		}
	}
	return nil
}

type metricsCommand struct{}

// Run implements the command.
func (metricsCommand) Run(c *command) error {
	if c.json {
		return c.object(metrics.Kinds())
	}
	for _, kind := range metrics.Kinds() {
		fmt.Fprintln(c.out, kind)
	}
	return nil
}
