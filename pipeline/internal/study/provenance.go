package study

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"rewriting/compute"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/source"
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

// commit is what the Go command wrote into the program; a variable, so that a test can be another build.
var commit = func() string {
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

// Provenance tells where a result comes from: the program, its inputs, further facts about them, the config.
func Provenance(config string, resolved []byte, inputs []source.Input, more ...report.Fact) []report.Section {
	var facts []report.Fact
	for _, in := range inputs {
		facts = append(facts, report.Fact{Name: in.Role + " " + in.Name, Value: fmt.Sprintf("sha256 %s, %s bytes", in.SHA256, report.Thousands(in.Bytes))})
	}
	return []report.Section{
		{Title: "Program", Facts: Program()},
		{Title: "Inputs", Facts: append(facts, more...)},
		{Title: "Config as resolved", Facts: []report.Fact{{Name: config, Value: string(resolved)}}},
	}
}
