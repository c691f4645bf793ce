package experiment

import (
	"os"
	"path/filepath"
	"time"

	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// A sample that takes longer than this under one row keeps its scores at once, so that a run which is killed loses a sample of the
// slow rows and not a chunk. For faster ones the file would cost more than it saves.
const slowSample = 2 * time.Second

// draftFolder holds the scores of single samples of chunks that are not full. It is gone when they are.
const draftFolder = "drafts"

func (e *Experiment) slowSample() time.Duration {
	if e.slow > 0 {
		return e.slow
	}
	return slowSample
}

// draft is the file of one sample's scores.
func (r *run) draft(row, col int, seed uint32) study.File {
	f := r.plan.scores[row][col].Chunk(stage.Range{First: seed, Count: 1})
	f.Path = draftFolder + "/" + f.Path
	return f
}

// keepDraft publishes the scores of sample i of a job under these columns. One that failed is tried again instead.
func (r *run) keepDraft(j *job, i, row int, columns []int) error {
	if j.rg.Count == 1 {
		return nil // the chunk follows
	}
	seed := j.rg.First + uint32(i)
	for _, col := range columns {
		of := r.scores[row][col][j.index]
		if of.failed[i] != "" {
			continue
		}
		one := &scores{values: of.values[i : i+1], failed: of.failed[i : i+1]}
		text, err := one.encode(stage.Range{First: seed, Count: 1}, r.Columns[col].Columns)
		if err == nil {
			err = r.publish(r.draft(row, col, seed), text)
		}
		if err != nil {
			return err
		}
		j.drafted.Store(true)
	}
	return nil
}

// withoutDraft takes the scores of sample i that a killed run has left, and returns the columns that it has not.
func (r *run) withoutDraft(j *job, i, row int, columns []int) (left []int) {
	if !r.drafts {
		return columns
	}
	seed := j.rg.First + uint32(i)
	for _, col := range columns {
		var one *scores
		text, err := r.read(r.draft(row, col, seed))
		if err == nil {
			one, err = decodeScores(text, stage.Range{First: seed, Count: 1}, len(r.Columns[col].Columns))
		}
		if err != nil || one.failed[0] != "" {
			left = append(left, col)
			continue
		}
		r.scores[row][col][j.index].values[i] = one.values[0]
	}
	return left
}

// findDrafts notes whether a killed run has left any, which spares the others from looking for each sample's.
func (r *run) findDrafts() {
	_, err := os.Stat(filepath.Join(r.Store.Dir, draftFolder))
	r.drafts = err == nil
}

// dropDrafts removes the drafts of a chunk that is published. What cannot be removed disturbs nobody.
func (r *run) dropDrafts(j *job) {
	if !r.drafts && !j.drafted.Load() {
		return
	}
	for row, columns := range j.columns {
		for _, col := range columns {
			for i := range j.rg.Count {
				f := r.draft(row, col, j.rg.First+uint32(i))
				os.Remove(filepath.Join(r.Store.Dir, filepath.FromSlash(f.Path)))
			}
		}
	}
}

// dropAllDrafts removes what is left of them when nothing is missing any more.
func (r *run) dropAllDrafts() { os.RemoveAll(filepath.Join(r.Store.Dir, draftFolder)) }
