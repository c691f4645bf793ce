package study

import (
	"encoding/json"
	"fmt"
	"strings"

	"rewriting/pipeline/internal/stage"
)

// State says how much of a stage exists.
type State string

const (
	Done    State = "done"
	Partial State = "partly done"
	Todo    State = "will run"
)

// Planned is one stage of a plan and where its result lies.
type Planned struct {
	Name    string         `json:"name"`
	Path    string         `json:"path"`              // a file, or a folder of chunks
	Suffix  string         `json:"suffix,omitempty"`  // of the files of chunks; empty for one file
	Samples *Samples       `json:"samples,omitempty"` // of this stage, where they are not the plan's
	Key     string         `json:"key"`
	Content *stage.Content `json:"content"`
	State   State          `json:"state"`
	Done    int            `json:"done"`  // parts that exist
	Parts   int            `json:"parts"` // files of the stage
	Why     []string       `json:"why,omitempty"`
}

// Plan is all that a run computes, in order. The last stage is the report.
type Plan struct {
	Stages  []*Planned `json:"stages"`
	Samples Samples    `json:"samples"`

	Missing  []string  `json:"missing,omitempty"`  // what the config says that it lacks
	Forecast *Forecast `json:"forecast,omitempty"` // where it was asked for
}

// Forecast is what a run will cost.
type Forecast struct {
	Seconds float64  `json:"seconds"`           // expected; 0 where nothing is left to do
	Alone   float64  `json:"alone,omitempty"`   // expected on a machine that does nothing else, where this one does; else 0
	Bytes   int64    `json:"bytes"`             // of files to be written
	Free    int64    `json:"free,omitempty"`    // on the disk of the run directory; 0 where it cannot be told
	Unknown []string `json:"unknown,omitempty"` // stages whose time is not in Seconds, with the reason
}

// Samples say how samples are cut into chunks.
type Samples struct {
	Count int    `json:"count"`
	First uint32 `json:"first"`
	Chunk int    `json:"chunk"`
}

// Chunks are the samples of one file each.
func (s Samples) Chunks() []stage.Range { return stage.Chunks(s.First, s.Count, s.Chunk) }

// Add lays out a stage of the given number of files. KEY in the path becomes the beginning of its key.
func (p *Plan) Add(name, path string, c *stage.Content, parts int) *Planned {
	s := &Planned{Name: name, Path: strings.Replace(path, "KEY", Short(c.Key()), 1), Key: c.Key(), Content: c, Parts: parts}
	p.Stages = append(p.Stages, s)
	return s
}

// File is one file of a plan.
type File struct {
	Path, Key string
	Range     stage.Range // of the samples in it; none where the stage is one file
}

// Files are the files of a stage, in the order of the chunks where it has chunks.
func (p *Plan) Files(s *Planned) []File {
	if s.Suffix == "" {
		return []File{{Path: s.Path, Key: s.Key}}
	}
	samples := p.Samples
	if s.Samples != nil {
		samples = *s.Samples
	}
	var out []File
	for _, rg := range samples.Chunks() {
		out = append(out, s.Chunk(rg))
	}
	return out
}

// Chunk is the file of one chunk of a stage.
func (s *Planned) Chunk(rg stage.Range) File {
	return File{Path: s.Path + "/" + rg.String() + s.Suffix, Key: chunkKey(s.Key, rg), Range: rg}
}

// chunkKey is the key of one chunk of the stage with this key.
func chunkKey(key string, r stage.Range) string {
	return stage.NewContent("chunk", 1).
		Set("stage", key).
		Set("range", r.String()).
		Key()
}

// Short names a key in paths.
func Short(key string) string { return key[:12] }

// Explain says why stages are not done, from the plan of the run before (nil for none).
func (p *Plan) Explain(before *Plan) {
	old := map[string]*Planned{}
	if before != nil {
		for _, s := range before.Stages {
			old[s.Name] = s
		}
	}
	for _, s := range p.Stages {
		if s.State = stateOf(s); s.State == Done {
			continue
		}
		was := old[s.Name]
		switch {
		case was == nil:
			s.Why = append(s.Why, "never run here")
		case was.Content != nil && was.Key != s.Key:
			s.Why = append(s.Why, stage.Differences(was.Content, s.Content)...)
		case len(s.Why) == 0:
			s.Why = append(s.Why, fmt.Sprintf("%d of %d parts are missing", s.Parts-s.Done, s.Parts))
		}
	}
}

func stateOf(s *Planned) State {
	switch {
	case s.Done == s.Parts:
		return Done
	case s.Done > 0:
		return Partial
	}
	return Todo
}

// Complete reports whether nothing is left to do.
func (p *Plan) Complete() bool {
	for _, s := range p.Stages {
		if s.State != Done {
			return false
		}
	}
	return true
}

const planFile = "plan.json"

// Before is the plan of the run before, or nil. It serves explanations only, so a damaged one is no loss.
func Before(store *stage.Store) *Plan {
	b, _, err := store.ReadAny(planFile)
	if err != nil {
		return nil
	}
	var p Plan
	if json.Unmarshal(b, &p) != nil {
		return nil
	}
	return &p
}

// ReadPlan is the plan of the run that was last begun in a store. Where there is none, it is ErrNoRun.
func ReadPlan(store *stage.Store) (*Plan, error) {
	if p := Before(store); p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("%s: %w: %s is missing or damaged", store.Dir, ErrNoRun, planFile)
}

// ReportKey is the key of the whole: the report depends on everything.
func (p *Plan) ReportKey() string {
	if len(p.Stages) == 0 {
		return ""
	}
	return p.Stages[len(p.Stages)-1].Key
}

func (p *Plan) publish(store *stage.Store) error {
	b, err := json.MarshalIndent(p, "", " ")
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	return store.Publish(planFile, p.ReportKey(), b)
}
