package experiment

import (
	"rewriting/compute"
	"rewriting/gan"
	"rewriting/methods"
	"rewriting/pipeline/internal/picture"
	"rewriting/pipeline/internal/stage"
)

// versions of the stages by kind: raised when the code of a stage gives another result for the same content.
var versions = map[string]int{"moment": 1, "edit": 1, "clean": 1, "prepared": 1, "selection": 1, "score": 1, "ranked": 1, "report": 1}

// content starts a stage. The kernel tier belongs to all that computes with networks: tiers differ in
// the last bits, as kernels of another revision do, and their chunks must not be mixed.
func (e *Experiment) content(kind string) *stage.Content {
	return stage.NewContent(kind, versions[kind]).
		Set("weights", e.Generator.Info().Hash).
		Set("kernel tier", compute.Tier()).
		Set("kernel revision", compute.Revision)
}

// momentContent is what the second moment of a cut's keys depends on.
func (e *Experiment) momentContent(cut gan.Cut) *stage.Content {
	return stage.NewContent("moment", versions["moment"]).
		Set("weights", cut.Generator().Info().Hash).
		Set("kernel tier", compute.Tier()).
		Set("kernel revision", compute.Revision).
		Set("layer", cut.Layer().Number).
		Set("table rows", e.Config.Session.Rows).
		Set("table seed", e.Config.Session.Seed)
}

// editContent is what the edit of a row depends on. Its name in the config is not part of it.
func (e *Experiment) editContent(r *Row) *stage.Content {
	c := e.content("edit").
		Set("second moment", e.momentContent(e.measuredOn(e.cutOf(r))).Key()).
		Set("session", e.hashOf("session")).
		Set("method", r.Kind).
		Set("networks", r.Inputs).
		Set("feature output", r.Task.FeatureOutput)
	if hash := e.hashOf("context"); hash != "" {
		c.Set("context", hash)
	}
	if e.comparesUnits(r) {
		c.Set("second moment of the edited generator", e.momentContent(e.cutOf(r)).Key())
	}
	for name, value := range settings(r.Method, r.Task.Params) {
		c.Set("parameter "+name, value)
	}
	return c
}

// samplesContent is what all samples have in common.
func (e *Experiment) samplesContent() *stage.Content {
	c := e.content("clean").
		Set("picture version", picture.Version).
		Set("first seed", e.Config.Samples.First).
		Set("chunk", e.Config.Samples.Chunk)
	if e.Config.Latents.Table {
		c.Set("table rows", e.Config.Session.Rows).Set("table seed", e.Config.Session.Seed)
	}
	if b := e.Config.Latents.Batch; b != 1 {
		c.Set("batch", b)
	}
	return c
}

// scoreContent is what the scores of a row by a metric depend on.
func (e *Experiment) scoreContent(r *Row, c *Column) *stage.Content {
	content := e.content("score").
		Set("samples", e.samplesContent().Key()).
		Set("edit", e.editContent(r).Key())
	e.setColumn(content, "", c)
	if e.Subset != nil {
		content.Set("selection", e.selectionContent().Key()).Set("outside the subset", c.Others)
	}
	if c.Kind == "by-hand" {
		content.Set("row", r.Name) // people name the rows whose images they have counted
	}
	return content
}

// setColumn adds what a column computes to a content, under names that begin with the prefix.
func (e *Experiment) setColumn(content *stage.Content, prefix string, c *Column) {
	content.Set(prefix+"metric", c.Kind).Set(prefix+"columns", c.Columns).Set(prefix+"networks", c.Inputs)
	for name, value := range c.Params {
		content.Set(prefix+"parameter "+name, value)
	}
}

// selectionContent is what the choice of samples depends on; how many are wanted is no part of it.
func (e *Experiment) selectionContent() *stage.Content {
	c := e.content("selection").
		Set("samples", e.samplesContent().Key()).
		Set("networks", e.Subset.Inputs)
	for name, value := range e.Subset.Params {
		c.Set("parameter "+name, value)
	}
	return c
}

// rankedContent is what the images that respond most to a row's direction depend on.
func (e *Experiment) rankedContent(r *Row) *stage.Content {
	return e.content("ranked").
		Set("edit", e.editContent(r).Key()).
		Set("images", e.Config.Report.Ranked)
}

func (e *Experiment) hashOf(role string) string {
	for _, in := range e.Inputs {
		if in.Role == role {
			return in.SHA256
		}
	}
	return ""
}

// settings are the parameters that a method reads, by their names in configs.
func settings(m methods.Method, p methods.Params) map[string]any {
	all := fields(&p)
	used := map[string]any{}
	for _, name := range m.Describe().Parameters {
		if f, ok := all[name]; ok {
			used[name] = f.Interface()
		}
	}
	return used
}
