package study

import (
	"context"
	"fmt"

	"rewriting/compute"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/source"
	"rewriting/pipeline/internal/stage"
)

// Study is an experiment that is an ordered list of stages. It implements Experiment. New makes one, Add fills it, Report ends it.
type Study struct {
	Title   string
	Config  string         // file of the config, for the report
	Samples Samples        // how chunked stages are cut that do not say it themselves
	Workers int            // of the config; 0 means one per core
	Inputs  []source.Input // files that the results were made from
	Facts   []report.Fact  // further provenance, such as the hash of weights as used

	// Resolved is the config with every default filled in, as TOML: Verify builds the study again from it.
	Resolved []byte

	// Report makes the result from the bytes of stages. Title, provenance, warnings of the run and times are added to it.
	Report func(ctx context.Context, in *Reader) (*report.Result, error)
	// ReportVersion is raised when Report makes something else of the same bytes.
	ReportVersion int

	stages []*Stage
}

// Stage is one unit of work: a file, or a file per chunk of samples.
type Stage struct {
	Name string // unique in the study, such as "features: faces, layer 7, 16 px"
	// Group is the name that similar stages share in meters and times, such as "features of patches"; Name where it is empty.
	Group string
	// Path is the file or, where Chunked, the folder, relative to the run directory. KEY in it becomes the beginning of the key,
	// and must be there: results of other settings stay beside these.
	Path    string
	Chunked bool
	Suffix  string   // of chunk files, such as ".bin"; for ".npy" and ".csv" Verify checks the number of samples too
	Samples *Samples // where a chunked stage is cut otherwise than the study
	Steps   int      // of a stage of one file, for its meter; chunks are counted in samples
	Content *stage.Content
	// Needs are the stages whose bytes Compute reads; they must be in the study already. A chunk reads, of a chunked stage with
	// the same samples, the same part and no other.
	Needs []*Stage

	// Compute makes the bytes of the file, or of the chunk part. It calls m.Add(1) per sample or step, and returns ctx's error
	// soon when ctx is done.
	Compute func(ctx context.Context, in *Reader, part stage.Range, m Meter) ([]byte, error)
	// Check says what is wrong with bytes that verify but cannot be right, such as a wrong length; nil where nothing can be.
	Check func(payload []byte, part stage.Range) error
	// Cost measures a little of the stage: seconds and bytes of one sample (of one file where it is not chunked); nil where nobody knows.
	Cost func(ctx context.Context) (seconds float64, bytes int64, err error)

	level int // 1 + the largest of Needs
	key   string
}

// Content starts the content of a stage that computes with networks: tiers of kernels differ in the last bits, and chunks of
// different tiers must not be mixed.
func Content(kind string, version int) *stage.Content {
	return stage.NewContent(kind, version).Set("kernel tier", compute.Tier()).Set("kernel revision", compute.Revision)
}

// Add appends a stage, completes its content with the keys of what it needs, and returns it. Adding a name twice, or a stage
// whose needs are not there, is a programmer's error.
func (s *Study) Add(st *Stage) *Stage {
	var needs []string
	for _, n := range st.Needs {
		if n.key == "" {
			panic(fmt.Sprintf("study: stage %q needs %q, which has not been added", st.Name, n.Name))
		}
		key := n.key
		if n.Chunked && !st.Chunked {
			key += fmt.Sprintf(" of %d samples", n.cut(s).Count) // what is made of all chunks depends on how many there are
		}
		needs = append(needs, key)
		st.level = max(st.level, n.level+1)
	}
	for _, other := range s.stages {
		if other.Name == st.Name {
			panic(fmt.Sprintf("study: two stages %q", st.Name))
		}
	}
	if len(needs) > 0 {
		st.Content.Set("stages needed", needs)
	}
	if st.Chunked {
		// A chunk's key holds its samples; where chunks begin is a property of all of them.
		samples := st.cut(s)
		st.Content.Set("first seed", samples.First).Set("chunk", samples.Chunk)
	}
	st.key = st.Content.Key()
	s.stages = append(s.stages, st)
	return st
}

func (st *Stage) cut(s *Study) Samples {
	if st.Samples != nil {
		return *st.Samples
	}
	return s.Samples
}

func (st *Stage) group() string {
	if st.Group != "" {
		return st.Group
	}
	return st.Name
}

// Key is the content key of the stage.
func (st *Stage) Key() string { return st.key }

// plan lays out the stages without looking at the disk.
func (s *Study) plan() (*Plan, []*Planned) {
	p := &Plan{Samples: s.Samples}
	all := stage.NewContent("report", s.ReportVersion).Set("samples", s.Samples)
	var planned []*Planned
	for _, st := range s.stages {
		parts := 1
		if st.Chunked {
			parts = len(st.cut(s).Chunks())
		}
		q := p.Add(st.Name, st.Path, st.Content, parts)
		if st.Chunked {
			q.Suffix, q.Samples = st.Suffix, st.Samples
		}
		planned = append(planned, q)
		all.Set("stage "+st.Name, st.key)
	}
	p.AddReport(all, s.Resolved)
	return p, planned
}
