package experiment

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/BurntSushi/toml"

	"rewriting/compute"
	"rewriting/pipeline/internal/report"
)

// Program describes the running program: Go version, commit, kernels.
func Program() []report.Fact {
	facts := []report.Fact{
		{Name: "Go", Value: runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH},
		{Name: "Commit", Value: commit()},
		{Name: "Kernels", Value: compute.Tier()},
	}
	if f := compute.Features(); len(f) > 0 {
		facts = append(facts, report.Fact{Name: "CPU features", Value: strings.Join(f, " ")})
	}
	return facts
}

// commit is what the Go command wrote into the program.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, modified := "", ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				modified = ", with local changes"
			}
		}
	}
	if revision == "" {
		return "unknown (the build carries no commit; go build -buildvcs=true does)"
	}
	return revision + modified
}

func (e *Experiment) provenance() []report.Section {
	var inputs []report.Fact
	for _, in := range e.Inputs {
		inputs = append(inputs, report.Fact{Name: in.Role + " " + in.Name, Value: fmt.Sprintf("sha256 %s, %s bytes", in.SHA256, thousands(in.Bytes))})
	}
	weights := report.Fact{Name: "weights as used", Value: "sha256 " + e.Generator.Info().Hash}
	return []report.Section{
		{Title: "Program", Facts: Program()},
		{Title: "Inputs", Facts: append(inputs, weights)},
		{Title: "Config as resolved", Facts: []report.Fact{{Name: e.Config.Path, Value: string(e.resolved())}}},
	}
}

// resolved is the config with every default filled in. How to compute (workers) is not part of it.
func (e *Experiment) resolved() []byte {
	c := e.Config
	type table = map[string]any
	var methods, metrics []table
	for i := range e.Rows {
		t := settings(e.Rows[i].Method, e.Rows[i].Task.Params)
		for _, key := range featureKeys {
			if v, ok := c.Methods[i].Params[key]; ok {
				t[key] = v
			}
		}
		t["name"], t["kind"] = e.Rows[i].Name, e.Rows[i].Kind
		methods = append(methods, t)
	}
	for _, col := range e.Columns {
		t := table{"name": col.Name, "kind": col.Kind}
		for k, v := range col.Params {
			t[k] = v
		}
		metrics = append(metrics, t)
	}
	all := table{
		"title":     c.Title,
		"generator": table{"model": c.Generator.Model, "truncation": c.Generator.Truncation, "sha256": e.hashOf("generator")},
		"session": table{"file": c.Session.File, "layer": c.Session.Layer, "rows": c.Session.Rows, "seed": int64(c.Session.Seed),
			"sha256": e.hashOf("session")},
		"samples": table{"count": c.Samples.Count, "first": int64(c.Samples.First), "chunk": c.Samples.Chunk},
		"method":  methods,
		"metric":  metrics,
		"compare": table{"paper": c.Compare.Paper, "reference": c.Compare.Reference},
		"report":  table{"ranked": c.Report.Ranked, "samples": c.Report.Samples},
	}
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(all); err != nil {
		panic("experiment: a config that was read must be writable: " + err.Error())
	}
	return b.Bytes()
}
