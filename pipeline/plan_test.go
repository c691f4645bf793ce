package main

import (
	"bytes"
	"testing"

	"rewriting/pipeline/internal/study"
)

func TestAPlanHasAStageAndItsReasonOnOneLine(t *testing.T) {
	var out bytes.Buffer
	showPlan(&out, &study.Plan{
		Stages: []*study.Planned{
			{Name: "edit: Λ", State: study.Done, Parts: 1, Done: 1},
			{Name: "scores", State: study.Todo, Parts: 5, Why: []string{"never run here"}},
			{Name: "report", State: study.Todo, Parts: 1, Why: []string{"title:\n\n\"A\" -> \"B\"", "2", "3", "4", "5", "6", "7", "8"}},
		},
		Forecast: &study.Forecast{Seconds: 90, Alone: 30, Bytes: 2e6},
	})
	const want = `done        edit: Λ
will run    scores (0 of 5)  never run here
will run    report           title: "A" -> "B"
                             2
                             3
                             4
                             5
                             6
                             and 2 more
about 1m30s on this machine, 2 MB to be written
other work takes processors now; without it about 30s
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
