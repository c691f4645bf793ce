package experiment

import (
	"fmt"

	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// plan is the plan of a table, with its stages by what they hold.
type plan struct {
	*study.Plan
	clean, ranked, report *study.Planned   // ranked is nil where nothing needs it
	moments               []*study.Planned // by measurements
	prepared              *study.Planned   // nil where no metric has work on clean images
	selection             *study.Planned   // nil without a subset
	edits                 []*study.Planned
	scores                [][]*study.Planned // by row and column
	chunks                []stage.Range      // of the clean images; a stage of scores may have the first of them only
}

// plan is the plan before anything is known.
func (e *Experiment) plan() *plan { return e.planFor(e.least()) }

// planFor lays out the stages for count samples, without looking at the disk.
func (e *Experiment) planFor(count int) *plan {
	samples := study.Samples(e.Config.Samples)
	samples.Count = count
	p := &plan{Plan: &study.Plan{Samples: samples}, chunks: samples.Chunks()}
	for _, m := range e.measurements() {
		p.moments = append(p.moments, p.Add(e.momentName(m), "artefacts/moment-KEY.bin", e.momentContent(m.on), 1))
	}
	for i := range e.Rows {
		row := &e.Rows[i]
		p.edits = append(p.edits, p.Add("edit: "+row.Name, "artefacts/edit-"+row.Kind+"-KEY.bin", e.editContent(row), 1))
	}
	p.clean = p.Add("clean images", "chunks/clean-KEY", e.samplesContent(), len(p.chunks))
	p.clean.Suffix = ".npy"
	if e.Subset != nil {
		p.selection = p.Add("selection: images with "+e.Subset.Object, "chunks/selection-KEY", e.selectionContent(), len(p.chunks))
		p.selection.Suffix = ".csv"
	}
	if len(e.preparers()) > 0 {
		p.prepared = p.Add("clean-side data", "chunks/prepared-KEY", e.preparedContent(), len(p.chunks))
		p.prepared.Suffix = ".bin"
	}
	for i := range e.Rows {
		row := &e.Rows[i]
		var line []*study.Planned
		folder := "chunks/" + row.Kind + "-" + study.Short(p.edits[i].Key)
		for j := range e.Columns {
			c := &e.Columns[j]
			s := p.Add("scores: "+row.Name+": "+c.Name, folder+"/"+c.Kind+"-KEY", e.scoreContent(row, c), len(p.chunks))
			s.Suffix = ".csv"
			if c.Others {
				s.Samples = &study.Samples{Count: e.least(), First: samples.First, Chunk: samples.Chunk}
				s.Parts = len(s.Samples.Chunks())
			}
			if row.Samples > 0 && e.Subset == nil {
				p.limit(s, row.Samples)
			}
			line = append(line, s)
		}
		p.scores = append(p.scores, line)
	}
	if row := e.rankedRow(); row >= 0 {
		p.ranked = p.Add("most responsive images", "artefacts/ranked-KEY.json", e.rankedContent(&e.Rows[row]), 1)
	}
	p.report = p.AddReport(e.summaryContent(p), e.resolved())
	return p
}

// limit leaves a stage of scores the chunks with the first n samples.
func (p *plan) limit(s *study.Planned, n int) {
	own := p.Samples
	if s.Samples != nil {
		own = *s.Samples
	}
	if chunks := (n + own.Chunk - 1) / own.Chunk; chunks < s.Parts {
		own.Count = chunks * own.Chunk
		s.Samples, s.Parts = &own, chunks
	}
}

// summaryContent is what the report of a table depends on.
func (e *Experiment) summaryContent(p *plan) *stage.Content {
	c := stage.NewContent("report", versions["report"]).Set("published numbers", e.hashOf("paper"))
	if e.Config.Preset.Name != "" {
		c.Set("preset", e.Config.Preset)
	}
	for i := range e.Rows {
		for j := range e.Columns {
			c.Set(fmt.Sprintf("scores %s / %s", e.Rows[i].Name, e.Columns[j].Name), p.scores[i][j].Key)
		}
	}
	return c
}
