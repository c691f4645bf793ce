package experiment

import (
	"sync/atomic"
	"time"

	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/stage"
)

// clock adds up the time of one row's drawings.
type clock struct{ samples, nanoseconds atomic.Int64 }

func (c *clock) since(started time.Time) {
	c.samples.Add(1)
	c.nanoseconds.Add(time.Since(started).Nanoseconds())
}

// tookDrawing notes in the journal what the samples of every row took to draw. Rows that share work (the correspondences of NBB) count it where
// it was done: in the first of them.
func (r *run) tookDrawing(clocks []clock) {
	for i := range clocks {
		n := clocks[i].samples.Load()
		if n == 0 {
			continue
		}
		entry := stage.Entry{Stage: "drawing: " + r.Rows[i].Name, Key: r.drawingKey(i), Samples: int(n),
			Seconds: time.Duration(clocks[i].nanoseconds.Load()).Seconds()}
		if err := r.Journal.Add(entry); err != nil {
			r.Log.Warn("time not recorded", "error", err)
		}
	}
}

func (r *run) drawingKey(row int) string { return r.plan.edits[row].Key + " drawing" }

// drawingTimes are the seconds that one sample took to draw, by row.
func (r *run) drawingTimes() []report.Timing {
	rates := r.Journal.PerSample()
	var out []report.Timing
	for i := range r.Rows {
		if t, ok := rates[r.drawingKey(i)]; ok {
			out = append(out, report.Timing{Name: "one sample drawn: " + r.Rows[i].Name, Seconds: t})
		}
	}
	return out
}
