package experiment

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/report"
	"rewriting/pipeline/internal/study"
)

// swept builds the toy config of the command with overrides.
func swept(t *testing.T, overrides ...string) (*Experiment, error) {
	t.Helper()
	cfg, err := config.Load("../../testdata/toy.toml", overrides)
	if err != nil {
		return nil, err
	}
	return Build(context.Background(), cfg)
}

func TestAListOfValuesIsARowForEach(t *testing.T) {
	e, err := swept(t, "method.Ours.rank=[1, 3]", "method.Ours.layer=['convs.3.conv.weight', 7]", "method.1.steps=[2]")
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		Name, Base string
		Layer      int
		Rank       int
		Swept      []report.Fact
	}
	var got []row
	for i := range e.Rows[:5] {
		r := &e.Rows[i]
		got = append(got, row{r.Name, r.Base, e.cutOf(r).Layer().Number, r.Task.Params.Rank, r.Swept})
	}
	fact := func(name, value string) report.Fact { return report.Fact{Name: name, Value: value} }
	want := []row{
		{"Ours, layer 6, rank 1", "Ours", 6, 1, []report.Fact{fact("layer", "6"), fact("rank", "1")}},
		{"Ours, layer 6, rank 3", "Ours", 6, 3, []report.Fact{fact("layer", "6"), fact("rank", "3")}},
		{"Ours, layer 7, rank 1", "Ours", 7, 1, []report.Fact{fact("layer", "7"), fact("rank", "1")}},
		{"Ours, layer 7, rank 3", "Ours", 7, 3, []report.Fact{fact("layer", "7"), fact("rank", "3")}},
		{"Direct optimisation of Λ, steps 2", "Direct optimisation of Λ", 7, 1, []report.Fact{fact("steps", "2")}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if got := e.reference(); got != "Ours, layer 6, rank 1" {
		t.Errorf("the reference is %q", got)
	}
}

// A sweep shares what does not depend on the swept value with its other rows, and with a run of one of them alone.
func TestASweepSharesWhatItCan(t *testing.T) {
	e, err := swept(t, "method.Ours.layer=[6, 7]", "method.Ours.rank=[1, 3]")
	if err != nil {
		t.Fatal(err)
	}
	alone, err := swept(t)
	if err != nil {
		t.Fatal(err)
	}
	names := func(p *plan) map[string]string {
		out := map[string]string{}
		for _, s := range p.Stages {
			out[s.Name] = s.Key
		}
		return out
	}
	many, one := names(e.plan()), names(alone.plan())
	moments := 0
	for name := range many {
		if strings.HasPrefix(name, "second moment") {
			moments++
		}
	}
	if moments != 2 || many["second moment"] != one["second moment"] || many["second moment, layer 6"] == one["second moment"] {
		t.Errorf("%d second moments", moments)
	}
	for swept, single := range map[string]string{"clean images": "clean images", "edit: Ours, layer 7, rank 1": "edit: Ours",
		"scores: Ours, layer 7, rank 1: % smiling": "scores: Ours: % smiling", "edit: Finetune all": "edit: Finetune all"} {
		if many[swept] == "" || many[swept] != one[single] {
			t.Errorf("%s is not %s", swept, single)
		}
	}
}

func TestAMistakenListIsNamed(t *testing.T) {
	for set, want := range map[string]string{
		"method.Ours.rank=[]":                          `method "Ours" rank: lists no values`,
		"method.Ours.rank=[1, 1]":                      `method "Ours" rank: lists 1 twice`,
		"method.Ours.rank=[1, 1000]":                   `method "Ours" rank: rank = 1000: must be 1 to 128`,
		"method.Ours.rank=[1, 'two']":                  `method "Ours" rank: must be a whole number, is two`,
		"method.Ours.rank=[[1]]":                       `method "Ours" rank: must be a whole number, is [1]`,
		"method.Ours.rnak=[1, 2]":                      `kind "insert" has no such key (did you mean "rank"?)`,
		"method.Ours.layer=[7, 99]":                    `method "Ours" layer: `,
		"method.Ours.layer=[7, 'convs.4.conv.weight']": `method "Ours" layer: lists 7 twice`,
		"method.Ours.layer=[7, 0.5]":                   `method "Ours" layer: must be the number or the name of a layer, is 0.5`,
		"method.Ours.name=['a', 'b']":                  `method.0.name: must be text in quotes, is a list`,
		"method.Ours.kind=['insert', 'linear']":        `method "Ours" kind: must be text in quotes, is a list`,
		"method.4.features=['a', 'b']":                 `method "Finetune all" features: must be text in quotes`,
		"method.5.layer=[7]":                           `method "Unmodified" layer: no such key: kind "unmodified" has none besides name and kind`,
		"method.5.name=Ours, rank 3":                   `method "Ours, rank 3": gives a row "Ours, rank 3", which another method is called`,
		"samples.count=[1, 2]":                         `samples.count: must be a whole number from 1 to 100000000, is a list`,
		"session.layer=[6, 7]":                         `session.layer: `,
		"compare.reference=Oors":                       `compare.reference: no row has the name "Oors" (did you mean`,
	} {
		overrides := []string{set}
		if strings.Contains(set, "name=Ours") {
			overrides = append(overrides, "method.0.rank=[1, 3]")
		}
		_, err := swept(t, overrides...)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s\ngot  %v\nwant %s", set, err, want)
		}
	}
}

func TestTheConfigOfTheSweepStandsForTwelveEditsAndTheirReference(t *testing.T) {
	cfg, err := config.Load("../../../configs/smile-sweep.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Build(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Rows) != 13 || len(e.measurements()) != 3 || e.reference() != "Ours, layer 7, rank 1" {
		t.Errorf("%d rows, %d second moments, reference %q", len(e.Rows), len(e.measurements()), e.reference())
	}
}

func TestASweepRunsAndItsRowsCanBeDrawn(t *testing.T) {
	e, err := swept(t, "method.Ours.rank=[1, 3]", "method.Ours.layer=[6, 7]", "samples.count=2")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	outcome, err := e.Run(context.Background(), dir, study.Options{})
	if err != nil || outcome.Failed != 0 {
		t.Fatal(err, outcome)
	}
	runs := []report.Named{{Name: "run", Result: outcome.Result}}
	if by := report.Swept(runs); by != "layer" {
		t.Errorf("the swept setting is %q", by)
	}
	for _, by := range []string{"layer", "rank"} {
		if _, err := report.SweepPlot(runs, by, outcome.Result.Columns[0]); err != nil {
			t.Error(err)
		}
	}
	again := read(t, "../../testdata/resolved.toml", string(e.resolved()))
	plan, err := again.Plan(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range plan.Stages[:len(plan.Stages)-1] {
		if s.State != study.Done {
			t.Errorf("of the resolved config, %s is %s: %v", s.Name, s.State, s.Why)
		}
	}
}
