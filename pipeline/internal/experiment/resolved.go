package experiment

import (
	"bytes"
	"maps"

	"github.com/BurntSushi/toml"

	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/study"
)

func (e *Experiment) provenance() []report.Section {
	return study.Provenance(e.Config.Path, e.resolved(), e.Inputs, report.Fact{Name: "weights as used", Value: "sha256 " + e.Generator.Info().Hash})
}

// resolved is the config with every default filled in. How to compute (workers) is not part of it.
func (e *Experiment) resolved() []byte {
	c := e.Config
	type table = map[string]any
	var methods, metrics []table
	for i := range e.Rows {
		t := settings(e.Rows[i].Method, e.Rows[i].Task.Params)
		for _, key := range append(networkKeys(e.Rows[i].Method.Describe().Parameters), samplesKey) {
			if v, ok := e.Rows[i].Entry.Params[key]; ok {
				t[key] = v
			}
		}
		if own := e.cutOf(&e.Rows[i]).Layer().Number; own != e.Cut.Layer().Number {
			t[layerKey] = own
		}
		t["name"], t["kind"] = e.Rows[i].Name, e.Rows[i].Kind
		methods = append(methods, t)
	}
	for _, col := range e.Columns {
		if col.Others {
			continue
		}
		t := table{"name": col.Name, "kind": col.Kind}
		if len(col.Sets) > 0 {
			t[overKey] = col.Sets
		}
		for k, v := range col.Params {
			t[k] = v
		}
		metrics = append(metrics, t)
	}
	all := table{
		"title":     c.Title,
		"generator": table{"model": c.Generator.Model, "truncation": c.Generator.Truncation, "sha256": e.hashOf("generator")},
		"session": table{"file": c.Session.File, "layer": e.Cut.Layer().Number, "rows": c.Session.Rows, "seed": int64(c.Session.Seed),
			"sha256": e.hashOf("session")},
		"samples": table{"count": c.Samples.Count, "first": int64(c.Samples.First), "chunk": c.Samples.Chunk},
		"method":  methods,
		"metric":  metrics,
		"compare": table{"paper": c.Compare.Paper, "reference": e.reference()},
		"report":  table{"ranked": c.Report.Ranked, "samples": c.Report.Samples},
	}
	if c.Generator.Output != "" {
		all["generator"].(table)["output"] = c.Generator.Output
	}
	if c.Session.Context != "" {
		all["session"].(table)["context"] = c.Session.Context
	}
	if len(c.Missing) > 0 {
		all["missing"] = c.Missing
	}
	if psi := c.Session.MomentTruncation; psi != c.Generator.Truncation {
		all["session"].(table)["moment_truncation"] = psi
	}
	if c.Latents.Table {
		all["samples"].(table)["table"] = true
	}
	if c.Latents.Batch != 1 {
		all["samples"].(table)["batch"] = c.Latents.Batch
	}
	if e.Subset != nil {
		contains := maps.Clone(e.Subset.Params)
		contains["name"] = e.Subset.Name
		all["samples"].(table)["contains"] = contains
	}
	if len(c.Compare.Rows) > 0 {
		all["compare"].(table)["rows"] = c.Compare.Rows
	}
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(all); err != nil {
		panic("experiment: a config that was read must be writable: " + err.Error())
	}
	return b.Bytes()
}
