package experiment

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

// Stage is one unit of work of a plan and where its result lies.
type Stage struct {
	Name    string         `json:"name"`
	Path    string         `json:"path"`             // a file, or a folder of chunks
	Suffix  string         `json:"suffix,omitempty"` // of the files of chunks; empty for one file
	Key     string         `json:"key"`
	Content *stage.Content `json:"content"`
	State   State          `json:"state"`
	Done    int            `json:"done"`  // parts that exist
	Parts   int            `json:"parts"` // files of the stage
	Why     []string       `json:"why,omitempty"`
}

// Plan is all that a run computes, in order.
type Plan struct {
	Stages  []*Stage `json:"stages"`
	Samples Samples  `json:"samples"`

	Forecast *Forecast `json:"forecast,omitempty"` // where it was asked for

	moment, clean, ranked, report *Stage // moment and ranked are nil where nothing needs them
	edits                         []*Stage
	scores                        [][]*Stage // by row and column
	chunks                        []stage.Range
}

// Samples say how the samples of a plan are cut into chunks.
type Samples struct {
	Count int    `json:"count"`
	First uint32 `json:"first"`
	Chunk int    `json:"chunk"`
}

// file is one file of a plan.
type file struct {
	path, key string
	samples   int // in the file, where it is a chunk
}

// files are the files of a stage, in the order of the chunks where it has chunks.
func (p *Plan) files(s *Stage) []file {
	if s.Suffix == "" {
		return []file{{path: s.Path, key: s.Key}}
	}
	var out []file
	for _, rg := range stage.Chunks(p.Samples.First, p.Samples.Count, p.Samples.Chunk) {
		out = append(out, file{path: s.Path + "/" + rg.String() + s.Suffix, key: chunkKey(s.Key, rg), samples: rg.Count})
	}
	return out
}

// plan lays out the stages without looking at the disk.
func (e *Experiment) plan() *Plan {
	samples := Samples(e.Config.Samples)
	p := &Plan{Samples: samples, chunks: stage.Chunks(samples.First, samples.Count, samples.Chunk)}
	add := func(name, path string, c *stage.Content, parts int) *Stage {
		s := &Stage{Name: name, Path: strings.Replace(path, "KEY", short(c.Key()), 1), Key: c.Key(), Content: c, Parts: parts}
		p.Stages = append(p.Stages, s)
		return s
	}
	if e.needsMoment() {
		p.moment = add("second moment", "artefacts/moment-KEY.bin", e.momentContent(), 1)
	}
	for i := range e.Rows {
		row := &e.Rows[i]
		p.edits = append(p.edits, add("edit: "+row.Name, "artefacts/edit-"+row.Kind+"-KEY.bin", e.editContent(row), 1))
	}
	p.clean = add("clean images", "chunks/clean-KEY", e.samplesContent(), len(p.chunks))
	p.clean.Suffix = ".npy"
	for i := range e.Rows {
		row := &e.Rows[i]
		var line []*Stage
		folder := "chunks/" + row.Kind + "-" + short(p.edits[i].Key)
		for j := range e.Columns {
			c := &e.Columns[j]
			s := add("scores: "+row.Name+": "+c.Name, folder+"/"+c.Kind+"-KEY", e.scoreContent(row, c), len(p.chunks))
			s.Suffix = ".csv"
			line = append(line, s)
		}
		p.scores = append(p.scores, line)
	}
	if row := e.rankedRow(); row >= 0 {
		p.ranked = add("most responsive images", "artefacts/ranked-KEY.json", e.rankedContent(&e.Rows[row]), 1)
	}
	p.report = add("report", reportSums, e.summaryContent(p), 1)
	return p
}

// explain says why stages are not done, from the plan of the run before.
func (p *Plan) explain(before *Plan) {
	old := map[string]*Stage{}
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

func stateOf(s *Stage) State {
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

// readPlan is the plan of the run before, or nil. It serves explanations only, so a damaged one is no loss.
func readPlan(store *stage.Store) *Plan {
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

// reportKey is the key of the whole: the report depends on everything.
func (p *Plan) reportKey() string {
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
	return store.Publish(planFile, p.report.Key, b)
}
